"""Own weights: the official ones give the official ranking; missing parts follow the recipe; drawn weights agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.engine.aggregate import AggregateOptions
from scoring.engine.checks import InvalidWeights
from scoring.engine.pipeline import score_values
from scoring.engine.reweigh import Drawn, reweigh, weightings
from tests.scoring.engine.small import framework, recipe

MEANS = ["arithmetic", "geometric", "harmonic", "power_half"]
EVERYONE = np.ones(3, dtype=bool)
SCORES = np.array([[9.0, 2.0, 5.0], [3.0, 8.0, 4.0], [6.0, np.nan, 6.0]])


def test_official_weights_give_the_official_totals_and_ranks() -> None:
    part = framework()
    run = score_values(np.random.default_rng(3).uniform(1, 4, (5, 4)), part, recipe(part)).run
    weights = np.array([item.weight for item in part.sub_indices])

    found = reweigh(
        run.aggregated.sub_indices, weights, AggregateOptions(), run.ranking.takes_part, run.adjusted.applied
    )

    np.testing.assert_array_equal(found.total, run.adjusted.total)
    np.testing.assert_array_equal(found.ranks, run.ranking.ranks)


def test_missing_sub_index_gives_its_weight_to_the_others_and_too_many_leave_no_total() -> None:
    weights = np.array([0.25, 0.5, 0.25])

    lenient = reweigh(SCORES, weights, AggregateOptions(), EVERYONE, np.zeros(3))
    strict = reweigh(SCORES, weights, AggregateOptions(threshold=0.9), EVERYONE, np.zeros(3))
    without = reweigh(SCORES, np.array([1.0, 0.0, 1.0]), AggregateOptions(threshold=0.9), EVERYONE, np.zeros(3))

    assert lenient.total.tolist() == pytest.approx([45.0, 57.5, 60.0])
    assert lenient.ranks.tolist() == [3, 2, 1]
    assert np.isnan(strict.total[2])
    assert strict.ranks.tolist() == [2, 1, 0]
    assert without.total.tolist() == pytest.approx([70.0, 35.0, 60.0])


def test_bonus_points_stay_and_units_that_take_no_part_have_no_rank() -> None:
    found = reweigh(
        SCORES, np.array([1.0, 1.0, 1.0]), AggregateOptions(), np.array([True, True, False]), np.array([0.0, 5.0, 0.0])
    )

    assert found.total[1] == pytest.approx(55.0)
    assert found.ranks.tolist() == [2, 1, 0]


def test_totals_that_differ_only_by_the_order_of_adding_share_a_rank() -> None:
    scores = np.array([[5.0, 5.0], [5.0, 5.0 + 1e-13]])

    assert reweigh(scores, np.array([1.0, 2.0]), AggregateOptions(), EVERYONE[:2], np.zeros(2)).ranks.tolist() == [1, 1]


@pytest.mark.parametrize("weights", [[0.0, 0.0, 0.0], [1.0, -1.0, 2.0], [np.nan, 1.0, 1.0], [np.inf, 1.0, 1.0]])
def test_impossible_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(InvalidWeights):
        reweigh(SCORES, np.array(weights), AggregateOptions(), EVERYONE, np.zeros(3))


@given(
    scores=arrays(np.float64, (4, 3), elements=st.floats(1, 10)),
    holes=arrays(np.bool_, (4, 3)),
    mean=st.sampled_from(MEANS),
    availability=st.sampled_from(["count", "weight"]),
    bonus=arrays(np.float64, 4, elements=st.floats(-2, 2)),
)
def test_every_drawn_weighting_is_what_reweighing_by_it_gives(
    scores: np.ndarray, holes: np.ndarray, mean: str, availability: str, bonus: np.ndarray
) -> None:
    scores = np.where(holes, np.nan, np.round(scores, 2))
    options = AggregateOptions(total=mean, availability=availability)
    official = np.array([0.5, 0.3, 0.2])

    drawn = weightings(scores, official, options, np.round(bonus, 2), Drawn(np.random.default_rng(1), draws=5))

    for weights, ranks in zip(drawn.weights, drawn.ranks, strict=True):
        found = reweigh(scores, weights, options, np.ones(4, dtype=bool), np.round(bonus, 2))
        np.testing.assert_array_equal(ranks, found.ranks)


def test_copeland_has_no_drawn_weightings() -> None:
    with pytest.raises(InvalidWeights):
        weightings(SCORES, np.ones(3), AggregateOptions(total="copeland"), np.zeros(3), Drawn(np.random.default_rng(1)))


def test_sure_leader_stays_first_and_near_ties_wander() -> None:
    scores = np.array([[9.0, 9.0], [5.0, 6.0], [6.0, 5.0]])

    low, high = weightings(
        scores, np.array([1.0, 1.0]), AggregateOptions(), np.zeros(3), Drawn(np.random.default_rng(1))
    ).spread()

    assert (low.tolist(), high.tolist()) == ([1, 2, 2], [1, 3, 3])
