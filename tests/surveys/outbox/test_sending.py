"""Sending by a real mail server, with a clock of the test's own."""

from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from surveys.enums import CallOutcome, InvitationState, MessageChannel, MessageKind, MessageReason, MessageState
from surveys.messages.pacing import VIETNAM, wait_after
from surveys.models import Campaign, Invitation, OutboxMessage, SendingPace
from surveys.selectors.campaigns import counts_of
from surveys.selectors.invitations import code_of
from surveys.selectors.outbox import due_next
from surveys.services.calls import Tried, attempt_record
from surveys.services.campaigns import campaign_pause, campaign_start, failed_again, quiet_hours_set, unclear_decide
from surveys.services.message_texts import parcel_make, recipient_of
from surveys.services.opt_outs import opt_out
from surveys.services.outbox import leases_expire, message_claim
from surveys.services.outbox_fill import outbox_fill
from surveys.services.sending import outbox_wake
from tests.factories.editions import NOW, edition_opened
from tests.factories.messages import Clock, campaign_make, campaign_started, fates, invite, work
from tests.factories.people import user_make
from tests.surveys.outbox.sink import Sink

pytestmark = pytest.mark.django_db


def test_everybody_gets_one_mail_with_the_own_link_and_one_click_against_more(sink: Sink, settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@example.vn"
    edition = edition_opened()
    invitations = invite(edition, *(f"dn{number}@a{number}.vn" for number in range(5)))
    campaign = campaign_started(edition)
    clock = Clock()

    assert (work(campaign, clock), work(campaign, clock)) == (5, 0)

    assert set(sink.counts().values()) == {1}
    sender, to, mail = sink.mails[0]
    (invitation,) = [each for each in invitations if each.email == to]
    message = OutboxMessage.objects.get(invitation=invitation)
    assert sender == f"bounces+{message.token}@example.vn"
    assert mail["Message-ID"] == f"<ddci.{message.token}@example.vn>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith(f"<{settings.SITE_URL}/o/{invitation.handle}")
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    link = f"{settings.SITE_URL}/s/{code_of(invitation)}/"
    assert set(parts) == {"text/plain", "text/html"}
    assert all(link in part and link.replace("/s/", "/en/s/") in part for part in parts.values())
    assert all("Dữ liệu mô phỏng" in part and "Simulated data" in part for part in parts.values())


@pytest.mark.parametrize(("simulated", "begins"), [(True, "(Dữ liệu mô phỏng) Hiệp hội"), (False, "Hiệp hội")])
def test_text_messages_say_that_an_edition_is_simulated(simulated: bool, begins: str) -> None:
    edition = edition_opened(simulated=simulated)
    (invitation,) = invite(edition, "a@a.vn")
    campaign = campaign_make(edition, channel=MessageChannel.SMS)

    parcel = parcel_make(campaign=campaign, recipient=recipient_of(invitation), to="+84912345678", token=uuid4())

    assert parcel.text.startswith(begins)


def test_no_code_stands_in_the_database(sink: Sink) -> None:
    edition = edition_opened()
    invitations = invite(edition, "a@a.vn", "b@b.vn")
    work(campaign_started(edition), Clock())

    with connection.cursor() as cursor:
        for table in ("surveys_outboxmessage", "surveys_campaign", "surveys_optout", "accounts_auditentry"):
            cursor.execute(f"SELECT * FROM {table}")
            written = str(cursor.fetchall())
            assert not [each.handle for each in invitations if code_of(each)[6:] in written or each.email in written]


def test_a_temporary_refusal_is_tried_again_later_a_final_one_is_not(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "later@a.vn", "never@b.vn", "full@c.vn", "well@d.vn")
    sink.recipients = {"later@a.vn": ["451 4.3.0 busy with later@a.vn"], "never@b.vn": ["550 5.1.1 no never@b.vn"]}
    sink.contents = {"full@c.vn": ["554 5.7.1 spam"]}
    campaign, clock = campaign_started(edition), Clock()

    work(campaign, clock)

    assert fates(campaign) == {
        "later@a.vn": ("waiting", "", "451 4.3.0"),
        "never@b.vn": ("failed", "recipient_refused", "550 5.1.1"),
        "full@c.vn": ("failed", "message_refused", "554 5.7.1"),
        "well@d.vn": ("sent", "", "250 2.0.0"),
    }
    due = due_next(campaign.pk, clock.now)
    assert due is not None
    assert timedelta(seconds=40) < due - NOW < timedelta(seconds=80)
    work(campaign, clock)  # too early
    assert sink.counts() == {"well@d.vn": 1}
    clock.now += timedelta(seconds=80)
    work(campaign, clock)
    failed_again(campaign=campaign, by=None, now=clock.now)
    work(campaign, clock)
    assert sink.counts() == {"well@d.vn": 1, "later@a.vn": 1, "full@c.vn": 1, "never@b.vn": 1}


def test_tries_end_some_time(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "busy@a.vn")
    sink.recipients = {"busy@a.vn": ["452 4.2.2 full"] * 20}
    campaign, clock = campaign_started(edition), Clock(now=NOW)

    for _round in range(12):
        clock.now = (clock.now + timedelta(days=1)).replace(hour=7)
        work(campaign, clock)

    assert fates(campaign) == {"busy@a.vn": ("failed", "gave_up", "452 4.2.2")}
    assert len(sink.recipients["busy@a.vn"]) == 12


def test_an_unreachable_server_costs_nobody_a_try_and_is_asked_more_and_more_seldom(sink: Sink, settings: Any) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn", "b@b.vn")
    campaign, clock, port = campaign_started(edition), Clock(), settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    waits = []
    for _attempt in range(3):
        assert work(campaign, clock) == 0
        assert work(campaign, clock) == 0  # not asked again before its time
        until = next(iter(_paces("email")))
        waits.append((until - clock.now).total_seconds())
        clock.now = until

    settings.EMAIL_PORT = port

    assert waits == [60, 120, 240]
    assert work(campaign, clock) == 2
    assert list(campaign.messages.values_list("tries", flat=True)) == [1, 1]


def _paces(key: str) -> list[datetime]:
    return list(SendingPace.objects.filter(key=key).values_list("next_at", flat=True))


def test_a_domain_gets_no_more_than_its_share_and_holds_up_no_other(sink: Sink, settings: Any) -> None:
    settings.PER_MINUTE = {"email": 6}
    edition = edition_opened()
    invite(edition, "a@mot.vn", "b@mot.vn", "c@mot.vn", "d@hai.vn")
    campaign, clock = campaign_started(edition), Clock()

    work(campaign, clock)

    assert sum(sink.counts().values()) == 4
    assert [round(wait) for wait in clock.waits] == [10, 10]


def test_two_workers_never_take_the_same_message_nor_the_same_slot(sink: Sink, settings: Any) -> None:
    settings.PER_MINUTE = {"email": 1}
    edition = edition_opened()
    invite(edition, "a@mot.vn", "b@mot.vn", "c@hai.vn")
    campaign = campaign_started(edition)
    outbox_fill(campaign=campaign, now=NOW)

    claims = [message_claim(campaign_id=campaign.pk, now=NOW) for _worker in range(3)]

    taken = [claim.contact.partition("@")[2] for claim in claims if claim]
    assert sorted(taken) == ["hai.vn", "mot.vn"]


def test_nothing_goes_in_quiet_hours_and_it_goes_on_when_they_end(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn")
    quiet_hours_set(edition=edition, begins=time(21), ends=time(7), everywhere=True, by=None, now=NOW)
    campaign = campaign_started(edition)
    Campaign.objects.update(beat_at=None)
    at = [datetime(2024, 11, 23, 21, 0, tzinfo=VIETNAM), datetime(2024, 11, 24, 6, 59, tzinfo=VIETNAM)]

    assert [work(campaign, Clock(now=moment)) for moment in at] == [0, 0]
    assert outbox_wake(now=at[0]) == 0
    assert outbox_wake(now=datetime(2024, 11, 24, 7, 0, tzinfo=VIETNAM)) == 1
    assert work(campaign, Clock(now=datetime(2024, 11, 24, 7, 0, tzinfo=VIETNAM))) == 1


def test_reminders_go_to_those_who_have_not_completed_nor_opted_out_in_any_edition(sink: Sink) -> None:
    last_year = edition_opened(year=2023)
    (stopped,) = invite(last_year, "Stop@b.vn")
    opt_out(invitation=stopped)
    edition = edition_opened(year=2024)
    done, *_rest = invite(edition, "done@a.vn", "stop@b.vn", "open@c.vn", "late@d.vn", "")
    Invitation.objects.filter(pk=done.pk).update(state=InvitationState.DONE)
    campaign = campaign_started(edition, MessageKind.REMINDER_1)
    outbox_fill(campaign=campaign, now=NOW)
    Invitation.objects.filter(email="late@d.vn").update(state=InvitationState.DONE)

    work(campaign, Clock())

    assert sink.counts() == {"open@c.vn": 1}
    assert {email: fate[1] for email, fate in fates(campaign).items()} == {
        "stop@b.vn": MessageReason.OPTED_OUT,
        "open@c.vn": "",
        "late@d.vn": MessageReason.COMPLETED,
        "": MessageReason.NO_CONTACT,
    }
    counts = counts_of(campaign)
    assert (counts.sent, counts.opted_out, counts.completed, counts.no_contact, counts.total) == (1, 1, 1, 1, 4)


@pytest.mark.parametrize("outcome", [CallOutcome.REFUSED, CallOutcome.CLOSED, CallOutcome.INELIGIBLE])
def test_whose_last_call_ended_for_good_gets_no_message_until_another_ends_otherwise(
    sink: Sink, outcome: CallOutcome
) -> None:
    edition, person = edition_opened(), user_make(Role.INTERVIEWER)
    for invitation in invite(edition, "no@a.vn", "yes@b.vn"):
        tries = [outcome] if invitation.email == "no@a.vn" else [outcome, CallOutcome.NO_ANSWER]
        for tried in tries:
            attempt_record(invitation=invitation, tried=Tried(tried), by=person, now=NOW)
    campaign, clock = campaign_started(edition), Clock()

    work(campaign, clock)

    assert sink.counts() == {"yes@b.vn": 1}
    assert fates(campaign)["no@a.vn"][1] == MessageReason.WILL_NOT_ANSWER
    counts = counts_of(campaign)
    assert (counts.sent, counts.will_not_answer, counts.trouble, counts.total) == (1, 1, 0, 2)
    attempt_record(
        invitation=Invitation.objects.get(email="no@a.vn"), tried=Tried(CallOutcome.NO_ANSWER), by=person, now=NOW
    )
    work(campaign_started(edition, MessageKind.REMINDER_1), clock)
    assert sink.counts()["no@a.vn"] == 1


def test_who_is_invited_later_and_who_gets_an_address_is_taken_in_once(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn", "")
    campaign, clock = campaign_started(edition), Clock()
    work(campaign, clock)
    Invitation.objects.filter(email="").update(email="new@b.vn")
    invite(edition, "c@c.vn")

    campaign_start(campaign=campaign, by=None, now=NOW)
    work(campaign, clock)

    assert sink.counts() == {"a@a.vn": 1, "new@b.vn": 1, "c@c.vn": 1}


def test_the_database_itself_holds_one_row_for_each_recipient() -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    campaign = campaign_started(edition)
    outbox_fill(campaign=campaign, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.create(campaign=campaign, invitation=invitation, pace_key="email:a.vn")


def test_a_pause_holds_what_waits(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn")
    campaign = campaign_started(edition)
    campaign_pause(campaign=campaign, by=None, now=NOW)

    assert work(campaign, Clock()) == 0
    campaign_start(campaign=campaign, by=None, now=NOW)
    assert work(campaign, Clock()) == 1


def test_a_message_whose_worker_vanished_is_unclear_until_somebody_decides(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn")
    campaign, clock = campaign_started(edition), Clock()
    outbox_fill(campaign=campaign, now=NOW)
    claim = message_claim(campaign_id=campaign.pk, now=NOW)
    assert claim is not None

    assert leases_expire(now=NOW + timedelta(minutes=9)) == 0
    clock.now += timedelta(minutes=11)
    work(campaign, clock)
    assert fates(campaign) == {"a@a.vn": ("unclear", "broken_off", "")}
    assert sink.counts() == {}

    unclear_decide(campaign=campaign, message_id=claim.message.pk, again=True, by=None, now=clock.now)
    work(campaign, clock)
    assert sink.counts() == {"a@a.vn": 1}


def test_a_connection_that_breaks_in_the_midst_of_a_message_leaves_it_unclear(sink: Sink, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    sink.seconds = 1.0
    edition = edition_opened()
    invite(edition, "a@a.vn")
    campaign, clock = campaign_started(edition), Clock()

    work(campaign, clock)
    clock.now += timedelta(hours=1)
    work(campaign, clock)

    assert fates(campaign) == {"a@a.vn": ("unclear", "broken_off", "")}
    assert sink.counts() == {"a@a.vn": 1}


def test_only_one_worker_is_woken_for_a_campaign_however_many_ask(sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn")
    campaign = campaign_started(edition)  # which wakes one, which vanishes before it has done anything

    assert [outbox_wake(now=NOW + timedelta(minutes=at)) for at in (1, 4, 6, 7)] == [0, 0, 1, 0]
    outbox_fill(campaign=campaign, now=NOW)
    assert [outbox_wake(now=NOW + timedelta(minutes=at)) for at in (8, 12)] == [0, 1]


def test_waiting_after_failures_doubles_with_a_spread() -> None:
    rng = Random(3)
    waits = [wait_after(tries, rng).total_seconds() for tries in (1, 2, 3, 9, 40)]

    for wait, expected in zip(waits, (60, 120, 240, 15360, 21600), strict=True):
        assert 0.75 * expected <= wait <= 1.25 * expected
    assert len({round(wait_after(1, rng).total_seconds(), 3) for _time in range(20)}) == 20


def test_states_known_to_the_database() -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    campaign = campaign_started(edition)
    row = OutboxMessage(campaign=campaign, invitation=invitation, pace_key="email:a.vn", state=MessageChannel.SMS)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    assert MessageState.WAITING in MessageState.values
