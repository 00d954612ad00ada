"""Somebody else fills in: an empty questionnaire beside the respondent's own draft, which nobody else ever sees."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from surveys.enums import CallOutcome, Channel, InvitationState, Secrecy
from surveys.models import Assignment, Attempt, Draft, Edition, Invitation, Response, Sitting
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of, receipt_of
from surveys.selectors.sittings import SittingOver, code_of_sitting, sitting_by_code, sitting_content
from surveys.services.answering import AlreadySent, draft_save, response_submit
from surveys.services.editions import edition_close
from surveys.services.sittings import sitting_start
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return edition_asking()


@pytest.fixture
def unit(edition: Edition) -> int:
    return unit_key(edition, "so-tai-chinh")


def begun(invitation: Invitation, channel: Channel = Channel.PHONE, by: Any = None) -> Sitting:
    return sitting_start(invitation=invitation, channel=channel, by=by, now=timezone.now())


def fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.get(pk=invitation.pk)


def test_it_begins_empty_beside_a_draft_that_stays_as_it_was(edition: Edition, unit: int) -> None:
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW)
    before = bytes(Draft.objects.get().box)
    person = user_make(Role.INTERVIEWER)

    sitting = begun(invitation, by=person)
    assert sitting_content(sitting).profile == {}
    draft_save(invitation=invitation, pages=entry_pages(), now=NOW, sitting=sitting)

    assert bytes(Draft.objects.get().box) == before
    assert draft_content(fresh(invitation)).ratings[unit]["MB1"] == 3
    again = begun(invitation, by=person)
    assert list(Sitting.objects.all()) == [again]
    with pytest.raises(SittingOver):
        draft_save(invitation=invitation, pages=entry_pages(), now=NOW, sitting=sitting)


def test_what_is_sent_in_first_counts_and_everything_else_is_deleted_unread(edition: Edition, unit: int) -> None:
    person = user_make(Role.INTERVIEWER)
    by_phone, by_self = invited(edition, "Công ty A"), invited(edition, "Công ty B")
    sittings = {each.pk: begun(each, by=person) for each in (by_phone, by_self)}
    Assignment.objects.create(invitation=by_phone, interviewer=person, call_back_at=NOW)
    for each in (by_phone, by_self):
        draft_save(invitation=each, pages=whole_questionnaire(unit), now=NOW)
        draft_save(invitation=each, pages=whole_questionnaire(unit), now=NOW, sitting=sittings[each.pk])

    receipt = response_submit(invitation=by_phone, sitting=sittings[by_phone.pk])
    response_submit(invitation=by_self)

    assert receipt == receipt_of(by_phone)
    assert (Draft.objects.count(), Sitting.objects.count()) == (0, 0)
    assert {each.state for each in Invitation.objects.all()} == {InvitationState.DONE}
    tried = Attempt.objects.get()
    assert (tried.outcome, tried.by, tried.hour) == (CallOutcome.COMPLETED, person, None)
    assert Assignment.objects.get().call_back_at is None
    with pytest.raises(AlreadySent):
        response_submit(invitation=by_self, sitting=sittings[by_self.pk])


def test_the_hand_travels_in_the_box_and_comes_out_at_opening(edition: Edition, unit: int) -> None:
    hands = [None] * 6 + [Channel.ONSITE] * 5 + [Channel.HELPED] * 5
    for number, hand in enumerate(hands):
        invitation = invited(edition, f"Công ty {number}")
        sitting = begun(invitation, hand) if hand else None
        draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW, sitting=sitting)
        response_submit(invitation=invitation, sitting=sitting)
    box_opened(edition)

    channels = list(Response.objects.values_list("channel", flat=True))
    assert sorted(channels) == ["helped"] * 5 + ["invited"] * 6 + ["onsite"] * 5


def test_a_confidential_edition_keeps_no_pace_of_another_hand() -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    unit, invitation = unit_key(edition, "so-tai-chinh"), invited(edition)
    sitting = begun(invitation)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW, sitting=sitting)
    response_submit(invitation=invitation, sitting=sitting)

    response = Response.objects.get()
    assert (response.channel, response.pace) == (Channel.PHONE, None)


@pytest.mark.parametrize(
    ("channel", "minutes", "opens"),
    [(Channel.HELPED, 29, True), (Channel.HELPED, 31, False), (Channel.PHONE, 121, False), (Channel.PAPER, 9999, True)],
)
def test_a_device_left_lying_about_opens_nothing(edition: Edition, channel: Channel, minutes: int, opens: bool) -> None:
    sitting = begun(invited(edition), channel)
    later = sitting.saved_at + timedelta(minutes=minutes)
    if opens:
        assert sitting_by_code(code_of_sitting(sitting), later) == sitting
    else:
        with pytest.raises(SittingOver):
            sitting_by_code(code_of_sitting(sitting), later)


def test_closing_deletes_what_others_began(edition: Edition, unit: int) -> None:
    begun(invited(edition))
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    assert not Sitting.objects.exists()


def test_a_helper_sees_nothing_saved_and_leaves_nothing(client: Client, edition: Edition, unit: int) -> None:
    """The whole way on a borrowed telephone, page by page as a browser without scripts sends it."""
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW)
    own = code_of(invitation)

    entered = client.post(reverse("answering:assisted"), {"code": own.lower()})
    assert own not in entered["Location"]
    code = entered["Location"].strip("/").split("/")[-1]
    pages: list[Any] = [client.get(entered["Location"])]
    assert 'name="consent" value="yes" aria-' not in pages[0].content.decode()
    assert "checked" not in pages[0].content.decode()

    def sent(name: str, data: dict[str, Any], **places: Any) -> None:
        answer = client.post(reverse(f"answering:{name}", kwargs={"code": code, **places}), {"go": "next", **data})
        pages.append(client.get(answer["Location"].partition("#")[0]))

    sent("about", {"consent": "yes"})
    sent("profile", {"p-type": "enterprise", "p-size": "micro"})
    sent("units", {"unit": [unit]})
    sent("section", {"q-MB1": "4", "q-MB2": "0"}, unit=unit, section="transparency")
    pages.append(client.get(reverse("answering:review", args=[code])))
    done = client.post(reverse("answering:send", args=[code]))

    assert all(each["Cache-Control"] == "no-store" for each in [*pages, done])
    assert not any(own in each.content.decode() or "data-autosave" in each.content.decode() for each in pages)
    assert done["Clear-Site-Data"] == '"cache", "storage"'
    assert receipt_of(invitation) in done.content.decode()
    assert client.cookies == {}
    for name in ("start", "profile", "review", "receipt", "send"):
        assert client.get(reverse(f"answering:{name}", args=[code])).status_code == 410
    assert client.get(reverse("answering:receipt", args=[own])).status_code == 200


def test_a_helper_ends_without_sending(client: Client, edition: Edition) -> None:
    invitation = invited(edition)
    code = client.post(reverse("answering:assisted"), {"code": code_of(invitation)})["Location"].strip("/")[-16:]
    client.post(reverse("answering:about", args=[code]), {"consent": "yes"})
    assert fresh(invitation).state == InvitationState.STARTED

    ended = client.post(reverse("answering:discard", args=[code]))

    assert (ended.status_code, ended["Clear-Site-Data"]) == (200, '"cache", "storage"')
    assert (Sitting.objects.count(), fresh(invitation).state) == (0, InvitationState.SENT)
    assert client.get(reverse("answering:start", args=[code])).status_code == 410
