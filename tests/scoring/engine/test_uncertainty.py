"""Edge cases of what needs the sampling error, and of whole runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.engine.checks import (
    InvalidWeights,
    MarginUnknown,
    UnitUnknown,
)
from scoring.engine.covariance import calibration_residual, design_covariance, pooled_strata
from scoring.engine.measure import weighted_median
from scoring.engine.medians import median_distribution, median_error, median_influence
from scoring.engine.pipeline import Inputs, score, score_values
from scoring.engine.rank import rank
from scoring.engine.ranksets import marginal_rank_sets, normal_draws, rank_sets
from scoring.engine.types import (
    FirmRows,
    Framework,
    HardData,
    Indicator,
    RatingRows,
    SubIndex,
    survey_build,
)
from tests.scoring.engine.small import framework, jackknife, recipe, survey


def test_single_firm_strata_are_pooled_and_reported() -> None:
    data = replace(survey(), stratum=np.r_[[0, 1], np.full(118, 2)].astype(np.int64))
    codes, notices = pooled_strata(data)
    assert np.bincount(codes).min() == 2
    assert [notice.code for notice in notices] == ["strata_pooled"]
    lone = replace(survey(), stratum=np.r_[[0], np.full(60, 1), np.full(59, 2)].astype(np.int64))
    assert sorted(np.bincount(pooled_strata(lone)[0])) == [60, 60]


def test_median_of_one_distinct_answer_has_no_error_and_moves_nobody() -> None:
    assert median_error(np.array([3.0]), np.array([10.0]), 10.0) == 0.0
    assert median_influence(np.array([3.0]), np.array([10.0]), 10.0).tolist() == [0.0]
    assert np.isnan(median_error(np.zeros(0), np.zeros(0), 0.0))


def test_median_error_of_many_distinct_answers_is_the_textbook_one() -> None:
    """Uniform on 0..1: density 1 at the median, hence 1/(2√n)."""
    levels = (np.arange(2000) + 0.5) / 2000
    assert median_error(levels, np.ones(2000), 400.0) == pytest.approx(0.5 / np.sqrt(400), rel=0.02)
    g = median_influence(levels, np.ones(2000), 400.0)
    assert g[0] == pytest.approx(-0.5, rel=0.05)
    assert g[-1] == pytest.approx(0.5, rel=0.05)
    assert g.sum() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    "shares", [(0.1, 0.2, 0.3, 0.25, 0.15), (0.1, 0.37, 0.33, 0.1, 0.1), (0.3, 0.3, 0.4, 0.0, 0.0)]
)
def test_median_error_on_a_scale_of_five_is_that_of_resampling(shares: tuple[float, ...]) -> None:
    rng = np.random.default_rng(5)
    levels, kept = np.arange(1.0, 6.0), np.array(shares) > 0
    drawn = rng.multinomial(200, shares, 20000)
    medians = np.array([weighted_median(levels, row.astype(float)) for row in drawn[:4000]])
    found = median_error(levels[kept], np.array(shares)[kept], 200.0)
    assert found == pytest.approx(medians.std(), abs=0.03)
    chance = median_distribution(np.array(shares)[kept], 200.0)
    assert chance.sum() == pytest.approx(1)
    assert chance @ levels[kept] == pytest.approx(medians.mean(), abs=0.05)


@pytest.mark.parametrize("goal", ["edition", "fixed"])
def test_linearised_errors_agree_with_a_jackknife(goal: str) -> None:
    """The delete-one jackknife is another estimate of the same variance; medians are left out of this check."""
    part = replace(framework(), indicators=tuple(replace(i, statistic="mean") for i in framework().indicators))
    data = replace(survey(firms=250), stratum=np.zeros(250, dtype=np.int64))
    plan = recipe(part, weight={"method": "none"}, normalise={"goalposts": goal})
    found = score(data, part, plan)
    np.testing.assert_allclose(found.scores.se, jackknife(found.run)[1], rtol=0.05)


def test_rank_sets_with_one_unit_and_with_certain_differences() -> None:
    one = rank_sets(np.array([50.0]), np.eye(1), normal_draws(np.eye(1), 100, np.random.default_rng(0)))
    assert (one.lower.tolist(), one.upper.tolist()) == ([1], [1])
    nothing = np.zeros((3, 3))
    draws = normal_draws(nothing, 100, np.random.default_rng(0))
    sure = rank_sets(np.array([1.0, 3.0, 3.0]), nothing, draws)
    assert (sure.lower.tolist(), sure.upper.tolist()) == ([3, 1, 1], [3, 2, 2])
    alone = marginal_rank_sets(np.array([1.0, 3.0, 3.0]), nothing, draws)
    assert (alone.lower.tolist(), alone.upper.tolist()) == ([3, 1, 1], [3, 2, 2])


def test_marginal_sets_lie_inside_simultaneous_ones() -> None:
    rng = np.random.default_rng(5)
    root = rng.normal(size=(12, 12))
    covariance = root @ root.T / 12 + np.eye(12)
    scores = rng.normal(60, 3, 12)
    draws = normal_draws(covariance, 4000, rng)
    both, alone = rank_sets(scores, covariance, draws), marginal_rank_sets(scores, covariance, draws)
    assert (both.lower <= alone.lower).all()
    assert (alone.upper <= both.upper).all()
    own = rank(scores)
    assert ((both.lower <= own) & (own <= both.upper)).all()


def test_linearise_gives_no_error_for_rank_based_scores() -> None:
    part = framework()
    found = score(survey(), part, recipe(part, normalise={"method": "percentile_rank"}))
    assert found.scores.se.isna().all()
    assert "no_linear_variance" in {notice.code for notice in found.warnings}
    assert (found.scores["rank"] > 0).all()
    assert (found.scores.rank_lo == 0).all()


def test_pipeline_withheld_insufficient_and_empty_units() -> None:
    part = framework(units=7)
    data = survey(units=5)
    found = score(data, part, recipe(part), Inputs(withheld=("u1",)))
    table = found.scores.set_index("unit")
    assert list(table.status) == ["ranked", "withheld", "ranked", "ranked", "ranked", "insufficient", "insufficient"]
    assert sorted(table["rank"]) == [0, 0, 0, 1, 2, 3, 4]
    assert table.rank_hi.max() <= 4
    assert not np.isnan(table.score["u1"])
    assert [n.path for n in found.warnings if n.code == "unit_insufficient"] == ["u5", "u6"]
    with pytest.raises(UnitUnknown):
        score(data, part, recipe(part), Inputs(withheld=("nobody",)))


def test_pipeline_with_one_unit_says_why_nothing_is_scored() -> None:
    part = framework(units=1)
    given = {"firm": [0, 1, 2], "unit": [0, 0, 0], "answers": np.eye(3, 4) + 2}
    data = survey_build(RatingRows(questions=[f"Q{k}" for k in range(4)], **given), FirmRows(np.ones(3)))
    within = score(data, part, recipe(part))
    assert list(within.scores.status) == ["insufficient"]
    assert {n.code for n in within.warnings} >= {"goalposts_equal", "unit_insufficient"}
    fixed = score(data, part, recipe(part, normalise={"goalposts": "fixed"}))
    assert list(fixed.scores["rank"]) == [1]


def test_pipeline_of_an_empty_survey_is_refused_or_insufficient() -> None:
    part = framework()
    empty = survey_build(RatingRows([], [], np.zeros((0, 4)), [f"Q{k}" for k in range(4)]), FirmRows(np.ones(3)))
    found = score(empty, part, recipe(part))
    assert set(found.scores.status) == {"insufficient"}
    nobody = survey_build(RatingRows([], [], np.zeros((0, 4)), [f"Q{k}" for k in range(4)]), FirmRows(np.zeros(0)))
    with pytest.raises(InvalidWeights):
        score(nobody, part, recipe(part, weight={"method": "rake", "margins": []}))


def test_pipeline_refuses_an_unknown_margin() -> None:
    part = framework()
    with pytest.raises(MarginUnknown):
        score(survey(), part, recipe(part, weight={"method": "rake", "margins": ["colour"]}))


def test_lost_points_explain_exactly_what_is_missing_to_the_top() -> None:
    part = framework()
    found = score(survey(), part, recipe(part))
    lost = found.tables["lost_points"].groupby("unit", sort=False).lost.sum()
    np.testing.assert_allclose(100 - lost.to_numpy(), found.scores.before_adjustment, atol=1e-10)


def test_lost_points_are_shared_out_for_other_means() -> None:
    part = framework()
    found = score(survey(), part, recipe(part, aggregate={"total": "geometric"}))
    lost = found.tables["lost_points"].groupby("unit", sort=False).lost.sum()
    np.testing.assert_allclose(100 - lost.to_numpy(), found.scores.before_adjustment, atol=1e-10)
    assert "lost_points_shared_out" in {notice.code for notice in found.warnings}


def test_values_without_respondents_have_no_errors() -> None:
    part = framework()
    found = score_values(np.arange(20.0).reshape(5, 4), part, recipe(part))
    assert found.scores.se.isna().all()
    assert sorted(found.scores["rank"]) == [1, 2, 3, 4, 5]
    assert found.tables["weights"].empty


def test_value_errors_equal_those_of_a_plain_calibrated_mean() -> None:
    """The compact formula for standard errors of values against the influence written out."""
    part, data = framework(), survey()
    plan = recipe(part, weight={"method": "rake", "margins": ["size", "sector"]})
    found = score(data, part, plan).run
    assert found.weighting is not None
    w = found.weighting.weights
    mine = data.unit == 2
    x = data.values[0, data.answers[mine, 0]]
    present = ~np.isnan(x)
    firms = data.firm[mine][present]
    z = np.zeros((data.n_firms, 1))
    z[firms, 0] = w[firms] * (x[present] - found.measured.values[2, 0]) / w[firms].sum()
    expected = design_covariance(calibration_residual(z, found.weighting), data.stratum)
    assert found.uncertainty is not None
    assert found.uncertainty.value_se[2, 0] == pytest.approx(float(np.sqrt(expected[0, 0])), rel=1e-9)


def test_hard_data_follow_the_recipes_order_of_indicators() -> None:
    items = (Indicator("hard", "s", "positive", "hard"), Indicator("soft", "s", "positive", question="Q0"))
    part = Framework(("u0", "u1", "u2"), (SubIndex("s", 1.0),), items)
    figures = np.array([[90.0, np.nan], [80.0, np.nan], [70.0, np.nan]])
    plan = recipe(part)
    plan["blocks"]["main"]["indicators"].reverse()
    found = score(survey(units=3, indicators=1), part, plan, Inputs(hard=HardData(figures, np.full((3, 2), np.nan))))
    table = found.tables["indicators"].set_index(["indicator", "unit"]).value
    assert list(table["hard"]) == [90.0, 80.0, 70.0]
    assert not table["soft"].isna().any()
