"""The fieldwork monitor: sums against sums made by hand, a constant number of queries, the plan, more time, the end."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import AuditEntry, User
from surveys.answers.drafts import ConsentPage
from surveys.answers.routes import OUTSIDE
from surveys.enums import (
    CallOutcome,
    Channel,
    EditionState,
    InvitationState,
    MessageChannel,
    MessageKind,
    MessageReason,
    MessageState,
    Secrecy,
)
from surveys.models import (
    Assignment,
    Attempt,
    Campaign,
    Draft,
    Edition,
    FieldworkDay,
    Invitation,
    OutboxMessage,
    StratumRate,
    UnitCounter,
)
from surveys.selectors import progress
from surveys.selectors.interviewers import InterviewerSteps, far_from_others, interviewers_so_far
from surveys.selectors.invitations import code_of
from surveys.selectors.precision_so_far import precision_so_far
from surveys.selectors.reach import ChannelReach, reach_by_channel
from surveys.services.answering import draft_discard, draft_save
from surveys.services.editions import edition_open
from surveys.services.fieldwork import (
    DayPassed,
    DayUnchanged,
    RateInvalid,
    ReasonMissing,
    StratumUnknown,
    day_count,
    day_count_when_due,
    edition_extend,
    stratum_rates_set,
)
from tests.factories.editions import LOCALITIES, NOW
from tests.factories.frames import business_make, framed_edition
from tests.factories.people import user_make
from tests.factories.respondents import invited

pytestmark = pytest.mark.django_db
TODAY = date(2024, 11, 23)


def edition_with(invitations: int) -> Edition:
    """A sealed, open edition of 20 days, today is the eleventh; one in four has completed, as many only agreed."""
    edition = framed_edition(secrecy=Secrecy.SEALED)
    edition.opens_on, edition.closes_on = TODAY - timedelta(days=10), TODAY + timedelta(days=9)
    edition.save()
    edition = edition_open(edition=edition, by=None, now=NOW)
    businesses = [business_make(edition.province, at, locality=LOCALITIES[at % 3][0]) for at in range(12)]
    states = [InvitationState.SENT, InvitationState.SENT, InvitationState.STARTED, InvitationState.DONE]
    Invitation.objects.bulk_create(
        Invitation(
            edition=edition,
            handle=f"h{at}",
            business=businesses[at % 12] if at % 5 else None,
            name=f"Công ty {at}",
            stratum=f"tầng {at % 3}",
            design_weight=1 + at % 3,
            state=states[at % 4],
        )
        for at in range(invitations)
    )
    begun = Invitation.objects.filter(edition=edition, state=InvitationState.STARTED).order_by("pk")
    drafts = [Draft(invitation=each, box=b"x", revision=1 + at % 2, saved_at=NOW) for at, each in enumerate(begun)]
    Draft.objects.bulk_create(drafts)
    return edition


def campaign_of(edition: Edition, channel: MessageChannel, kind: str = MessageKind.INVITATION) -> Campaign:
    return Campaign.objects.create(edition=edition, channel=channel, kind=kind, text_vi="{link}")


def tried_by(person: User, invitation: Invitation, *outcomes: CallOutcome) -> None:
    Assignment.objects.create(invitation=invitation, interviewer=person)
    for outcome in outcomes:
        Attempt.objects.create(invitation=invitation, by=person, day=TODAY, outcome=outcome)


def page_of(edition: Edition, *, role: Role = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(user_make(role, province=edition.province))
    return client


def test_a_large_edition_is_shown_with_as_many_queries_as_a_small_one() -> None:
    edition = edition_with(40)
    tried_by(user_make(Role.INTERVIEWER), Invitation.objects.all()[0], CallOutcome.REFUSED)
    client = page_of(edition)
    address = reverse("staff:monitor", args=[edition.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    more = [
        Invitation(edition=edition, handle=f"m{at}", stratum=f"tầng {at % 40}", state=InvitationState.DONE)
        for at in range(4000)
    ]
    Invitation.objects.bulk_create(more)
    stratum_rates_set(edition=edition, rates={f"tầng {at}": 0.5 for at in range(40)}, by=None, now=NOW)
    campaigns = [campaign_of(edition, channel) for channel in MessageChannel]
    OutboxMessage.objects.bulk_create(
        OutboxMessage(campaign=campaigns[at % 3], invitation=each, state=MessageState.SENT)
        for at, each in enumerate(more)
    )
    people = [user_make(Role.INTERVIEWER) for _ in range(10)]
    Assignment.objects.bulk_create(
        Assignment(invitation=each, interviewer=people[at % 10]) for at, each in enumerate(more)
    )
    for day in range(3):
        day_count(edition=edition, today=TODAY - timedelta(days=day))

    with CaptureQueriesContext(connection) as many:
        page = client.get(address)

    assert page.status_code == 200
    assert len(many) == len(few) <= 40
    assert (page.context["total"].done, page.context["total"].delivered) == (4010, 4000)
    assert [each.assigned for each in page.context["interviewers"]].count(400) == 10


def test_steps_are_counted_by_stratum_and_locality_against_the_plan() -> None:
    edition = edition_with(120)
    client = page_of(edition)
    assert progress.total_of(progress.steps_by_stratum(edition)).target is None
    assert client.post(reverse("staff:monitor-plan", args=[edition.pk]), {"response_rate": "0"}).status_code == 422
    client.post(reverse("staff:monitor-plan", args=[edition.pk]), {"response_rate": "40"})

    strata, localities = progress.steps_by_stratum(edition), progress.steps_by_locality(edition)

    total = progress.total_of(strata)
    assert (total.invited, total.opened, total.started, total.done, total.target) == (120, 60, 45, 30, 48.0)
    assert [(each.code, each.invited, each.done) for each in strata] == [(f"tầng {at}", 40, 10) for at in range(3)]
    assert [each.label for each in localities] == [*(f"Huyện {LOCALITIES[at][1]}" for at in range(3)), ""]
    assert sum(each.done for each in localities) == 30
    # Half the time has passed with today, so half the target is due.
    days = progress.days_of(edition, total, TODAY)
    assert [(day.day, day.done, day.new, day.planned) for day in days] == [(TODAY, 30, 30, pytest.approx(48 * 11 / 20))]
    assert AuditEntry.objects.get(action="fieldwork.plan").note == "40.0%"


def test_a_stratum_may_have_a_rate_of_its_own_which_targets_and_tables_follow() -> None:
    edition = edition_with(120)
    Invitation.objects.create(edition=edition, handle="open", stratum=OUTSIDE[Channel.OPEN])
    client = page_of(edition)
    address = reverse("staff:monitor-strata", args=[edition.pk])
    client.post(reverse("staff:monitor-plan", args=[edition.pk]), {"response_rate": "40"})
    fields = {field.label: name for name, field in client.get(address).context["form"].fields.items()}
    assert list(fields) == ["tầng 0", "tầng 1", "tầng 2"]

    refused = client.post(address, {fields["tầng 1"]: "101"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, [fields["tầng 1"]])
    assert client.post(address, {fields["tầng 1"]: "62,5", fields["tầng 2"]: "10"}).status_code == 302

    strata = progress.steps_by_stratum(edition)
    assert [(each.planned_rate, each.target) for each in strata[1:]] == [(0.4, 16.0), (0.625, 25.0), (0.1, 4.0)]
    total = progress.total_of(strata)
    assert total.target == pytest.approx(45.4)
    localities = progress.steps_by_locality(edition)
    assert sum(each.target or 0 for each in localities) == pytest.approx(45.4)
    # Every fifth business is not of the frame; the others of a locality are all of one stratum.
    assert [each.planned_rate for each in localities[:3]] == [pytest.approx(rate) for rate in (0.4, 0.625, 0.1)]
    text = client.get(reverse("staff:monitor-table", args=[edition.pk, "strata", "csv"])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [rows[0][-2:], rows[3][-2:]] == [["Tỷ lệ kế hoạch", "Đích"], ["0.625", "25"]]
    assert AuditEntry.objects.get(action="fieldwork.strata").note == "tầng 1: 62.5%; tầng 2: 10.0%"

    client.post(address, {fields["tầng 2"]: "10"})
    assert [each.target for each in progress.steps_by_stratum(edition)[1:]] == [16.0, 16.0, 4.0]


def test_without_a_rate_of_the_edition_only_strata_with_one_have_a_target() -> None:
    edition = edition_with(120)
    facts = {"edition": edition, "by": None, "now": NOW}
    stratum_rates_set(rates={"tầng 0": 0.5}, **facts)
    strata = progress.steps_by_stratum(edition)
    assert [each.target for each in strata] == [20.0, None, None]
    assert progress.total_of(strata).target is None
    for rates, refusal in (({"tầng 0": 0.0}, RateInvalid), ({"tầng 9": 0.5}, StratumUnknown)):
        with pytest.raises(refusal):
            stratum_rates_set(rates=rates, **facts)
    assert [each.stratum for each in StratumRate.objects.all()] == ["tầng 0"]


def test_the_rates_of_an_edition_that_is_closed_are_settled() -> None:
    edition = edition_with(4)
    client = page_of(edition)
    client.post(reverse("staff:edition-close", args=[edition.pk]), {"reason": "Đủ phiếu"})
    address = reverse("staff:monitor-strata", args=[edition.pk])
    assert (client.get(address).context["open"], client.post(address).status_code) == (False, 409)


def test_what_messages_and_interviewers_reached_is_counted_for_each_business() -> None:
    edition = edition_with(12)
    first, again, never, closed, stopped, refused, completed, *rest = Invitation.objects.order_by("pk")
    mail, reminder = (campaign_of(edition, MessageChannel.EMAIL, kind) for kind in MessageKind.values[:2])
    sms = campaign_of(edition, MessageChannel.SMS)
    unknown = MessageReason.RECIPIENT_REFUSED
    for campaign, invitation, state, reason in [
        (mail, first, MessageState.SENT, ""),
        (reminder, first, MessageState.SENT, ""),
        # Came back once, arrived later, by mail; by text message never.
        (mail, again, MessageState.BOUNCED, MessageReason.RETURNED),
        (reminder, again, MessageState.SENT, ""),
        (sms, again, MessageState.FAILED, unknown),
        (mail, never, MessageState.BOUNCED, MessageReason.RETURNED),
        (reminder, never, MessageState.SUPPRESSED, MessageReason.BOUNCED_BEFORE),
        (sms, closed, MessageState.FAILED, unknown),
        (mail, stopped, MessageState.SENT, ""),
        (reminder, stopped, MessageState.SUPPRESSED, MessageReason.OPTED_OUT),
        (mail, refused, MessageState.FAILED, MessageReason.GAVE_UP),
        (mail, completed, MessageState.UNCLEAR, MessageReason.BROKEN_OFF),
        (sms, rest[0], MessageState.WAITING, ""),
    ]:
        OutboxMessage.objects.create(campaign=campaign, invitation=invitation, state=state, reason=reason)
    Invitation.objects.filter(pk=completed.pk).update(state=InvitationState.DONE)
    person, other = user_make(Role.INTERVIEWER, name="An"), user_make(Role.INTERVIEWER, name="Bình")
    tried_by(person, refused, CallOutcome.NO_ANSWER, CallOutcome.REFUSED)
    tried_by(person, first, CallOutcome.REFUSED, CallOutcome.CALL_BACK)
    tried_by(person, completed, CallOutcome.REFUSED)
    tried_by(other, rest[0], CallOutcome.COMPLETED)
    Attempt.objects.create(invitation=rest[0], by=person, day=TODAY, outcome=CallOutcome.NO_ANSWER)

    total = progress.total_of(progress.steps_by_stratum(edition))

    assert (total.delivered, total.bounced, total.opted_out, total.refused) == (3, 2, 1, 1)
    by_stratum = [(each.delivered, each.bounced, each.refused) for each in progress.steps_by_stratum(edition)]
    assert by_stratum == [(1, 1, 0), (2, 0, 0), (0, 1, 1)]
    localities = progress.steps_by_locality(edition)
    assert sum(each.bounced for each in localities) == 2
    assert reach_by_channel(edition) == [
        ChannelReach(str(MessageChannel.EMAIL.label), meant=6, delivered=3, bounced=1, opted_out=1, refused=1, done=1),
        ChannelReach(str(MessageChannel.SMS.label), meant=3, delivered=0, bounced=2, opted_out=0, refused=0, done=2),
    ]
    assert interviewers_so_far(edition) == [
        InterviewerSteps("An", assigned=3, attempts=6, done=0, refused=1),
        InterviewerSteps("Bình", assigned=1, attempts=1, done=1, refused=0),
    ]


def test_an_interviewer_far_from_the_others_stands_out_from_twenty_businesses_on() -> None:
    def among(assigned: int, done: int) -> list[str]:
        usual = [InterviewerSteps(name, 1000, 1000, 400, 0) for name in "ab"]
        return [each.name for each in far_from_others([*usual, InterviewerSteps("c", assigned, 0, done, 0)])]

    # Of 50 at about 40 % (a little more or less with their own), this few or many come one time in a thousand.
    assert [done for done in range(51) if among(50, done)] == [*range(10), *range(32, 51)]
    assert (among(20, 20), among(19, 19)) == (["c"], [])
    assert far_from_others([InterviewerSteps("a", 500, 0, 500, 0)]) == []
    assert far_from_others([]) == []


def test_names_of_interviewers_are_for_those_who_share_out_calls() -> None:
    edition = edition_with(60)
    able, idle = user_make(Role.INTERVIEWER, name="Đỗ Thị Giỏi"), user_make(Role.INTERVIEWER, name="Lê Văn Chậm")
    for at, invitation in enumerate(Invitation.objects.order_by("pk")):
        tried_by(able if at % 2 else idle, invitation, CallOutcome.COMPLETED if at % 2 else CallOutcome.REFUSED)
    table = reverse("staff:monitor-table", args=[edition.pk, "interviewers", "csv"])
    seen = {}
    for role in (Role.MANAGER, Role.APPROVER):
        client = page_of(edition, role=role)
        page = client.get(reverse("staff:monitor", args=[edition.pk]))
        text = client.get(table).content.decode("utf-8-sig")
        seen[role] = ["Đỗ Thị Giỏi" in page.content.decode(), len(page.context["far"]), text.splitlines()[1:]]

    everybody = "Tất cả phỏng vấn viên,60,60,30,30,0.5"
    assert seen[Role.APPROVER] == [False, 0, [everybody]]
    assert seen[Role.MANAGER] == [
        True, 2, ["Lê Văn Chậm,30,30,0,30,0", "Đỗ Thị Giỏi,30,30,30,0,1", everybody],
    ]  # fmt: skip


def test_days_are_counted_for_ten_at_once_and_say_who_withdrew_not() -> None:
    edition = edition_with(36)
    day_count_when_due(edition=edition, today=TODAY - timedelta(days=1))
    assert not FieldworkDay.objects.exists()
    waiting = Invitation.objects.filter(state=InvitationState.SENT).order_by("pk")
    Invitation.objects.filter(pk__in=[each.pk for each in waiting[:3]]).update(state=InvitationState.DONE)
    day_count_when_due(edition=edition, today=TODAY - timedelta(days=1))
    day_count_when_due(edition=edition, today=TODAY)
    (row,) = FieldworkDay.objects.all()
    assert (row.day, sum(counts[3] for counts in row.counts.values())) == (TODAY - timedelta(days=1), 12)

    guest = invited(edition)
    draft_save(invitation=guest, pages=[ConsentPage(given=True)], now=NOW)
    with TestCase.captureOnCommitCallbacks(execute=True):
        draft_discard(invitation=Invitation.objects.get(pk=guest.pk), day=NOW.date())
    total = progress.total_of(progress.steps_by_stratum(edition))
    assert [(each.done, each.new, each.withdrawn) for each in progress.days_of(edition, total, TODAY)] == [
        (12, 12, 0),
        (12, 0, 1),
    ]


def day(number: int, done: int, new: int, planned: float | None = None) -> progress.Day:
    return progress.Day(TODAY + timedelta(days=number), done, done, done, new, 0, planned)


def test_a_burst_and_a_lag_stand_out() -> None:
    steady = [day(number, 30 * (number + 1), 30) for number in range(4)]

    assert progress.bursts([*steady, day(4, 170, 50)]) == []
    (alert,) = progress.bursts([*steady, day(4, 180, 60)])
    assert (alert.kind, alert.facts) == ("burst", {"day": TODAY + timedelta(days=4), "n": 60, "mean": 30.0})
    # After three days that were not counted, sixty are twenty a day.
    assert progress.bursts([*steady, day(6, 210, 90)]) == []
    assert progress.behind([day(0, 80, 80, planned=100.0)]) == []
    assert [alert.kind for alert in progress.behind([day(0, 79, 79, planned=100.0)])] == ["behind"]


def test_precision_so_far_follows_the_formula() -> None:
    edition = edition_with(120)
    blocks = precision_so_far(edition)
    assert {unit.half_width for block in blocks for unit in block.units} == {None}
    first = blocks[0].units[0].line.code
    unit = next(iter(edition.blocks.get(code="departments").block_units.filter(unit__code=first)))
    UnitCounter.objects.create(block_unit=unit, ratings=49)

    block = precision_so_far(edition)[0]

    weights = list(Invitation.objects.filter(state=InvitationState.DONE).values_list("design_weight", flat=True))
    effect = len(weights) * sum(w * w for w in weights) / sum(weights) ** 2
    found = {each.line.code: each for each in block.units}
    assert found[first].half_width == pytest.approx(1.959964 * 14 * (effect / 49) ** 0.5, rel=1e-5)
    assert found[first].ranks is not None
    assert [each.half_width for each in block.units].count(None) == 2


def test_tables_are_taken_away_as_csv_and_xlsx() -> None:
    edition = edition_with(40)
    client = page_of(edition, role=Role.APPROVER)
    for table, rows in (("strata", 3), ("localities", 4), ("days", 1), ("units", 6), ("messages", 0)):
        text = client.get(reverse("staff:monitor-table", args=[edition.pk, table, "csv"])).content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        book = client.get(reverse("staff:monitor-table", args=[edition.pk, table, "xlsx"])).content
        sheet = list(load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
        assert (table, len(lines), len(sheet)) == (table, rows + 1, rows + 1)
        assert list(sheet[0]) == lines[0]
    assert client.get(reverse("staff:monitor-table", args=[edition.pk, "answers", "csv"])).status_code == 404


def test_more_time_needs_a_reason_and_is_read_by_businesses() -> None:
    edition = edition_with(4)
    guest = invited(edition)
    client = page_of(edition)
    address = reverse("staff:edition-extend", args=[edition.pk])
    facts = {"edition": edition, "by": None, "now": NOW, "today": TODAY}
    with pytest.raises(ReasonMissing):
        edition_extend(closes_on=TODAY + timedelta(days=30), reason="  ", **facts)
    with pytest.raises(DayPassed):
        edition_extend(closes_on=TODAY - timedelta(days=1), reason="Mưa bão", **facts)
    with pytest.raises(DayUnchanged):
        edition_extend(closes_on=edition.closes_on, reason="Mưa bão", **facts)
    assert client.post(address, {"closes_on": "2124-12-31"}).status_code == 422

    moved = client.post(address, {"closes_on": "2124-12-31", "reason": "Mưa bão ở ven biển"})

    assert moved.status_code == 302
    note = AuditEntry.objects.get(action="edition.extend").note
    assert note == "2024-12-02 → 2124-12-31: Mưa bão ở ven biển"
    assert "31/12/2124" in Client().get(f"/s/{code_of(guest)}/").content.decode()


def test_closing_needs_a_reason_and_counts_the_last_day_first() -> None:
    edition = edition_with(40)
    client = page_of(edition)
    address = reverse("staff:edition-close", args=[edition.pk])

    refused = client.post(address, {"reason": " "})
    assert (refused.status_code, Edition.objects.get().state) == (422, EditionState.OPEN)
    client.post(address, {"reason": "Đủ phiếu"})

    assert Edition.objects.get().state == EditionState.CLOSED
    assert AuditEntry.objects.get(action="edition.closed").note == "Đủ phiếu"
    (row,) = FieldworkDay.objects.all()
    assert [sum(counts[place] for counts in row.counts.values()) for place in range(4)] == [40, 20, 15, 10]
    assert client.get(reverse("staff:monitor", args=[edition.pk])).status_code == 200
