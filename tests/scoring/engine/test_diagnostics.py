"""Leaving indicators out, consistency, leniency, drivers and the parts of a change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.checks import GoalpostsMissing, NotEnoughData, ShapeMismatch
from scoring.engine.decomposition import decompose
from scoring.engine.diagnostics import consistency, cronbach_alpha, leave_one_out
from scoring.engine.drivers import drivers, shapley_r_squared
from scoring.engine.leniency import gls, leniency, variance_components
from scoring.engine.pipeline import Result, score, score_values
from scoring.engine.rank import rank
from scoring.engine.ratings import point_slopes, rating_deviations
from scoring.engine.types import FirmRows, Group, Indicator, RatingRows, SubIndex, survey_build
from tests.scoring.engine.small import framework, recipe, survey

SAME = {f"u{u}": f"u{u}" for u in range(6)}


def test_leaving_an_indicator_out_equals_a_recipe_without_it() -> None:
    part = framework(indicators=6)
    plan = recipe(part, normalise={"goalposts": "fixed"})
    run = score(survey(indicators=6), part, plan).run
    found = leave_one_out(run)
    for k in range(6):
        items = tuple(item for j, item in enumerate(part.indicators) if j != k)
        shorter = replace(part, indicators=items)
        again = score(survey(indicators=6), shorter, recipe(shorter, normalise={"goalposts": "fixed"}))
        assert list(found.ranks[k]) == list(again.scores["rank"])
    np.testing.assert_array_equal(found.shift, found.ranks - run.ranking.ranks)
    assert list(found.greatest) == list(np.abs(found.shift).max(axis=1))


def test_an_emptied_group_and_sub_index_leave_with_their_indicator() -> None:
    items = (
        Indicator("a", "s", "positive", group="g"),
        Indicator("b", "s", "positive", group="h"),
        Indicator("c", "t", "positive"),
    )
    part = replace(
        framework(units=3), indicators=items, groups=(Group("g", "s"), Group("h", "s")),
        sub_indices=(SubIndex("s", 0.5), SubIndex("t", 0.5)),
    )  # fmt: skip
    values = np.array([[1.0, 5.0, 3.0], [2.0, 1.0, 9.0], [3.0, 2.0, 1.0]])
    found = leave_one_out(score_values(values, part, recipe(part)).run)
    assert found.ranks[2].tolist() == [2, 3, 1]
    assert found.ranks[0].tolist() == [1, 2, 3]


def test_consistency_of_a_run_uses_points_and_turned_answers() -> None:
    part = framework(indicators=6)
    part = replace(part, indicators=tuple(replace(item, statistic="mean") for item in part.indicators))
    run = score(survey(indicators=6), part, recipe(part)).run
    found = consistency(run)["s0"]
    members = [0, 2, 4]
    assert found.items == ("k0", "k2", "k4")
    assert found.on_units.alpha == pytest.approx(cronbach_alpha(run.normalised.points[:, members]).alpha)
    numbers = run.survey.values[0, run.survey.answers[:, members]] * [1, 1, -1]
    weights = run.weighting.weights[run.survey.firm]
    assert found.on_responses.alpha == pytest.approx(cronbach_alpha(numbers, weights, pairwise=True).alpha)
    assert len(found.on_responses.item_rest) == 3


def test_consistency_without_answers_or_items_is_missing() -> None:
    part = framework(indicators=2)
    found = consistency(score_values(np.arange(10.0).reshape(5, 2), part, recipe(part)).run)
    assert (found["s0"].on_units, found["s0"].on_responses) == (None, None)


def test_point_slopes_of_minmax_are_exact() -> None:
    part = framework()
    run = score(survey(), part, recipe(part, normalise={"goalposts": "fixed"})).run
    slopes = point_slopes(run.measured.values, run.normalised.points)
    widths = [4.0, 4.0, 1.0 if part.indicators[2].statistic == "share" else 4.0, 4.0]
    wide = [post.hi - post.lo for post in run.normalised.goalposts]
    assert wide[:2] == widths[:2]
    np.testing.assert_allclose(slopes, part.signs * 9 / np.array(wide))


def test_ratings_average_to_the_scores_of_their_unit() -> None:
    part = replace(framework(), indicators=tuple(replace(i, statistic="mean") for i in framework().indicators))
    data = survey()
    full = replace(data, answers=np.maximum(data.answers, 1))
    run = score(full, part, recipe(part, normalise={"goalposts": "fixed"})).run
    deviations, w = rating_deviations(run), run.weighting.weights[full.firm]
    for u in range(5):
        mine = full.unit == u
        np.testing.assert_allclose(w[mine] @ deviations[mine], 0, atol=1e-9)


def lenient(firms: int = 900, seed: int = 1, spread: float = 0.8, worse: float = 0.0) -> Result:
    """Kind firms rate the first unit far more often than severe ones; units are equally good but for the first."""
    rng = np.random.default_rng(seed)
    kind = rng.normal(0, spread, firms)
    p = 1 / (1 + np.exp(-2.5 * kind / max(spread, 1e-9)))
    first = np.where(rng.random(firms) < p, 0, 1)
    rest = np.argsort(rng.random((firms, 4)), axis=1)[:, :2] + 2
    unit = np.column_stack([first, rest]).ravel()
    firm = np.repeat(np.arange(firms), 3)
    answers = np.clip(
        np.round(3 + (kind[firm] - worse * (unit == 0))[:, None] + rng.normal(0, 0.7, (len(firm), 4))), 1, 5
    )
    part = replace(
        framework(6),
        indicators=tuple(replace(i, statistic="mean", direction="positive") for i in framework(6).indicators),
    )
    rows = RatingRows(firm, unit, answers, [f"Q{k}" for k in range(4)])
    return score(survey_build(rows, FirmRows(np.ones(firms))), part, recipe(part, normalise={"goalposts": "fixed"}))


def test_leniency_finds_the_units_equal_that_only_their_raters_told_apart() -> None:
    result = lenient()
    found = leniency(result.run)
    official = result.scores.score.to_numpy()
    assert official[0] - official[1] > 15
    assert abs(found.score[0] - found.score[1]) < (official[0] - official[1]) / 4
    assert found.connected
    assert 0.5 < found.firm_share < 0.95


def test_alarm_when_raters_alone_put_the_worst_unit_first() -> None:
    result = lenient(worse=0.4)
    found = leniency(result.run)
    assert result.scores["rank"][0] == 1
    assert found.rank[0] > 3
    assert found.alarm[0]


def test_without_kind_and_severe_raters_nothing_is_adjusted() -> None:
    result = lenient(spread=0.0)
    found = leniency(result.run)
    assert found.firm_share < 0.05
    np.testing.assert_allclose(found.score, result.scores.score, atol=0.2)
    assert not found.alarm.any()


def test_gls_equals_the_textbook_solution() -> None:
    rng = np.random.default_rng(6)
    firm, unit = np.repeat(np.arange(30), 2), rng.integers(0, 3, 60)
    unit[1::2] = (unit[0::2] + 1 + rng.integers(0, 2, 30)) % 3
    y, weights = rng.normal(size=60), rng.uniform(1, 3, 30)
    dummy = np.eye(3)[unit]
    left, right = np.zeros((3, 3)), np.zeros(3)
    for i in range(30):
        mine = firm == i
        inverse = np.linalg.inv(np.eye(2) + 1.7 * np.ones((2, 2)))
        left += weights[i] * dummy[mine].T @ inverse @ dummy[mine]
        right += weights[i] * dummy[mine].T @ inverse @ y[mine]
    np.testing.assert_allclose(gls(y, weights, (firm, unit, 3), 1.7), np.linalg.solve(left, right), atol=1e-10)


def test_leniency_says_when_units_share_no_rater_and_when_nothing_can_be_said() -> None:
    rows = RatingRows([0, 0, 1, 1], [0, 1, 2, 3], np.array([[1.0, 4], [2, 3], [4, 2], [5, 1]]), ["Q0", "Q1"])
    part = framework(units=4, indicators=2)
    found = leniency(score(survey_build(rows, FirmRows(np.ones(2))), part, recipe(part)).run)
    assert not found.connected
    assert found.part.tolist() == [0, 0, 1, 1]
    with pytest.raises(NotEnoughData):
        variance_components(np.ones(2), np.ones(2), np.array([0, 1]))
    with pytest.raises(NotEnoughData):
        leniency(score_values(np.arange(8.0).reshape(4, 2), part, recipe(part)).run)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 6))
def test_shapley_parts_sum_to_r_squared(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, size)) + rng.normal(size=(40, 1))
    y, w = x @ rng.normal(size=size) + rng.normal(size=40), rng.uniform(0.5, 2, 40)
    parts, whole = shapley_r_squared(x, y, w)
    assert parts.sum() == pytest.approx(whole)
    assert parts.min() > -1e-9
    root = np.sqrt(w)
    design = np.column_stack([np.ones(40), x]) * root[:, None]
    residual = y * root - design @ np.linalg.lstsq(design, y * root, rcond=None)[0]
    mean = w @ y / w.sum()
    assert whole == pytest.approx(1 - residual @ residual / (w @ np.square(y - mean)))


def test_drivers_of_satisfaction_are_found() -> None:
    rng = np.random.default_rng(2)
    data = survey(firms=500)
    numbers = np.nan_to_num(data.values[np.arange(4), data.answers], nan=3.0)
    data = replace(data, satisfaction=numbers[:, 0] + 0.3 * rng.normal(size=data.n_ratings))
    part = replace(framework(), indicators=tuple(replace(i, statistic="mean") for i in framework().indicators))
    run = score(data, part, recipe(part, normalise={"goalposts": "fixed"})).run
    found = drivers(run)
    assert found.importance[0] > 5 * found.importance[1]
    assert found.importance.sum() == pytest.approx(found.r_squared)
    with pytest.raises(NotEnoughData):
        drivers(score(survey(), part, recipe(part)).run)
    with pytest.raises(ShapeMismatch):
        shapley_r_squared(np.ones((3, 13)), np.ones(3), np.ones(3))


def edition(values: np.ndarray, weights: tuple[float, float] = (0.6, 0.4), goalposts: str = "edition") -> Result:
    part = replace(framework(6), sub_indices=(SubIndex("s0", weights[0]), SubIndex("s1", weights[1])))
    return score_values(values, part, recipe(part, normalise={"goalposts": goalposts}))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_parts_of_a_change_sum_to_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 5, (2, 6, 4))
    values[1, 2, 1] = np.nan
    found = decompose(edition(values[0]), edition(values[1], (0.3, 0.7)), SAME)
    np.testing.assert_allclose(found["values"] + found.goalposts + found.weights, found.change, atol=1e-9)


def test_responses_left_out_take_their_own_part_of_a_change() -> None:
    values = np.random.default_rng(5).uniform(1, 5, (3, 6, 4))
    before, after = edition(values[0]), edition(values[1], (0.3, 0.7))
    plain = decompose(before, after, SAME)
    same = decompose(before, after, SAME, (before, after))
    np.testing.assert_allclose(same.exclusions, 0, atol=1e-9)
    for part in ("values", "goalposts", "weights"):
        np.testing.assert_allclose(same[part], plain[part], atol=1e-9)
    found = decompose(before, after, SAME, (edition(values[2]), edition(values[2], (0.3, 0.7))))
    assert np.abs(found.exclusions).min() > 0.1
    parts = found[["exclusions", "values", "goalposts", "weights"]].sum(axis=1)
    np.testing.assert_allclose(parts, found.change, atol=1e-9)
    only = decompose(before, edition(values[2]), SAME, (edition(values[2]), before))
    np.testing.assert_allclose(only.exclusions, only.change, atol=1e-9)


def test_each_part_stands_alone_when_only_it_changed() -> None:
    values = np.random.default_rng(5).uniform(1, 5, (6, 4))
    moved = decompose(edition(values), edition(values, (0.3, 0.7)), SAME)
    np.testing.assert_allclose(moved.weights, moved.change)
    np.testing.assert_allclose(moved["values"], 0, atol=1e-9)
    np.testing.assert_allclose(moved.goalposts, 0, atol=1e-9)
    better = values.copy()
    better[np.argmax(values[:, 0]), 0] += 1
    other = int(np.argmin(values[:, 0]) - 1)
    stretched = decompose(edition(values), edition(better), SAME)
    assert abs(stretched["values"][other]) < 1e-9
    assert stretched.goalposts[other] == pytest.approx(stretched.change[other])
    fixed = decompose(edition(values, goalposts="fixed"), edition(better, goalposts="fixed"), SAME)
    np.testing.assert_allclose(fixed["values"], fixed.change, atol=1e-9)
    assert ranks_fall(stretched)


def ranks_fall(table) -> bool:
    """Whoever did not move loses points when the best one pulls ahead."""
    order = rank(table.after.to_numpy())
    return bool(order.min() == 1 and (table.goalposts <= 1e-9).all())


def test_ranks_have_no_goalposts_to_decompose_by() -> None:
    part = framework(6)
    values = np.random.default_rng(5).uniform(1, 5, (6, 4))
    ranked = score_values(values, part, recipe(part, normalise={"method": "percentile_rank"}))
    with pytest.raises(GoalpostsMissing):
        decompose(ranked, ranked, SAME)
    assert decompose(edition(values), edition(values), {"u0": "gone"}).empty
