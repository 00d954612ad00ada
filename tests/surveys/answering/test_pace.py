"""Pace: seconds are summed in the sealed draft, one of three steps is kept with the response, no time of day."""

from datetime import timedelta

import pytest

from surveys.answers.pace import pace_of, seconds_between
from surveys.enums import Pace, Secrecy
from surveys.models import Response
from surveys.selectors.answering import draft_content
from surveys.services.answering import draft_save, response_submit
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire


@pytest.mark.parametrize(
    ("seconds", "answers", "pace"),
    [
        (0.0, 40, None),
        (30.0, 0, None),
        (39.9, 40, Pace.HASTY),
        (40.0, 40, Pace.FAST),
        (79.9, 40, Pace.FAST),
        (80.0, 40, Pace.STEADY),
    ],
)
def test_three_steps(seconds: float, answers: int, pace: Pace | None) -> None:
    assert pace_of(seconds, answers) is pace


def test_a_pause_counts_as_five_minutes_and_clocks_that_go_back_count_nothing() -> None:
    assert seconds_between(NOW, NOW + timedelta(hours=9)) == 300
    assert seconds_between(NOW, NOW - timedelta(seconds=5)) == 0
    assert seconds_between(None, NOW) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("pause", "pace"), [(1, Pace.HASTY), (5, Pace.FAST), (60, Pace.STEADY)])
def test_the_step_is_kept_and_the_seconds_go_with_the_draft(pause: int, pace: Pace) -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW + timedelta(seconds=pause))
    assert draft_content(invitation).seconds == pause

    response_submit(invitation=invitation)

    assert Response.objects.get().pace == pace


@pytest.mark.django_db
def test_a_questionnaire_handed_in_at_once_has_no_pace() -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)

    response_submit(invitation=invitation)

    assert Response.objects.get().pace is None


@pytest.mark.django_db
def test_a_sealed_edition_keeps_no_pace() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW + timedelta(seconds=60))
    response_submit(invitation=invitation)

    box_opened(edition)

    assert Response.objects.get().pace is None
