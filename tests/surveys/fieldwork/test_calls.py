"""Interviewers: an own list and nothing else, attempts and call-backs, the interview as a fresh questionnaire."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import AuditEntry, User
from surveys.enums import CallOutcome, Channel, InvitationState
from surveys.models import Assignment, Attempt, Business, Edition, Invitation, Sitting
from surveys.selectors.calls import NOBODY, Wanted, call_rows, calls_found, calls_of
from surveys.selectors.contacts import opted_out
from surveys.services.calls import (
    CallBackTime,
    CompletedByItself,
    NobodyToAssign,
    NotAnInterviewer,
    Tried,
    attempt_record,
    calls_assign,
)
from surveys.services.invitations import Guest, invitations_create
from surveys.services.opt_outs import contact_opt_out
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.respondents import edition_asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    """Six businesses of two strata; the first three stand in the frame with telephone and address."""
    edition = edition_asking()
    guests = []
    for number in range(6):
        business = None
        if number < 3:
            facts = {"phone": f"+8491200000{number}", "address": f"Số {number} Lý Bôn", "locality": "quynh-phu"}
            business = Business.objects.create(
                province=edition.province, key=str(number), name=f"DN {number}", type="enterprise", **facts
            ).pk
        guests.append(Guest(name=f"DN {number}", business=business, stratum="a" if number % 2 else "b"))
    invitations_create(edition=edition, guests=guests, by=None, now=NOW)
    return edition


@pytest.fixture
def person() -> User:
    return user_make(Role.INTERVIEWER, name="Phạm Thị Gọi")


def given(edition: Edition, person: User, **wanted: Any) -> int:
    return calls_assign(edition=edition, wanted=Wanted(**wanted), most=99, interviewer=person, by=None, now=NOW)


def names(found: Any) -> list[str]:
    return [invitation.name for invitation in found]


def test_businesses_are_given_by_stratum_locality_number_or_one_by_one(edition: Edition, person: User) -> None:
    other = user_make(Role.INTERVIEWER)
    assert given(edition, person, stratum="a") == 3
    assert names(calls_of(person, edition)) == ["DN 1", "DN 3", "DN 5"]
    assert given(edition, other, locality="quynh-phu", interviewer=NOBODY) == 2
    assert given(edition, other, search="DN 5") == 1
    assert names(calls_of(person, edition)) == ["DN 1", "DN 3"]
    assert names(calls_of(other, edition)) == ["DN 0", "DN 2", "DN 5"]
    assert calls_assign(edition=edition, wanted=Wanted(), most=1, interviewer=other, by=None, now=NOW) == 1

    assert names(calls_found(edition, Wanted(search="0912 000 002"))) == ["DN 2"]
    Invitation.objects.filter(name="DN 4").update(state=InvitationState.DONE)
    assert "DN 4" not in names(calls_found(edition, Wanted()))
    with pytest.raises(NobodyToAssign):
        given(edition, person, search="DN 4")
    with pytest.raises(NotAnInterviewer):
        given(edition, user_make(Role.MODERATOR))


def test_who_asked_to_be_called_back_stands_first(edition: Edition, person: User) -> None:
    given(edition, person)
    third, fifth = (Invitation.objects.get(name=f"DN {number}") for number in (3, 5))
    for invitation, hours in ((third, 30), (fifth, 2)):
        again = Tried(CallOutcome.CALL_BACK, NOW + timedelta(hours=hours), "Gặp chị Hoa")
        attempt_record(invitation=invitation, tried=again, by=person, now=NOW)
    assert names(calls_of(person, edition))[:2] == ["DN 5", "DN 3"]

    attempt_record(invitation=fifth, tried=Tried(CallOutcome.REFUSED), by=person, now=NOW)
    row = next(row for row in call_rows(calls_of(person, edition), edition) if row.name == "DN 5")
    assert (row.attempts, row.outcome, row.call_back_at) == (2, "Từ chối", None)
    for late in (None, NOW):
        with pytest.raises(CallBackTime):
            attempt_record(invitation=third, tried=Tried(CallOutcome.CALL_BACK, late), by=person, now=NOW)
    with pytest.raises(CompletedByItself):
        attempt_record(invitation=third, tried=Tried(CallOutcome.COMPLETED), by=person, now=NOW)


def test_lists_cost_the_same_however_long_they_are(edition: Edition, person: User) -> None:
    def queries(number: int) -> int:
        Assignment.objects.all().delete()
        calls_assign(edition=edition, wanted=Wanted(), most=number, interviewer=person, by=None, now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(call_rows(calls_of(person, edition), edition)) == number
        return len(seen)

    assert queries(1) == queries(6) == 2


def test_the_own_list_and_nothing_of_others(client: Client, edition: Edition, person: User) -> None:
    """The day of an interviewer: the list, a call back, the interview by telephone."""
    given(edition, person, stratum="a")
    client.force_login(person)
    mine, foreign = (Invitation.objects.get(name=f"DN {number}") for number in (1, 2))

    listed = client.get(reverse("staff:my-calls", args=[edition.pk])).content.decode()
    assert "DN 1" in listed
    assert "0912000001" in listed
    assert "DN 2" not in listed
    assert client.get(reverse("staff:my-call", args=[edition.pk, foreign.pk])).status_code == 404
    assert client.post(reverse("staff:my-call-begin", args=[edition.pk, foreign.pk])).status_code == 404

    page = reverse("staff:my-call", args=[edition.pk, mine.pk])
    assert client.post(page, {"outcome": "call_back"}).status_code == 422
    soon = (datetime.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")  # noqa: DTZ005 - as a browser writes it
    assert client.post(page, {"outcome": "call_back", "call_back_at": soon, "note": "Gặp kế toán"}).status_code == 302
    assert Attempt.objects.get().note == "Gặp kế toán"
    assert not opted_out(edition.province, "+84912000001")
    assert client.post(page, {"outcome": "refused", "no_messages": "on"}).status_code == 302
    assert opted_out(edition.province, "+84912000001")
    line = AuditEntry.objects.get(action="contact.opt_out")
    assert (line.by, line.note) == (person, "")
    assert "912000001" not in str(vars(line))
    assert client.post(page, {"outcome": "refused", "no_messages": "on"}).status_code == 302
    assert AuditEntry.objects.filter(action="contact.opt_out").count() == 1

    begun = client.post(reverse("staff:my-call-begin", args=[edition.pk, mine.pk]), {"mode": "onsite"})
    sitting = Sitting.objects.get()
    assert (sitting.channel, sitting.by, sitting.invitation) == (Channel.ONSITE, person, mine)
    shown = client.get(begun["Location"]).content.decode()
    assert "Phỏng vấn tại chỗ" in shown
    assert "DN 1" not in shown


def test_whoever_calls_sees_before_who_wants_no_messages(client: Client, edition: Edition, person: User) -> None:
    given(edition, person)
    Invitation.objects.filter(name="DN 4").update(email="Lan@cong-ty.vn")
    for contact in ("+84912000001", "lan@cong-ty.vn"):
        contact_opt_out(province=edition.province, contact=contact, by=None, now=NOW)

    rows = call_rows(calls_of(person, edition), edition)

    assert [row.name for row in rows if row.no_messages] == ["DN 1", "DN 4"]
    client.force_login(person)
    pages = [reverse("staff:my-calls", args=[edition.pk])]
    pages += [reverse("staff:my-call", args=[edition.pk, row.key]) for row in rows[:2]]
    shown = [client.get(page).content.decode().count("Không muốn nhận tin") for page in pages]
    assert shown == [2, 0, 1]
    client.force_login(user_make(Role.MANAGER))
    assert client.get(reverse("staff:calls", args=[edition.pk])).content.decode().count("Không muốn nhận tin") == 2
    take = reverse("staff:calls-export", args=[edition.pk])
    assert client.post(take, {"form": "print"}).content.decode().count("Không muốn nhận tin") == 2
    lines = list(csv.reader(io.StringIO(client.post(take, {"form": "csv"}).content.decode("utf-8-sig"))))
    assert [line[-1] for line in lines] == ["no_messages", "0", "1", "0", "0", "1", "0"]


def test_the_manager_shares_out_and_takes_the_list(client: Client, edition: Edition, person: User) -> None:
    client.force_login(user_make(Role.MANAGER))
    give = reverse("staff:calls-give", args=[edition.pk])
    assert client.post(f"{give}?stratum=a", {"person": person.pk, "most": 2}).status_code == 302
    assert Assignment.objects.filter(interviewer=person).count() == 2
    assert client.post(give, {"person": "0", "most": 2}).status_code == 422
    assert client.get(reverse("staff:calls", args=[edition.pk]), {"interviewer": NOBODY}).status_code == 200

    take = f"{reverse('staff:calls-export', args=[edition.pk])}?interviewer={person.pk}"
    lines = list(csv.reader(io.StringIO(client.post(take, {"form": "csv"}).content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(client.post(take, {"form": "xlsx"}).content)).active
    assert [line[1] for line in lines] == ["name", "DN 1", "DN 3"]
    assert (lines[1][2], lines[1][6]) == ("0912000001", "Phạm Thị Gọi")
    assert [row[1].value for row in sheet.iter_rows()] == ["name", "DN 1", "DN 3"]
    assert "DN 3" in client.post(take, {"form": "print"}).content.decode()
    assert AuditEntry.objects.filter(action="calls.export").count() == 3
