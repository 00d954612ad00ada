"""Paper typed twice: neither person sees the other's entry, differences are decided, only then it is sent in."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from surveys.enums import Channel, InvitationState, Secrecy
from surveys.models import Draft, Edition, Invitation, Rating, Response, Sitting
from surveys.selectors.invitations import code_of, receipt_of
from surveys.selectors.sittings import code_of_sitting
from surveys.services.answering import NotComplete, draft_save
from surveys.services.paper import (
    DifferenceOpen,
    PaperForAnother,
    PaperInWork,
    PaperNotTwice,
    paper_entry_open,
    paper_finish,
    paper_pair,
    paper_reopen,
    paper_send,
)
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return edition_asking(secrecy=Secrecy.CONFIDENTIAL)


@pytest.fixture
def people() -> list[User]:
    return [user_make(Role.INTERVIEWER) for _ in range(3)]


def opened(invitation: Invitation, by: User) -> Sitting:
    entry = paper_entry_open(invitation=invitation, by=by, now=NOW)
    assert entry is not None
    return entry


def typed(invitation: Invitation, by: User) -> Sitting:
    """A finished entry."""
    entry, unit = opened(invitation, by), unit_key(invitation.edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW, sitting=entry)
    paper_finish(sitting=Sitting.objects.get(pk=entry.pk))
    return entry


def test_two_people_and_no_one_else(edition: Edition, people: list[User]) -> None:
    first, second, third = people
    invitation = invited(edition)
    entry = opened(invitation, first)
    assert opened(invitation, first) == entry
    with pytest.raises(NotComplete):
        paper_finish(sitting=entry)
    typed(invitation, first)
    with pytest.raises(PaperForAnother):
        paper_entry_open(invitation=invitation, by=first, now=NOW)
    with pytest.raises(PaperNotTwice):
        paper_send(invitation=invitation, chosen={}, by=first, now=NOW)

    opened(invitation, second)
    with pytest.raises(PaperInWork):
        paper_entry_open(invitation=invitation, by=third, now=NOW)
    typed(invitation, second)
    assert paper_entry_open(invitation=invitation, by=third, now=NOW) is None
    assert paper_pair(invitation=invitation).differences == []

    again = paper_reopen(invitation=invitation, by=second)
    draft_save(invitation=invitation, pages=entry_pages(profile={"size": "small"}), now=NOW, sitting=again)
    with pytest.raises(PaperNotTwice):
        paper_pair(invitation=invitation)
    with pytest.raises(PaperNotTwice):
        paper_reopen(invitation=invitation, by=third)


def test_nothing_undecided_is_sent(edition: Edition, people: list[User]) -> None:
    invitation = invited(edition)
    typed(invitation, people[0])
    second = opened(invitation, people[1])
    unit = unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW, sitting=second)
    draft_save(invitation=invitation, pages=entry_pages(unit, profile={"size": "small"}), now=NOW, sitting=second)
    paper_finish(sitting=Sitting.objects.get(pk=second.pk))

    for chosen in ({}, {"profile/size": "both"}, {"profile/type": "first"}):
        with pytest.raises(DifferenceOpen):
            paper_send(invitation=invitation, chosen=chosen, by=people[2], now=NOW)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW)
    paper_send(invitation=invitation, chosen={"profile/size": "second"}, by=people[2], now=NOW)

    response = Response.objects.get()
    assert (response.channel, response.profile["size"]) == (Channel.PAPER, "small")
    assert (Sitting.objects.count(), Draft.objects.count()) == (0, 0)


def test_from_the_printed_code_to_the_receipt(client: Client, edition: Edition, people: list[User]) -> None:
    """Two typists and the comparison, as browsers send it; the second one's days differ."""
    invitation, unit = invited(edition), unit_key(edition, "so-tai-chinh")
    printed = {"code": code_of(invitation)}
    page = reverse("staff:paper", args=[edition.pk])

    def entered(person: User, days: str) -> Any:
        client.force_login(person)
        started = client.post(page, printed)["Location"]
        code = started.strip("/").split("/")[-1]
        seen = [client.get(started).content.decode()]

        def send(name: str, data: dict[str, Any], **places: Any) -> Any:
            answer = client.post(reverse(f"answering:{name}", kwargs={"code": code, **places}), {"go": "next", **data})
            if name != "send":
                seen.append(client.get(answer["Location"].partition("#")[0]).content.decode())
            return answer

        send("about", {"consent": "yes"})
        send("profile", {"p-type": "enterprise", "p-size": "micro"})
        send("units", {"unit": [unit]})
        send("section", {"q-MB1": "4", "q-MB2": "1", "n-MB3": days}, unit=unit, section="transparency")
        send("section", {"n-TG1": "5"}, unit=unit, section="time_costs")
        seen.append(client.get(reverse("answering:section", args=[code, unit, "transparency"])).content.decode())
        finished = send("send", {})
        assert finished["Location"] == page
        assert client.get(started).status_code == 410
        return seen

    def days_in(pages: list[str]) -> set[str]:
        fields = [field for page in pages for field in re.findall(r"<input[^>]*n-MB3[^>]*>", page)]
        return {day for field in fields for day in re.findall(r'value="([^"]+)"', field)}

    assert days_in(entered(people[0], "12")) == {"12"}
    assert "Bản nhập này đã xong" in client.post(page, printed).content.decode()
    assert days_in(entered(people[1], "21")) == {"21"}

    client.force_login(people[2])
    assert client.post(page, {"code": "WRONG"}).status_code == 422
    compared = client.post(page, printed).content.decode()
    assert "Hai bản nhập khác nhau ở 1 chỗ" in compared
    decide = reverse("staff:paper-decide", args=[edition.pk])
    assert client.post(decide, printed).status_code == 422
    key = f"d:answer/{unit}/MB3"
    sent = client.post(decide, {**printed, key: "second"}, follow=True)

    assert receipt_of(invitation) in sent.content.decode()
    assert Rating.objects.get().answers == {"MB1": 4, "MB2": 1, "MB3": 21, "TG1": 5}
    assert Invitation.objects.get().state == InvitationState.DONE
    trail = AuditEntry.objects.get(action="paper.send")
    assert (trail.subject_kind, trail.note) == ("edition", "")


def test_a_paper_of_another_edition_is_unknown(client: Client, edition: Edition, people: list[User]) -> None:
    other = edition_asking(secrecy=Secrecy.CONFIDENTIAL, year=2023)
    client.force_login(people[0])
    answer = client.post(reverse("staff:paper", args=[edition.pk]), {"code": code_of(invited(other))})
    assert (answer.status_code, Sitting.objects.count()) == (422, 0)
    assert code_of_sitting(opened(invited(edition), people[0])) not in answer.content.decode()
