"""Inviting businesses; their codes."""

import pytest
from django.conf import settings

from accounts.models import AuditEntry
from ddci.core.crypto import code_in_groups
from surveys.enums import EditionState, InvitationState
from surveys.models import Invitation
from surveys.selectors.invitations import UnknownCode, code_of, invitation_by_code, receipt_of
from surveys.services.editions import WrongState
from surveys.services.invitations import Guest, GuestInvalid, invitations_create
from tests.factories.editions import NOW, edition_in_state, edition_make, edition_opened
from tests.factories.people import user_make
from tests.factories.respondents import invited

pytestmark = pytest.mark.django_db


def test_invitations_keep_the_order_and_facts_of_the_guests_and_are_audited() -> None:
    edition, manager = edition_make(), user_make()
    guests = [Guest(f"Công ty {number}", f"c{number}@example.vn", f"s{number}", 1.5 + number) for number in range(3)]

    made = invitations_create(edition=edition, guests=guests, by=manager, now=NOW)

    assert [Guest(each.name, each.email, each.stratum, each.design_weight) for each in made] == guests
    assert {each.state for each in Invitation.objects.all()} == {InvitationState.SENT}
    entry = AuditEntry.objects.get(action="invitations.create")
    assert (entry.by, entry.at, entry.note) == (manager, NOW, "3")


def test_many_invitations_have_different_codes() -> None:
    edition = edition_opened()

    made = invitations_create(edition=edition, guests=[Guest("x")] * 1300, by=None, now=NOW)

    assert len({code_of(each) for each in made}) == 1300
    assert Invitation.objects.count() == 1300


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_no_positive_number_invites_nobody(weight: float) -> None:
    edition = edition_make()
    guests = [Guest("A"), Guest("B", design_weight=weight)]

    with pytest.raises(GuestInvalid):
        invitations_create(edition=edition, guests=guests, by=None, now=NOW)

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("state", [EditionState.CLOSED, EditionState.FROZEN, EditionState.PUBLISHED])
def test_nobody_is_invited_after_closing(state: EditionState) -> None:
    with pytest.raises(WrongState):
        invitations_create(edition=edition_in_state(state), guests=[Guest("A")], by=None, now=NOW)


def test_a_code_is_found_however_it_is_typed() -> None:
    invitation = invited(edition_make())
    code = code_of(invitation)
    alike = code.replace("0", "o").replace("1", "l")

    for typed in (code, code.lower(), code_in_groups(code), f"  {code_in_groups(code).replace('-', ' – ')} ", alike):
        assert invitation_by_code(typed) == invitation


def test_wrong_codes_are_refused_with_one_and_the_same_sentence() -> None:
    invitation = invited(edition_make())
    code = code_of(invitation)
    changed = code[:-1] + ("A" if code[-1] != "A" else "B")
    invitation.delete()

    sentences = set()
    for typed in (changed, code, "", "A", "\x00", "Ω" * 16, code * 2, invitation.handle):
        with pytest.raises(UnknownCode) as refused:
            invitation_by_code(typed)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_another_key_gives_another_code_and_receipt(settings: object) -> None:
    invitation = invited(edition_make())
    before = (code_of(invitation), receipt_of(invitation))

    settings.INVITATION_KEY = "another key"  # type: ignore[attr-defined]

    assert code_of(invitation) != before[0]
    assert receipt_of(invitation) != before[1]
    with pytest.raises(UnknownCode):
        invitation_by_code(before[0])


def test_no_code_and_no_receipt_stands_in_the_row() -> None:
    invitation = invited(edition_make())

    row = {str(value) for value in Invitation.objects.filter(pk=invitation.pk).values_list()[0]}

    assert row & {code_of(invitation), receipt_of(invitation), settings.INVITATION_KEY} == set()
