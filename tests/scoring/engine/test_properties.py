"""Properties that must hold whatever the data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.aggregate import AGGREGATORS, AggregateOptions, combine
from scoring.engine.normalise import NormaliseOptions, normalise
from scoring.engine.pipeline import score, score_values
from scoring.engine.ranksets import normal_draws, rank_sets
from scoring.engine.types import Framework, Indicator, SubIndex
from scoring.engine.weight import WeightOptions, rake
from tests.scoring.engine.small import framework, recipe, rows, survey

whole = st.integers(0, 2**31 - 1)


def table(seed: int, units: int = 6, indicators: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(10, 3, (units, indicators))


@settings(max_examples=15, deadline=None)
@given(seed=whole)
def test_order_of_ratings_does_not_matter(seed: int) -> None:
    given_rows = rows(seed=seed % 1000)
    shuffled = np.random.default_rng(seed).permutation(len(given_rows["firm"]))
    moved = {key: given_rows[key][shuffled] for key in ("firm", "unit", "answers")}
    part = framework()
    plain = score(survey(seed=seed % 1000), part, recipe(part))
    again = score(survey(seed=seed % 1000, **moved), part, recipe(part))
    assert plain.sha256 == again.sha256


@settings(max_examples=40, deadline=None)
@given(seed=whole, factor=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_rescaling_a_raw_indicator_leaves_minmax_points_unchanged(seed: int, factor: float, shift: float) -> None:
    part = framework(units=6)
    values = table(seed)
    moved = values.copy()
    moved[:, 1] = moved[:, 1] * factor + shift
    before, after = (normalise(v, part, NormaliseOptions()).points for v in (values, moved))
    np.testing.assert_allclose(before, after, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(seed=whole, unit=st.integers(0, 5), gain=st.floats(0, 10))
def test_improving_an_indicator_never_lowers_a_rank(seed: int, unit: int, gain: float) -> None:
    part = framework(units=6)
    better = table(seed)
    better[unit, 0] += gain
    before = score_values(table(seed), part, recipe(part)).scores
    after = score_values(better, part, recipe(part)).scores
    assert after["rank"][unit] <= before["rank"][unit]
    assert after.score[unit] >= before.score[unit] - 1e-9


@settings(max_examples=40, deadline=None)
@given(seed=whole)
def test_reversing_twice_changes_nothing(seed: int) -> None:
    values = table(seed, indicators=1)
    ways = {}
    for direction in ("positive", "negative"):
        part = Framework(tuple("abcdef"), (SubIndex("s", 1.0),), (Indicator("k", "s", direction),))
        ways[direction] = normalise(values, part, NormaliseOptions()).points
        ways["-" + direction] = normalise(-values, part, NormaliseOptions()).points
    np.testing.assert_allclose(ways["positive"], ways["-negative"], atol=1e-9)
    np.testing.assert_allclose(ways["positive"], 11 - ways["negative"], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=whole, weight=st.floats(0, 1000), method=st.sampled_from(sorted(set(AGGREGATORS) - {"copeland"})))
def test_the_weight_of_a_missing_child_does_not_matter(seed: int, weight: float, method: str) -> None:
    values = np.abs(table(seed)) + 1
    values[:, 2] = np.nan
    options = AggregateOptions(threshold=0.5)
    weights = np.array([1.0, 2.0, weight, 3.0])
    found = combine(values, weights, method, options)[0]
    without = combine(values[:, [0, 1, 3]], weights[[0, 1, 3]], method, options)[0]
    np.testing.assert_allclose(found, without, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 500))
def test_raked_weights_meet_every_margin(seed: int) -> None:
    data = survey(seed=seed)
    found = rake(data.base_weight, data.margins, WeightOptions())
    for margin in data.margins:
        np.testing.assert_allclose(np.bincount(margin.codes, weights=found.weights), margin.totals, rtol=1e-9)
    assert (found.weights > 0).all()


@settings(max_examples=25, deadline=None)
@given(seed=whole)
def test_rank_sets_contain_the_rank_and_follow_the_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, covariance = rng.normal(60, 2, 7), np.diag(rng.uniform(0.2, 2, 7))
    draws = normal_draws(covariance, 500, rng)
    order = rng.permutation(7)
    plain = rank_sets(scores, covariance, draws)
    moved = rank_sets(scores[order], covariance[np.ix_(order, order)], draws[:, order])
    assert (plain.lower[order] == moved.lower).all()
    assert (plain.upper[order] == moved.upper).all()
    own = 1 + (scores[None, :] > scores[:, None]).sum(axis=1)
    assert ((plain.lower <= own) & (own <= plain.upper)).all()
