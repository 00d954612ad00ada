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
from accounts.models import AuditEntry
from surveys.answers.drafts import ConsentPage
from surveys.enums import EditionState, InvitationState, Secrecy
from surveys.models import Draft, Edition, FieldworkDay, Invitation, UnitCounter
from surveys.selectors import progress
from surveys.selectors.invitations import code_of
from surveys.selectors.precision_so_far import precision_so_far
from surveys.services.answering import draft_discard, draft_save
from surveys.services.editions import edition_open
from surveys.services.fieldwork import (
    DayPassed,
    DayUnchanged,
    ReasonMissing,
    day_count,
    day_count_when_due,
    edition_extend,
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


def page_of(edition: Edition, *, role: Role = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(user_make(role, province=edition.province))
    return client


def test_a_large_edition_is_shown_with_as_many_queries_as_a_small_one() -> None:
    edition = edition_with(40)
    client = page_of(edition)
    address = reverse("staff:monitor", args=[edition.pk])
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get(address).status_code == 200
    more = [
        Invitation(edition=edition, handle=f"m{at}", stratum=f"tầng {at % 40}", state=InvitationState.DONE)
        for at in range(4000)
    ]
    Invitation.objects.bulk_create(more)
    for day in range(3):
        day_count(edition=edition, today=TODAY - timedelta(days=day))

    with CaptureQueriesContext(connection) as many:
        page = client.get(address)

    assert page.status_code == 200
    assert len(many) == len(few) <= 40
    assert page.context["total"].done == 4010


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
    for table, rows in (("strata", 3), ("localities", 4), ("days", 1), ("units", 6)):
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
