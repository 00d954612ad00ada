"""Properties of whole runs and of resampling, whatever the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.aggregate import AGGREGATORS, AggregateOptions, aggregate
from scoring.engine.clean import even_odd, longstring, mahalanobis, response_variability
from scoring.engine.copies import duplicates, near_duplicates
from scoring.engine.pipeline import Result, score, score_values
from scoring.engine.replicates import rake_replicates, replicate_counts, replicate_weights
from scoring.engine.types import FirmRows, Framework, Group, Indicator, RatingRows, Survey, margin_build, survey_build
from tests.scoring.engine.small import framework, recipe, rows, survey

seeds = st.integers(0, 400)
RAKED = {"method": "rake", "margins": ["size", "sector"]}
COLUMNS = ["score", "se", "lo", "hi", "rank", "rank_lo", "rank_hi", "rank_lo_alone", "rank_hi_alone"]


def run(data: Survey, part: Framework, **parts: dict[str, object]) -> Result:
    return score(data, part, recipe(part, weight=RAKED, **parts))


def same(one: Result, other: Result, columns: list[str] = COLUMNS) -> None:
    np.testing.assert_allclose(one.scores[columns], other.scores[columns], rtol=1e-8, atol=1e-8)


@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_order_of_respondents_does_not_matter(seed: int) -> None:
    data = survey(seed=seed)
    place = np.random.default_rng(seed).permutation(data.n_firms)
    old = np.argsort(place)
    numbers = np.column_stack([data.values[q, data.answers[:, q]] for q in range(4)])
    margins = [replace(margin, codes=margin.codes[old]) for margin in data.margins]
    moved = survey_build(
        RatingRows(place[data.firm], data.unit, numbers, data.questions),
        FirmRows(data.base_weight[old], data.stratum[old], margins),
    )
    same(run(data, framework()), run(moved, framework()))


@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_order_of_units_moves_only_their_rows(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(5)
    part, given_rows = framework(), rows(seed=seed)
    moved_rows = given_rows | {"unit": np.argsort(order)[given_rows["unit"]]}
    plain, moved = run(survey(seed=seed), part), run(survey(seed=seed, **moved_rows), part)
    columns = ["score", "se", "rank"]
    np.testing.assert_allclose(plain.scores[columns].to_numpy()[order], moved.scores[columns], rtol=1e-8)
    np.testing.assert_allclose(
        plain.run.uncertainty.covariance[np.ix_(order, order)], moved.run.uncertainty.covariance, atol=1e-10
    )


@settings(max_examples=12, deadline=None)
@given(seed=seeds, factor=st.sampled_from([0.01, 0.5, 3.0, 250.0]), shift=st.integers(-40, 40))
def test_rescaling_the_answers_of_a_question_changes_no_score(seed: int, factor: float, shift: int) -> None:
    """Question 0 is a mean; on goalposts of the edition its unit of measurement does not matter, nor for the errors."""
    answers = rows(seed=seed)["answers"]
    scaled = answers.copy()
    scaled[:, 0] = scaled[:, 0] * factor + shift
    part = framework()
    same(run(survey(seed=seed, answers=answers), part), run(survey(seed=seed, answers=scaled), part))


@settings(max_examples=12, deadline=None)
@given(seed=seeds, factor=st.floats(0.01, 100))
def test_only_the_proportions_of_the_design_weights_matter(seed: int, factor: float) -> None:
    data, part = survey(seed=seed), framework()
    heavier = replace(data, base_weight=data.base_weight * factor)
    same(run(data, part), run(heavier, part))
    designed = recipe(part)
    same(score(data, part, designed), score(heavier, part, designed))


@settings(max_examples=12, deadline=None)
@given(seed=seeds, firm=st.integers(0, 119), question=st.sampled_from([0, 3]))
def test_a_better_answer_never_lowers_the_unit_it_is_about(seed: int, firm: int, question: int) -> None:
    """On fixed goalposts; question 0 is a mean, 3 a median, both positive."""
    given_rows, part = rows(seed=seed), framework()
    better = given_rows["answers"].copy()
    better[2 * firm, question] = 5.0
    plan = recipe(part, normalise={"goalposts": "fixed", "fixed": {"k2": [0, 1]}})
    before = score(survey(seed=seed, **given_rows), part, plan).scores
    if np.isnan(given_rows["answers"][2 * firm, question]):
        return  # a new answer is no better answer
    after = score(survey(seed=seed, **given_rows | {"answers": better}), part, plan).scores
    unit = int(given_rows["unit"][2 * firm])
    assert after.score[unit] >= before.score[unit] - 1e-9
    assert after["rank"][unit] <= before["rank"][unit]
    others = [u for u in range(5) if u != unit]
    np.testing.assert_allclose(after.score[others], before.score[others], atol=1e-12)


@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_reversing_answers_and_directions_changes_nothing(seed: int) -> None:
    part, answers = framework(), rows(seed=seed)["answers"]
    turned = replace(part, indicators=tuple(_turned(item) for item in part.indicators))
    plain = run(survey(seed=seed, answers=answers), part)
    again = run(survey(seed=seed, answers=6.0 - answers), turned)
    same(plain, again)


def _turned(item: Indicator) -> Indicator:
    """The same indicator for answers 6 − x: shares count the same answers, others change direction."""
    if item.statistic == "share":
        return replace(item, share_of=tuple(6.0 - x for x in item.share_of))
    return replace(item, direction="negative" if item.direction == "positive" else "positive")


@settings(max_examples=30, deadline=None)
@given(seed=seeds, weight=st.floats(0, 1000), method=st.sampled_from(sorted(set(AGGREGATORS) - {"copeland"})))
def test_weight_on_an_empty_group_goes_to_the_others(seed: int, weight: float, method: str) -> None:
    part = framework(indicators=6)
    groups = (Group("g0", "s0", 2.0), Group("g1", "s0", weight))
    items = tuple(replace(item, group={0: "g0", 2: "g0", 4: "g1"}.get(k)) for k, item in enumerate(part.indicators))
    points = np.random.default_rng(seed).uniform(1, 10, (5, 6))
    points[:, 4] = np.nan
    options = AggregateOptions(method, method, method, threshold=0.0)
    whole = aggregate(points, replace(part, indicators=items, groups=groups), options)
    without = replace(part, indicators=items[:4] + items[5:], groups=groups[:1])
    np.testing.assert_allclose(whole.total, aggregate(np.delete(points, 4, axis=1), without, options).total, rtol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_replicate_weights_average_to_the_point_weights(seed: int, sizes: list[int]) -> None:
    """Within the Monte Carlo error of the mean: a count has variance below 1, and 1/n of the others' covariance."""
    rng = np.random.default_rng(seed)
    stratum = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    base = rng.uniform(0.5, 20, len(stratum))
    drawn = replicate_weights(base, stratum, replicate_counts(stratum, 3000, rng)).weights(slice(None))
    spread = np.array([2.0 if size == 2 else 1.5 for size in sizes])[stratum]
    assert (np.abs(drawn.mean(axis=1, dtype=float) / base - 1) < 5 * spread / np.sqrt(3000)).all()
    alone = np.isin(stratum, np.flatnonzero(np.array(sizes) == 1))
    np.testing.assert_allclose(drawn[alone], np.repeat(base[alone, None], 3000, axis=1), rtol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_raked_replicates_average_to_the_raked_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stratum, size = np.repeat([0, 1], 60), rng.choice(["s", "l"], 120)
    margin = margin_build("size", list(size), {"s": 700, "l": 300})
    base = np.full(120, 1000 / 120)
    drawn, missed = rake_replicates(replicate_weights(base, stratum, replicate_counts(stratum, 2000, rng)), [margin])
    expected = base * (margin.totals / np.bincount(margin.codes, weights=base))[margin.codes]
    assert missed == 0
    np.testing.assert_allclose(drawn.weights(slice(None)).mean(axis=1), expected, rtol=0.2)
    np.testing.assert_allclose(drawn.weights(slice(None)).mean(axis=1).sum(), 1000, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, size=st.integers(1, 300))
def test_signs_of_carelessness_follow_their_rows(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 6, (size, 12)).astype(float)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    answers[rng.integers(0, size, 5)] = answers[0]
    order = rng.permutation(size)
    scales = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    for sign in (longstring, mahalanobis):
        for plain, moved in zip(sign(answers), sign(answers[order]), strict=True):
            np.testing.assert_allclose(plain[order], moved, rtol=1e-6)
    np.testing.assert_allclose(even_odd(answers, scales)[order], even_odd(answers[order], scales), atol=1e-12)
    np.testing.assert_allclose(response_variability(answers)[order], response_variability(answers[order]), rtol=1e-12)
    plain, moved = duplicates(answers)[order], duplicates(answers[order])
    assert ((plain[:, None] == plain) == (moved[:, None] == moved)).all()
    pairs, again = (near_duplicates(rows_, differ=1, least=8) for rows_ in (answers, answers[order]))
    found = {tuple(sorted((order[i], order[j]))) for i, j in zip(again.first, again.second, strict=True)}
    assert found == set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, factor=st.floats(0.001, 1000), shift=st.floats(-100, 100))
def test_rescaling_a_raw_indicator_changes_no_rank(seed: int, factor: float, shift: float) -> None:
    part, values = framework(units=8), np.random.default_rng(seed).normal(20, 5, (8, 4))
    moved = values.copy()
    moved[:, 3] = moved[:, 3] * factor + shift
    before, after = (score_values(table, part, recipe(part)).scores for table in (values, moved))
    assert list(before["rank"]) == list(after["rank"])
    np.testing.assert_allclose(before.score, after.score, atol=1e-6)
