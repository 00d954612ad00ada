"""Requests that come twice, late or in another order, and clocks that jump: the last entry counts, once."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from surveys.answers.drafts import SectionPage
from surveys.models import Draft, Edition, Envelope, Invitation, Receipt
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of, receipt_of
from surveys.services.answering import Tab, draft_save
from tests.factories.editions import NOW
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return edition_asking()


def stored(invitation: Invitation) -> Any:
    return draft_content(Invitation.objects.get(pk=invitation.pk))


@pytest.mark.parametrize("seed", range(5))
def test_saves_of_a_page_that_are_replayed_and_reordered_leave_the_last_one(
    client: Client, edition: Edition, seed: int
) -> None:
    rng, finance = Random(seed), unit_key(edition, "so-tai-chinh")
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    address = reverse("answering:section", args=[code_of(invitation), finance, "transparency"])
    entered = [{"q-MB1": str(rng.randint(1, 4)), "q-MB2": str(rng.randint(0, 1))} for _ in range(8)]
    requests = [{**each, "tab": "a", "turn": str(turn), "seen": "1"} for turn, each in enumerate(entered, 1)]
    arriving = requests + rng.choices(requests, k=8)
    rng.shuffle(arriving)

    answers = [client.post(address, {**each, "go": "autosave"}) for each in arriving]

    assert {answer.status_code for answer in answers} == {200}
    assert stored(invitation).ratings[finance] == {name[2:]: int(value) for name, value in entered[-1].items()}


def test_what_is_replayed_after_sending_in_changes_nothing(client: Client, edition: Edition) -> None:
    finance = unit_key(edition, "so-tai-chinh")
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)
    code = code_of(invitation)
    page = reverse("answering:section", args=[code, finance, "transparency"])
    send = reverse("answering:send", args=[code])

    first = client.post(send, {"script": "1"})
    box = bytes(Envelope.objects.get().box)
    late = client.post(page, {"q-MB1": "1", "tab": "a", "turn": "1", "seen": "1", "go": "autosave"})
    again = [client.post(send, {"script": "1"}), client.post(send)]

    assert (late.status_code, late.json()["code"]) == (410, "already_sent")
    assert receipt_of(invitation) in first.content.decode()
    assert receipt_of(invitation) in again[0].content.decode()
    assert again[1]["Location"] == reverse("answering:receipt", args=[code])
    assert not Draft.objects.exists()
    assert (Receipt.objects.count(), bytes(Envelope.objects.get().box)) == (1, box)


def test_a_clock_that_jumps_loses_no_save_and_counts_no_impossible_time(edition: Edition) -> None:
    finance = unit_key(edition, "so-tai-chinh")
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    jumps = [timedelta(days=3650), timedelta(days=-3650), timedelta(0), timedelta(seconds=-1)]

    for turn, jump in enumerate(jumps, 1):
        page = SectionPage(finance, {"MB1": str(turn)}, "transparency")
        draft_save(invitation=invitation, pages=[page], now=NOW + jump, tab=Tab("a", turn, turn))
        assert stored(invitation).ratings[finance] == {"MB1": turn}

    # From NOW ahead by ten years: the longest gap; back: nothing; ahead again: the longest gap; back: nothing.
    assert stored(invitation).seconds == 600
    assert Draft.objects.get().revision == 5
