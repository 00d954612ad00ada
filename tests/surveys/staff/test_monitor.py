"""Counts of fieldwork, against counts made by hand."""

from collections import Counter
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from surveys.enums import Channel, InvitationState, Secrecy
from surveys.models import Edition, Invitation, Rating, Response
from surveys.selectors import monitor
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW, edition_answered, edition_make, edition_opened
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db


def respond(edition: Edition, size: str, times: int, channel: Channel = Channel.INVITED) -> None:
    version = edition.questionnaires.get()
    for _ in range(times):
        Response.objects.create(edition=edition, questionnaire=version, channel=channel, profile={"size": size})


def test_units_are_counted_and_marked_against_the_minimum() -> None:
    edition = edition_answered(responses=20)
    edition_answered(responses=5, province=province_make("nam-dinh"))
    by_hand = Counter(rating.block_unit.unit.code for rating in Rating.objects.filter(response__edition=edition))

    blocks = monitor.block_counts(edition)

    assert {line.code: line.count for block in blocks for line in block.units} == by_hand
    assert [block.ratings for block in blocks] == [40, 20]
    edition.minimum_ratings = sorted(by_hand.values())[-1]
    short = {line.code for block in monitor.block_counts(edition) for line in block.short}
    assert short == {code for code, n in by_hand.items() if n < edition.minimum_ratings}


def test_the_fewest_come_first_and_the_mark_lies_on_the_bar() -> None:
    edition = edition_answered(responses=20)
    edition.minimum_ratings = 100

    block = monitor.block_counts(edition)[0]

    counts = [line.count for line in block.units]
    assert counts == sorted(counts)
    assert block.mark == 1.0
    assert [line.share for line in block.units] == [n / 100 for n in counts]


def test_a_unit_without_ratings_is_counted_as_none() -> None:
    block = monitor.block_counts(edition_opened())[0]

    assert [(line.count, line.enough) for line in block.units] == [(0, False)] * 3


def test_participation_of_an_edition_without_invitations_has_no_rate() -> None:
    assert monitor.participation_of(edition_answered(responses=4)) == monitor.Participation(
        invited=0, started=0, done=0, responses=4, ratings=12, comments=0, comments_waiting=0
    )
    assert monitor.participation_of(edition_make(year=2020)).rate is None


def test_strata_compare_completed_with_invited() -> None:
    edition = edition_opened()
    guests = [Guest(name=str(number), stratum="micro" if number < 4 else "small") for number in range(6)]
    made = invitations_create(edition=edition, guests=guests, by=None, now=NOW)
    Invitation.objects.filter(pk__in=[made[0].pk, made[5].pk]).update(state=InvitationState.DONE)

    lines = [(line.label, line.count, line.of, line.share) for line in monitor.stratum_counts(edition)]

    assert lines == [("micro", 1, 4, 0.25), ("small", 1, 2, 0.5)]
    assert monitor.participation_of(edition).rate == pytest.approx(2 / 6)


def test_channels_share_the_responses() -> None:
    edition = edition_opened()
    respond(edition, "micro", 3)
    respond(edition, "micro", 1, Channel.IMPORTED)

    assert [(line.code, line.count, line.share) for line in monitor.channel_counts(edition)] == [
        ("invited", 3, 0.75),
        ("imported", 1, 0.25),
    ]


def test_small_bands_are_not_told_and_empty_ones_are() -> None:
    edition = edition_opened()
    respond(edition, "micro", monitor.HIDDEN_BELOW)
    respond(edition, "small", monitor.HIDDEN_BELOW - 1)

    by_text = {band.text: band.lines for band in monitor.band_counts(edition)}

    assert [(n, share) for _, n, share in by_text["Quy mô"]] == [(5, 5 / 9), (None, 0.0)]
    assert [n for _, n, _ in by_text["Loại hình"]] == [0, 0, 0]


@pytest.mark.parametrize(
    ("today", "share"),
    [(date(2024, 9, 30), 0.0), (date(2024, 10, 1), 0.0), (date(2024, 10, 6), 0.5), (date(2024, 11, 1), 1.0)],
)
def test_time_that_has_passed(today: date, share: float) -> None:
    edition = Edition(opens_on=date(2024, 10, 1), closes_on=date(2024, 10, 10))

    assert monitor.share_of_time(edition, today) == share


def test_time_without_days_is_unknown() -> None:
    assert monitor.share_of_time(Edition(opens_on=date(2024, 10, 1)), date(2024, 10, 2)) is None


def test_the_framework_is_counted_by_block() -> None:
    lines = monitor.framework_counts(edition_make(units=4))

    assert [(line.units, line.sub_indices, line.indicators, line.questions) for line in lines] == [
        (4, 2, 4, 3),
        (4, 3, 5, 4),
    ]


@pytest.mark.parametrize("responses", [1, 3, 30])
def test_the_page_needs_the_same_queries_for_many(responses: int, django_assert_num_queries) -> None:
    edition, client = edition_answered(responses=responses, units=1 if responses == 1 else 5), Client()
    client.force_login(user_make(Role.ANALYST))

    with django_assert_num_queries(16):
        client.get(reverse("staff:responses", args=[edition.pk]))


def test_the_page_of_a_sealed_edition_shows_no_band_and_counts_by_trays() -> None:
    edition, client = edition_answered(responses=20, secrecy=Secrecy.SEALED), Client()
    client.force_login(user_make(Role.ANALYST))

    page = client.get(reverse("staff:responses", args=[edition.pk])).content.decode()

    assert "Câu trả lời nằm trong hòm phiếu" in page
    assert "Quy mô" not in page
    assert [block.ratings for block in monitor.block_counts(edition)] == [40, 20]
