"""How firmly ranks stand: kept with the run, confirmed by leaving responses out, said in words."""

from itertools import pairwise

import numpy as np
import pytest
from django.utils import translation

from scoring.models import Score
from scoring.selectors.firmness import Firmness, Swap, firmness_of
from scoring.sentences import fragility_sentences
from tests.factories.results import scored_edition

pytestmark = pytest.mark.django_db
NAMES = {"a": "Sở A", "b": "Sở B", "c": "Sở C"}


def test_run_keeps_swaps_of_neighbours_in_order_of_rank() -> None:
    run = scored_edition(units=4, responses=80)

    swaps = firmness_of(run.diagnostics, "departments").swaps

    scores = list(Score.objects.filter(run=run, block__code="departments", rank__isnull=False).order_by("rank"))
    codes = [score.block_unit.unit.code for score in scores]
    assert [(swap.higher, swap.lower) for swap in swaps] == list(pairwise(codes))
    totals = [score.total or 0.0 for score in scores]
    assert [swap.gap for swap in swaps] == pytest.approx(-np.diff(totals))
    assert all(0 <= swap.responses <= 80 for swap in swaps)


def test_effective_number_is_at_most_the_number_of_ratings() -> None:
    run = scored_edition(units=3, responses=80)

    effective = firmness_of(run.diagnostics, "departments").effective

    for score in Score.objects.filter(run=run, block__code="departments"):
        assert 0 < effective[score.block_unit.unit.code] <= score.n


def test_runs_from_before_have_no_firmness_and_no_sentence() -> None:
    assert firmness_of({"blocks": {"departments": {"warnings": []}}}, "departments") == Firmness()
    assert fragility_sentences(Firmness(), NAMES, 100) == []


def test_fragility_in_words_names_the_leaders_and_the_closest() -> None:
    found = Firmness(swaps=(Swap("a", "b", 2.0, 14), Swap("b", "c", 0.1, 1)))

    with translation.override("vi"):
        first, closest = fragility_sentences(found, NAMES, 2368)
    with translation.override("en"):
        english = fragility_sentences(found, NAMES, 2368)

    assert "14 trong 2.368 phiếu" in first
    assert "Sở A và Sở B đổi chỗ hạng 1 và hạng 2" in first
    assert "Sở B và Sở C: chỉ cần vắng 1 phiếu" in closest
    assert english[0].startswith("14 of 2,368 responses, those most in favour of Sở A, would have to be missing")
    assert english[1] == "The closest neighbours are Sở B and Sở C: there, 1 response is enough."


def test_an_order_that_no_number_of_responses_can_turn_is_said_to_be_so() -> None:
    found = Firmness(swaps=(Swap("a", "b", 40.0, 0),))

    with translation.override("en"):
        assert fragility_sentences(found, NAMES, 50) == [
            "No number of missing responses would make Sở A and Sở B swap ranks 1 and 2."
        ]
