"""The method as written: cases in which a rule of docs/method.md meets another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.engine.aggregate import AggregateOptions, aggregate
from scoring.engine.decomposition import PARTS, decompose
from scoring.engine.normalise import NormaliseOptions, goalposts, normalise
from scoring.engine.pipeline import Inputs, score
from scoring.engine.resample import bootstrap
from scoring.engine.types import Framework, Group, HardData, Indicator, SubIndex
from tests.scoring.engine.small import framework, recipe, rows, survey


def column(values: list[float], item: Indicator, method: str) -> tuple[list[float], list[str]]:
    part = Framework(tuple("abcdef"[: len(values)]), (SubIndex("s", 1.0),), (item,))
    found = normalise(np.array(values)[:, None], part, NormaliseOptions(method=method))
    return found.points[:, 0].tolist(), [notice.code for notice in found.notices]


@pytest.mark.parametrize("direction", ["positive", "negative"])
def test_the_best_unit_gets_the_most_by_share_of_best(direction: str) -> None:
    points, notices = column([2.0, 4.0, 8.0], Indicator("k", "s", direction), "share_of_best")

    assert points == ([3.25, 5.5, 10.0] if direction == "positive" else [10.0, 5.5, 3.25])
    assert notices == []


def test_shares_of_the_best_need_values_above_zero() -> None:
    points, notices = column([0.0, 4.0], Indicator("k", "s", "negative"), "share_of_best")

    assert np.isnan(points).all()
    assert notices == ["value_not_positive"]


@pytest.mark.parametrize(("direction", "target"), [("positive", 2.0), ("positive", 1.0), ("negative", 9.0)])
def test_a_target_that_every_unit_has_reached_measures_nothing(direction: str, target: float) -> None:
    points, notices = column([2.0, 4.0, 8.0], Indicator("k", "s", direction, target=target), "distance_to_target")

    assert np.isnan(points).all()
    assert notices == ["target_reached"]


def test_an_envelope_does_not_look_into_the_future() -> None:
    past = {"2023": {"k": [0.0]}, "2025": {"k": [9.0]}}
    options = NormaliseOptions(goalposts="envelope", base="2023", edition="2024")

    found = goalposts(np.array([2.0, 4.0]), Indicator("k", "s", "positive"), options, past)

    assert (found.lo, found.hi) == (0.0, 4.0)


@pytest.mark.parametrize("rule", ["pooled", "envelope"])
def test_only_the_end_that_this_edition_sets_moves_with_it(rule: str) -> None:
    """The lowest value is this edition's, the highest an earlier one's."""
    item, past = Indicator("k", "s", "positive"), {"2023": {"k": [4.0, 20.0]}}
    part = Framework(tuple("abcd"), (SubIndex("s", 1.0),), (item,))
    options = NormaliseOptions(goalposts=rule, editions=("2023",), base="2023", edition="2024")
    values = np.array([2.0, 5.0, np.nan, 11.0])

    found = normalise(values[:, None], part, options, past)

    assert (found.goalposts[0].lo_unit, found.goalposts[0].hi_unit) == (0, None)
    known = ~np.isnan(values)
    for v in np.flatnonzero(known):
        step = np.where(np.arange(4) == v, 1e-6, 0.0)
        up, down = (normalise((values + sign * step)[:, None], part, options, past).points[:, 0] for sign in (1, -1))
        np.testing.assert_allclose(found.jacobian[0][known, v], ((up - down) / 2e-6)[known], atol=1e-6)


def grouped() -> Framework:
    """Two sub-indices; the first has three groups, the first of two indicators."""
    homes = (("s0", "g0"), ("s0", "g0"), ("s0", "g1"), ("s0", "g2"), ("s1", None), ("s1", None))
    plain = framework(indicators=6)
    items = tuple(
        replace(item, sub_index=sub, group=group, statistic="mean")
        for item, (sub, group) in zip(plain.indicators, homes, strict=True)
    )
    return replace(plain, indicators=items, groups=tuple(Group(f"g{i}", "s0") for i in range(3)))


def without_first_indicator(unit: int) -> np.ndarray:
    given = rows(indicators=6)
    answers = given["answers"].copy()
    answers[given["unit"] == unit, 0] = np.nan
    return answers


def test_a_missing_group_leaves_errors_and_rank_sets_to_everybody() -> None:
    part = grouped()

    found = score(survey(indicators=6, answers=without_first_indicator(2)), part, recipe(part))

    assert np.isnan(found.run.aggregated.groups[2, 0])
    assert found.scores.se.notna().all()
    assert (found.scores.rank_hi > 0).all()
    assert "no_linear_variance" not in {notice.code for notice in found.warnings}
    lost = found.tables["lost_points"].groupby("unit", sort=False).lost.sum()
    np.testing.assert_allclose(100 - lost.to_numpy(), found.scores.before_adjustment, atol=1e-10)


def test_parts_of_a_change_sum_to_it_when_a_sub_index_has_too_few_indicators() -> None:
    plain = framework(indicators=6)
    items = tuple(replace(item, sub_index=f"s{k // 2}", statistic="mean") for k, item in enumerate(plain.indicators))
    subs = (SubIndex("s0", 0.4), SubIndex("s1", 0.3), SubIndex("s2", 0.3))
    part = replace(plain, indicators=items, sub_indices=subs)
    fixed = recipe(part, normalise={"goalposts": "fixed"})
    before = score(survey(indicators=6, seed=5), part, fixed)
    after = score(survey(indicators=6, answers=without_first_indicator(2)), part, fixed)

    found = decompose(before, after, {unit: unit for unit in part.units})

    assert np.isnan(after.run.aggregated.sub_indices[2, 0])
    np.testing.assert_allclose(found[[*PARTS, "adjustment"]].sum(axis=1), found.change, atol=1e-10)


@pytest.mark.parametrize(("method", "target"), [("zscore", [10, 2]), ("rank", [1, 10])])
def test_points_without_an_upper_end_lose_nothing_that_could_be_named(method: str, target: list[int]) -> None:
    part = framework()

    found = score(survey(), part, recipe(part, normalise={"method": method, "target": target}))

    assert found.tables["lost_points"][["lost", "se"]].isna().all(axis=None)
    assert "lost_points_without_top" in {notice.code for notice in found.warnings}


def test_lost_points_of_ranks_have_no_error_rather_than_none() -> None:
    part = framework()

    found = score(survey(), part, recipe(part, normalise={"method": "percentile_rank"}))

    assert found.tables["lost_points"].lost.notna().all()
    assert found.tables["lost_points"].se.isna().all()


def test_a_unit_with_too_few_ratings_is_not_scored_by_its_figures_alone() -> None:
    plain = framework()
    part = replace(plain, indicators=tuple(replace(item, statistic="hard") for item in plain.indicators[:3]))
    part = replace(part, indicators=(*part.indicators, plain.indicators[3]))
    figures = np.arange(20.0).reshape(5, 4)
    settings = recipe(part, measure={"min_n": 1, "min_ratings": 1000})
    given = Inputs(hard=HardData(figures, np.full((5, 4), np.nan)))

    found = score(survey(), part, settings, given)

    assert set(found.scores.status) == {"insufficient"}
    alone = replace(part, indicators=part.indicators[:3])
    three = Inputs(hard=HardData(figures[:, :3], np.full((5, 3), np.nan)))
    only_figures = score(survey(), alone, recipe(alone, measure={"min_n": 1, "min_ratings": 1000}), three)
    assert set(only_figures.scores.status) == {"ranked"}


def test_replicates_keep_the_goalposts_of_the_run_beside_an_indicator_of_another_method() -> None:
    part = framework()
    part = replace(part, indicators=(replace(part.indicators[0], weight=0.0), *part.indicators[1:]))
    fixed = {"goalposts": "fixed"}
    mixed = fixed | {"indicators": {"k0": {"method": "percentile_rank"}}}

    plain = bootstrap(score(survey(), part, recipe(part, normalise=fixed)).run, 40, seed=3)
    beside = bootstrap(score(survey(), part, recipe(part, normalise=mixed)).run, 40, seed=3)

    np.testing.assert_allclose(beside.totals, plain.totals, atol=1e-9)


def test_a_group_that_is_not_positive_is_named() -> None:
    items = (Indicator("a", "s", "positive", group="g"), Indicator("b", "s", "positive"))
    part = Framework(("A",), (SubIndex("s", 1.0),), items, (Group("g", "s"),))

    found = aggregate(np.array([[-1.0, 5.0]]), part, AggregateOptions(group="geometric"))

    assert [(notice.code, notice.path) for notice in found.notices] == [("not_positive", "g")]
