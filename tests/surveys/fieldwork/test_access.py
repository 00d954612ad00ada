"""Businesses that come by themselves: one answer for a tax code, nothing given away, apart from the sample."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from surveys.answers.routes import OUTSIDE
from surveys.demo.frame import simulated_tax_code
from surveys.enums import Channel, EditionState, Secrecy
from surveys.models import Business, Edition, Invitation, Registration, Response
from surveys.selectors import monitor
from surveys.selectors.invitations import code_of
from surveys.services.access import (
    AccessSettled,
    Application,
    NoWayIn,
    TooManyToday,
    Ways,
    access_change,
    business_register,
    open_link_take,
)
from surveys.services.answering import AlreadyClosed, draft_save, response_submit
from surveys.services.editions import edition_advance, edition_open
from surveys.services.invitations import Guest, invitations_create
from surveys.web.answering.joining import ASKED
from tests.factories.editions import NOW, edition_opened
from tests.factories.frames import business_row, frame_imported, framed_edition
from tests.factories.respondents import unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db
BOTH = Ways(open_link=True, self_registration=True, daily_limit=3)


def asking(ways: Ways = BOTH) -> Edition:
    """An open edition that asks for the locality, with three businesses in the frame: 1 drawn, 2 without e-mail."""
    edition = framed_edition(secrecy=Secrecy.CONFIDENTIAL)
    rows = [business_row(1), business_row(2, Email=""), business_row(3)]
    frame_imported(edition.province, rows)
    edition_open(edition=edition, by=None, now=NOW)
    drawn = Business.objects.get(tax_code=simulated_tax_code(1))
    guest = Guest(name=drawn.name, email=drawn.email, business=drawn.pk, stratum="a")
    invitations_create(edition=edition, guests=[guest], by=None, now=NOW)
    access_change(edition=edition, ways=ways, by=None, now=NOW)
    return Edition.objects.select_related("province").get(pk=edition.pk)


def application(number: int, **facts: str) -> Application:
    given = {"name": f"Hộ {number}", "type": "household", "email": "ai-do@example.org", **facts}
    return Application(tax_code=simulated_tax_code(number), **given)


def test_ways_are_shut_unless_switched_on() -> None:
    edition = edition_opened()
    for call in (
        lambda: open_link_take(edition=edition, now=NOW),
        lambda: business_register(edition=edition, application=application(9), now=NOW),
    ):
        with pytest.raises(NoWayIn):
            call()
    access_change(edition=edition, ways=BOTH, by=None, now=NOW)
    closed = edition_advance(edition=edition, to=EditionState.CLOSED, by=None, now=NOW)
    with pytest.raises(AlreadyClosed):
        open_link_take(edition=closed, now=NOW)
    with pytest.raises(AccessSettled):
        access_change(edition=closed, ways=BOTH, by=None, now=NOW)


def test_a_day_gives_no_more_links_than_the_limit() -> None:
    edition = asking()
    for _ in range(BOTH.daily_limit):
        open_link_take(edition=edition, now=NOW)
    with pytest.raises(TooManyToday):
        open_link_take(edition=edition, now=NOW)
    open_link_take(edition=edition, now=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("number", "to", "new"),
    [
        (1, "dn1@example.com", 0),  # drawn: its own link, to the address that the frame knows, never to the typed one
        (2, "ai-do@example.org", 1),  # in the frame without an address: the typed one
        (3, "dn3@example.com", 1),  # in the frame, not drawn
        (4, "ai-do@example.org", 1),  # unknown to the frame
    ],
)
def test_a_link_goes_to_the_known_address_and_a_business_has_one_only(
    number: int, to: str, new: int, django_capture_on_commit_callbacks: Any
) -> None:
    edition = asking()
    for email in ("ai-do@example.org", "nguoi-khac@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            business_register(edition=edition, application=application(number, email=email), now=NOW)

    assert [message.to for message in mail.outbox] == [[to], [to]]
    assert (Registration.objects.count(), Invitation.objects.count()) == (new, 1 + new)
    invitation = Invitation.objects.latest("pk")
    assert all(code_of(invitation) in str(message.body) for message in mail.outbox)
    assert invitation.stratum == (OUTSIDE[Channel.SELF] if new else "a")


def test_who_came_by_itself_is_apart_in_the_data_and_in_the_rate() -> None:
    edition = asking()
    business_register(edition=edition, application=application(2, email="", phone="+84912000000"), now=NOW)
    unit = unit_key(edition, "so-tai-chinh")
    for invitation in [*Invitation.objects.all(), open_link_take(edition=edition, now=NOW)]:
        draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW)
        response_submit(invitation=invitation)

    rows = Response.objects.values_list("channel", "stratum", "design_weight")
    assert sorted(rows) == [
        ("invited", "a", 1.0),
        ("open", OUTSIDE[Channel.OPEN], 1.0),
        ("self", OUTSIDE[Channel.SELF], 1.0),
    ]
    counted = monitor.participation_of(edition)
    assert (counted.invited, counted.done, counted.responses) == (1, 1, 3)


def form(number: int, **facts: str) -> dict[str, str]:
    given = {"way": "self", "name": "Hộ Lan", "type": "household", "locality": "quynh-phu", "email": "lan@example.org"}
    return {**given, "tax_code": simulated_tax_code(number), **facts}


def test_the_public_page_says_the_same_to_everybody(client: Client) -> None:
    edition = asking(Ways(open_link=True, self_registration=True, daily_limit=100))
    page = reverse("answering:join", args=[edition.province.slug, edition.year])
    assert client.get(page).status_code == 200
    assert Invitation.objects.count() == 1

    answers = [client.post(page, form(number)) for number in (1, 2, 4, 4)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert client.cookies == {}

    for wrong in ({"tax_code": "0100109107"}, {"tax_code": "12"}, {"email": ""}, {"locality": "hue"}, {"phone": "115"}):
        assert client.post(page, form(5, **wrong)).status_code == 422
    opened = client.post(page, {"way": "open"})
    assert opened["Location"] == reverse("answering:start", args=[code_of(Invitation.objects.latest("pk"))])
    assert (Invitation.objects.count(), Registration.objects.count()) == (4, 2)


def test_one_sender_cannot_ask_for_ever(client: Client) -> None:
    edition = asking(Ways(open_link=True, self_registration=False, daily_limit=1000))
    page = reverse("answering:join", args=[edition.province.slug, edition.year])
    answers = [client.post(page, {"way": "open"}).status_code for _ in range(ASKED + 1)]
    assert answers == [302] * ASKED + [429]
    assert client.post(page, {"way": "open"}, REMOTE_ADDR="10.1.2.3").status_code == 302
