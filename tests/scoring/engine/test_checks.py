"""Careless answers, fragility, bootstrap and sensitivity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scoring.engine import clean
from scoring.engine.checks import NotEnoughData
from scoring.engine.copies import duplicates
from scoring.engine.diagnostics import correlations, cronbach_alpha, effective_weights, signal_reliability
from scoring.engine.fragility import fragility
from scoring.engine.lost_points import indicator_shares
from scoring.engine.measure import answer_table, weighted_median
from scoring.engine.pipeline import score, score_values
from scoring.engine.recipe import framework_from_recipe, recipe_validate
from scoring.engine.replicates import (
    Replicates,
    poisson_counts,
    rake_replicates,
    replicate_counts,
    replicate_weights,
)
from scoring.engine.resample import bootstrap, error_ratio, replicate_values
from scoring.engine.sensitivity import dirichlet_weights
from scoring.engine.types import Framework, Indicator, SubIndex
from tests.scoring.engine.golden import GOLDEN, ddci_recipe, ddci_survey, largest
from tests.scoring.engine.small import framework, jackknife, recipe, rows, survey


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    return pd.read_csv(GOLDEN / "careless/careless_dataset.csv").to_numpy(float)


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "careless/careless_indices.csv")


def test_longstring_equals_r_careless(answers: np.ndarray, expected: pd.DataFrame) -> None:
    longest, average = clean.longstring(answers)
    assert list(longest) == list(expected.longstr)
    assert largest(average, expected.avgstr) == 0


def test_variability_equals_r_careless(answers: np.ndarray, expected: pd.DataFrame) -> None:
    assert largest(clean.response_variability(answers), expected.irv) <= 1e-6


def test_mahalanobis_equals_r_careless(answers: np.ndarray, expected: pd.DataFrame) -> None:
    distance, tail = clean.mahalanobis(answers)
    assert largest(distance, expected.mahad) <= 1e-9
    assert ((tail < 0.001) == (expected.mahad > 86.66081519)).all()


def test_even_odd_equals_r_careless(answers: np.ndarray, expected: pd.DataFrame) -> None:
    scales = [list(range(start, start + 5)) for start in range(0, 50, 5)]
    assert largest(clean.even_odd(answers, scales), expected.evenodd) <= 1e-9


def test_flags_skip_missing_answers(answers: np.ndarray) -> None:
    holes = np.insert(answers, [3, 20, 40], np.nan, axis=1)
    assert list(clean.longstring(holes)[0]) == list(clean.longstring(answers)[0])
    assert largest(clean.response_variability(holes), clean.response_variability(answers)) <= 1e-12
    assert np.isnan(clean.mahalanobis(holes)[0]).all()


def test_exact_duplicates_need_the_same_items(answers: np.ndarray) -> None:
    copied = np.concatenate([answers, answers[[5]], answers[[5]]])
    copied[-1, 0] = np.nan
    groups = duplicates(copied)
    assert list(np.flatnonzero(groups)) == [5, 200]


def test_perfect_ratings_are_compared_with_the_other_units() -> None:
    flags = np.array([True, True, False, False, False])
    own, other = clean.share_by_unit(flags, np.array([0, 0, 1, 1, 1]), 3)
    np.testing.assert_allclose(own, [1.0, 0.0, np.nan])
    np.testing.assert_allclose(other, [0.0, 1.0, 0.4])


def test_fragility_is_confirmed_by_removing_the_firms() -> None:
    part, data = framework(), survey(firms=300)
    plan = recipe(part, normalise={"goalposts": "fixed"})
    result = score(data, part, plan)
    found = fragility(result.run.adjusted.total, result.run.uncertainty.influence)
    pair = int(np.argmin(found.gap))
    high, low = int(found.higher[pair]), int(found.lower[pair])
    z = result.run.uncertainty.influence
    worst = np.argsort(-(z[:, high] - z[:, low]))

    def gap_without(count: int) -> float:
        keep = ~np.isin(data.firm, worst[:count])
        rows = {"firm": data.firm[keep], "unit": data.unit[keep]}
        numbers = data.values[np.arange(4), data.answers[keep]]
        totals = score(survey(firms=300, answers=numbers, **rows), part, plan).scores.score
        return float(totals[high] - totals[low])

    assert gap_without(0) == pytest.approx(found.gap[pair])
    assert gap_without(int(found.firms[pair]) + 2) < 0
    assert gap_without(max(int(found.firms[pair]) - 3, 0)) > 0


def test_fragility_of_a_certain_order_is_zero() -> None:
    found = fragility(np.array([90.0, np.nan, 10.0]), np.full((4, 3), 0.1))
    assert (found.higher.tolist(), found.lower.tolist(), found.firms.tolist()) == ([0], [2], [0])


def test_fragility_without_derivatives_is_not_known() -> None:
    assert fragility(np.array([90.0, 10.0]), np.full((4, 2), np.nan)).firms.tolist() == [-1]


def test_replicate_weights_average_to_the_point_weights() -> None:
    stratum = np.repeat([0, 1, 2], [5, 20, 1])
    base = np.linspace(1, 3, 26)
    rng = np.random.default_rng(2)
    weights = replicate_weights(base, stratum, replicate_counts(stratum, 20000, rng)).weights(slice(None))
    np.testing.assert_allclose(weights.mean(axis=1), base, rtol=0.05)
    np.testing.assert_allclose(weights[:5].sum(axis=0).mean(), base[:5].sum(), rtol=0.01)


def test_every_stratum_is_drawn_one_time_less_than_it_has_firms() -> None:
    stratum = np.random.default_rng(1).permutation(np.repeat([0, 1, 2, 3], [4000, 90, 7, 1]))
    counts = replicate_counts(stratum, 300, np.random.default_rng(5))
    for code, drawn in enumerate((3999, 89, 6, 1)):
        assert (counts[stratum == code].sum(axis=0, dtype=int) == drawn).all()
    # Counts of a stratum are multinomial: variance (n − 1)/n·(1 − 1/n), any two a little against each other.
    large = counts[stratum == 0].astype(float)
    assert large.var(axis=1).mean() == pytest.approx(3999 / 4000 * (1 - 1 / 4000), rel=0.01)
    assert np.mean(large == 0) == pytest.approx((1 - 1 / 4000) ** 3999, abs=0.002)
    assert np.mean(large >= 3) == pytest.approx(1 - 2.5 * np.exp(-1), abs=0.002)


@pytest.mark.parametrize("rate", [0.02, 0.9, 0.998])
def test_poisson_numbers_have_their_distribution(rate: float) -> None:
    found = poisson_counts(rate, (2000, 1000), np.random.default_rng(3))
    chance = rate ** np.arange(6) * np.exp(-rate) / np.array([1, 1, 2, 6, 24, 120])
    seen = np.bincount(found.ravel(), minlength=6)[:6] / found.size
    assert (np.abs(seen - chance) < 4 * np.sqrt(chance * (1 - chance) / found.size) + 1e-6).all()


def test_replicates_are_raked_to_the_margins() -> None:
    data = survey(firms=200)
    counts = replicate_counts(data.stratum, 50, np.random.default_rng(3))
    raked, missed = rake_replicates(replicate_weights(data.base_weight, data.stratum, counts), data.margins)
    weights = raked.weights(slice(None))
    assert missed == 0
    for margin in data.margins:
        for b in range(50):
            met = np.bincount(margin.codes, weights=weights[:, b])
            np.testing.assert_allclose(met, margin.totals, rtol=1e-5)


@pytest.mark.parametrize(("goalposts", "low", "high"), [("fixed", 0.95, 1.07), ("edition", 0.8, 1.05)])
def test_bootstrap_agrees_with_the_linearised_errors(goalposts: str, low: float, high: float) -> None:
    """Within-edition goalposts are the extremes of noisy values: replicates let other units set them."""
    data = recipe_validate(ddci_recipe(goalposts))
    result = score(ddci_survey(), framework_from_recipe(data, "main", [str(u) for u in range(18)]), data)
    found = bootstrap(result.run, replicates=600, seed=4)
    ratio = error_ratio(result.run.uncertainty.total_se, found)
    assert low < np.median(1 / ratio) < high
    assert found.unmet == 0
    again = bootstrap(result.run, replicates=600, seed=4)
    np.testing.assert_array_equal(found.totals, again.totals)


def test_bootstrap_agrees_with_the_linearised_errors_of_medians() -> None:
    """Days have many distinct answers; on a scale of five the median itself jumps and only the bootstrap sees it."""
    items = (Indicator("k", "s", "negative", "median", question="Q0", scale=(0.0, 60.0)),)
    part = Framework(tuple(f"u{u}" for u in range(5)), (SubIndex("s", 1.0),), items)
    days = np.round(np.random.default_rng(8).lognormal(2.5, 0.6, (1200, 1)), 1)
    data = survey(firms=600, indicators=1, answers=days)
    result = score(data, part, recipe(part, normalise={"goalposts": "fixed"}))
    ratio = bootstrap(result.run, 500, seed=1).se / result.scores.se.to_numpy()
    assert ((ratio > 0.8) & (ratio < 1.25)).all()


def test_bootstrap_does_not_depend_on_the_number_of_threads() -> None:
    part = framework()
    run = score(survey(), part, recipe(part, weight={"method": "rake", "margins": ["size", "sector"]})).run
    alone, together = bootstrap(run, 300, seed=5, threads=1), bootstrap(run, 300, seed=5, threads=3)
    np.testing.assert_array_equal(alone.totals, together.totals)
    assert alone.unmet == together.unmet


def test_a_replicate_in_which_everybody_is_drawn_once_repeats_the_run() -> None:
    """Single precision must not show: values of a thousand days, shares and medians come out as measured."""
    part = framework()
    answers = rows()["answers"]
    answers[:, 0] += 1000.0
    plan = recipe(part, weight={"method": "rake", "margins": ["size", "sector"]})
    run = score(survey(answers=answers), part, plan).run
    once = Replicates(np.ones((run.survey.n_firms, 3), np.uint8), run.survey.base_weight.astype(np.float32))
    raked, _ = rake_replicates(once, run.weighting.margins)
    found = replicate_values(run, answer_table(run.survey, run.framework), raked)
    for replicate in found:
        np.testing.assert_allclose(replicate, run.measured.values, rtol=1e-6)


def test_medians_of_many_distinct_answers_are_resampled_like_those_of_few() -> None:
    """Above DENSE_LEVELS another product serves; both must find the weighted median of the replicate."""
    items = tuple(Indicator(f"k{k}", "s", "negative", "median", question=f"Q{k}") for k in range(2))
    part = Framework(tuple(f"u{u}" for u in range(5)), (SubIndex("s", 1.0),), items)
    rng = np.random.default_rng(8)
    data = survey(indicators=2, answers=np.column_stack([rng.integers(1, 90, 240), rng.integers(1, 6, 240)]))
    run = score(data, part, recipe(part, normalise={"goalposts": "fixed", "fixed": {"k0": [0, 90], "k1": [1, 5]}})).run
    counts = rng.integers(0, 4, (data.n_firms, 4), dtype=np.uint8)
    replicated = Replicates(counts, rng.uniform(1, 3, data.n_firms).astype(np.float32))
    weights = replicated.weights(slice(None))
    found = replicate_values(run, answer_table(data, part), replicated)
    for b, u, k in np.ndindex(4, 5, 2):
        mine = data.unit == u
        x = data.values[k, data.answers[mine, k]]
        assert found[b, u, k] == weighted_median(x, weights[data.firm[mine], b].astype(float))


def test_bootstrap_serves_rank_based_scores() -> None:
    part = framework()
    ranks = score(survey(firms=300), part, recipe(part, normalise={"method": "percentile_rank"}))
    assert ranks.scores.se.isna().all()
    assert (bootstrap(ranks.run, 100, seed=1).se > 0).all()


def test_bootstrap_needs_respondents() -> None:
    part = framework()
    with pytest.raises(NotEnoughData):
        bootstrap(score_values(np.arange(20.0).reshape(5, 4), part, recipe(part)).run)


def test_drawn_weights_centre_on_the_official_ones() -> None:
    part = framework()
    subs = np.array([[9.0, 2.0], [3.0, 8.0], [np.nan, np.nan], [5.0, 5.0], [1.0, 1.0]])
    found = dirichlet_weights(subs, part, np.random.default_rng(1), draws=4000)
    np.testing.assert_allclose(found.weights.mean(axis=0), [0.6, 0.4], atol=0.01)
    assert set(found.ranks[:, 2]) == {0}
    assert set(found.ranks[:, 4]) == {4}
    low, high = found.spread()
    assert low[0] == 1
    assert (low <= high).all()


def test_diagnostics_of_degenerate_data_are_missing_not_wrong() -> None:
    with pytest.raises(NotEnoughData):
        cronbach_alpha(np.ones((2, 3)))
    part = framework()
    assert np.isnan(effective_weights(np.full((1, 2), 5.0), np.array([50.0]), part)).all()
    assert np.isnan(signal_reliability(np.array([50.0]), np.eye(1)))
    assert np.isnan(correlations(np.ones((4, 1)), np.arange(4.0)[:, None])[0, 0])
    x = np.array([[1.0], [2.0], [np.nan], [4.0], [3.0]])
    y = np.array([[2.0], [1.0], [7.0], [5.0], [3.0]])
    keep = [0, 1, 3, 4]
    assert correlations(x, y)[0, 0] == pytest.approx(np.corrcoef(x[keep, 0], y[keep, 0])[0, 1])


def test_effective_weights_sum_to_one_and_follow_spread() -> None:
    part = framework()
    subs = np.array([[5.0, 1.0], [5.1, 9.0], [5.2, 3.0], [5.1, 6.0]])
    found = effective_weights(subs, subs @ [0.6, 0.4], part)
    assert found.sum() == pytest.approx(1)
    assert found[1] > 0.9


def test_alpha_with_equal_weights_equals_alpha_without() -> None:
    data = np.random.default_rng(3).normal(size=(40, 4)).cumsum(axis=1)
    assert cronbach_alpha(data, np.full(40, 2.5)).alpha == pytest.approx(cronbach_alpha(data).alpha)
    data[0, 0] = np.nan
    assert cronbach_alpha(data).n == 39
    assert cronbach_alpha(data, pairwise=True).alpha == pytest.approx(cronbach_alpha(data).alpha, abs=0.05)


def test_errors_of_points_and_lost_points_know_that_units_share_raters() -> None:
    """Goalposts of the edition are values of other units, rated by the same firms: the jackknife agrees."""
    part = replace(framework(), indicators=tuple(replace(i, statistic="mean") for i in framework().indicators))
    data = replace(survey(firms=200), stratum=np.zeros(200, dtype=np.int64))
    plan = recipe(part, weight={"method": "none"})
    found = score(data, part, plan).run
    np.testing.assert_allclose(found.points_se, jackknife(found)[0], rtol=0.08, atol=1e-9)
    shares = indicator_shares(found.framework, found.aggregated)
    np.testing.assert_allclose(found.lost.se, shares * found.points_se)
