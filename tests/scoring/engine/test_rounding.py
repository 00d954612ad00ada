"""What is equal on paper is equal in the result: floating-point rounding decides nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.aggregate import AggregateOptions, aggregate
from scoring.engine.change import change, falling
from scoring.engine.diagnostics import effective_weights, signal_reliability
from scoring.engine.normalise import NormaliseOptions, normalise
from scoring.engine.pipeline import score
from scoring.engine.rank import band, rank, settled
from scoring.engine.ranksets import marginal_rank_sets, normal_draws, rank_sets
from scoring.engine.types import Framework, Indicator, SubIndex
from tests.scoring.engine.small import framework, recipe, rows, survey


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_same_points_in_another_order_give_the_same_rank(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 10))
    items = tuple(Indicator(f"k{i}", f"s{i}", "positive") for i in range(size))
    part = Framework(("A", "B", "C"), tuple(SubIndex(f"s{i}", 1 / size) for i in range(size)), items)
    points = rng.integers(10, 100, size) / 10
    table = np.array([points, rng.permutation(points), np.full(size, 1.0)])

    total = aggregate(table, part, AggregateOptions()).total

    assert rank(total).tolist() == [1, 1, 3]


def test_a_score_reaches_its_threshold_whatever_the_order_of_summing() -> None:
    short = 0.1 + 0.7  # 0.7999999999999999
    assert short < 0.8
    assert band(np.array([short]), [("good", 0.8), ("low", None)]).tolist() == ["good"]


def test_settled_keeps_what_differs() -> None:
    numbers = np.array([3.0, np.nan, 0.1 + 0.2, 0.3, 3.0 + 1e-6])

    assert settled(numbers).tolist()[2:4] == [0.3, 0.3]
    assert len(np.unique(settled(numbers)[[0, 4]])) == 2
    assert settled(np.zeros(0)).tolist() == []


def test_equal_answers_under_unequal_weights_are_no_difference_between_units() -> None:
    plain = rows(firms=200)
    data = survey(firms=200, answers=np.full(plain["answers"].shape, 3.7))
    part = framework()

    found = score(data, part, recipe(part, weight={"method": "rake", "margins": ["size", "sector"]}))

    assert found.tables["indicators"].points.isna().all()
    assert [n.code for n in found.warnings if n.path in part.codes] == ["goalposts_equal"] * 4


def test_no_change_is_none_even_by_rounding() -> None:
    part = framework()
    before = score(survey(), part, recipe(part, normalise={"goalposts": "fixed"}))
    run = before.run
    shifted = replace(run, adjusted=replace(run.adjusted, total=run.adjusted.total * (1 + 1e-15)))
    certain = replace(shifted, uncertainty=replace(run.uncertainty, covariance=np.zeros((5, 5))))
    after = replace(before, run=certain)
    start = replace(before, run=replace(run, uncertainty=certain.uncertainty))

    found = change(start, after, {unit: unit for unit in part.units})

    assert found.change.tolist() == [0.0] * 5
    assert found.p.tolist() == [1.0] * 5


def test_nothing_falls_by_rounding() -> None:
    scores = [0.3 * (1 + k * 1e-16) for k in (30, 20, 10, 0)]
    tables = [pd.DataFrame({"unit": ["A"], "item": ["x"], "score": [s], "se": [0.0]}) for s in scores]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] != scores[-1]
    assert falling(tables, "item").empty


def test_equal_scores_have_no_spread_to_explain() -> None:
    scores = np.array([0.1 + 0.2, 0.3, 0.3])
    part = Framework(("A", "B", "C"), (SubIndex("s", 1.0),), ())

    assert np.isnan(signal_reliability(scores, np.eye(3)))
    assert np.isnan(effective_weights(scores[:, None], scores, part)).all()


def test_units_with_the_same_raters_and_answers_are_not_told_apart_by_rounding() -> None:
    scores, together = np.array([0.1 + 0.2, 0.3, 0.1]), np.ones((3, 3))
    draws = normal_draws(together, 1000, np.random.default_rng(1))

    for sets in (rank_sets(scores, together, draws), marginal_rank_sets(scores, together, draws)):
        assert (sets.lower.tolist(), sets.upper.tolist()) == ([1, 1, 3], [2, 2, 3])


@pytest.mark.parametrize("method", ["rank", "borda", "percentile_rank"])
def test_ranks_of_measured_values_share_places_that_only_rounding_tells_apart(method: str) -> None:
    """Everybody answers 3.7 under raked weights, except about the last unit."""
    given, part = rows(firms=200), framework()
    answers = np.where(given["unit"][:, None] == 4, 4.0, np.full(given["answers"].shape, 3.7))
    weight = {"method": "rake", "margins": ["size", "sector"]}

    found = score(survey(firms=200, answers=answers), part, recipe(part, weight=weight, normalise={"method": method}))

    points = found.run.normalised.points[:, 0]
    assert len(set(points[:4])) == 1
    assert points[4] > points[0]


def test_tables_measured_elsewhere_are_ranked_digit_by_digit() -> None:
    """As R does: the golden case of COINr has 3.4 beside 3.4000000000000004."""
    part = Framework(("A", "B", "C"), (SubIndex("s", 1.0),), (Indicator("k", "s", "positive"),))

    points = normalise(np.array([[0.1 + 0.2], [0.3], [0.9]]), part, NormaliseOptions(method="rank")).points[:, 0]

    assert points.tolist() == [2.0, 1.0, 3.0]
