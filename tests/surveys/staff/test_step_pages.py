"""Opening, closing, freezing: asked first, done once, refused out of turn."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from surveys.enums import EditionState
from surveys.models import Dataset, Edition, EligibilityRule
from tests.factories.editions import edition_answered, edition_closed, edition_in_state, edition_make
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def state_of(edition: Edition) -> str:
    return Edition.objects.get(pk=edition.pk).state


def test_asking_changes_nothing(client: Client) -> None:
    for step, edition in (("open", edition_make()), ("close", edition_answered(year=2023, responses=3))):
        before = state_of(edition)
        assert client.get(reverse(f"staff:edition-{step}", args=[edition.pk])).status_code == 200
        assert state_of(edition) == before


def test_the_three_steps(client: Client) -> None:
    edition = edition_make()
    client.post(reverse("staff:edition-open", args=[edition.pk]))
    assert state_of(edition) == EditionState.OPEN

    answered = edition_answered(year=2023, responses=3)
    client.post(reverse("staff:edition-close", args=[answered.pk]), {"reason": "Đủ phiếu"})
    assert state_of(answered) == EditionState.CLOSED

    client.post(reverse("staff:edition-freeze", args=[answered.pk]), {"reason": "Đã kiểm tra"})
    assert state_of(answered) == EditionState.FROZEN
    assert Dataset.objects.get(edition=answered).reason == "Đã kiểm tra"


def test_what_is_missing_is_told_and_there_is_no_button(client: Client) -> None:
    edition = edition_make()
    EligibilityRule.objects.filter(block__edition=edition, block__code="localities").delete()

    answer = client.get(reverse("staff:edition-open", args=[edition.pk]))

    assert len(answer.context["gaps"]) == 1
    assert b'<button class="button" type="submit"' not in answer.content


def test_opening_with_something_missing_is_refused(client: Client) -> None:
    edition = edition_make()
    EligibilityRule.objects.filter(block__edition=edition).delete()

    answer = client.post(reverse("staff:edition-open", args=[edition.pk]))

    assert (answer.status_code, state_of(edition)) == (409, EditionState.DRAFT)


@pytest.mark.parametrize(
    ("step", "state"),
    [("open", EditionState.OPEN), ("close", EditionState.DRAFT), ("freeze", EditionState.OPEN)],
)
def test_a_step_out_of_turn_is_refused(client: Client, step: str, state: EditionState) -> None:
    edition = edition_in_state(state)
    address = reverse(f"staff:edition-{step}", args=[edition.pk])

    page, answer = client.get(address), client.post(address)

    assert page.context["follows"] is False
    assert (answer.status_code, state_of(edition)) == (409, state)


def test_freezing_nothing_is_refused(client: Client) -> None:
    edition = edition_closed(responses=0)

    answer = client.post(reverse("staff:edition-freeze", args=[edition.pk]))

    assert (answer.status_code, state_of(edition)) == (409, EditionState.CLOSED)
