"""Weights and standard errors against R survey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scoring.engine.covariance import calibration_residual, design_covariance, intervals
from scoring.engine.replicates import replicate_counts, replicate_weights
from scoring.engine.weight import (
    Weighting,
    WeightOptions,
    calibrate,
    calibrate_by,
    kish_n,
    poststratify,
    rake,
    trim_after,
)
from tests.scoring.engine.golden import GOLDEN, largest, margins_of

TIGHT = WeightOptions(tolerance=1e-13)


@pytest.fixture
def clus() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "survey/apiclus1_weights.csv")


@pytest.fixture
def strat() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "survey/apistrat_weights.csv")


def margins(people: pd.DataFrame):
    return margins_of(pd.read_csv(GOLDEN / "survey/margins.csv"), people)


def weightings(people: pd.DataFrame) -> dict[str, Weighting]:
    base, both = people.pw.to_numpy(), margins(people)
    return {
        "poststrat": poststratify(base, both[:1], TIGHT),
        "rake": rake(base, both, TIGHT),
        "cal_linear": calibrate(base, both, TIGHT),
        "cal_raking": calibrate_by(base, both, TIGHT, distance="raking"),
        "cal_logit": calibrate_by(base, both, TIGHT, distance="logit", bounds=(0.5, 2.0)),
    }


@pytest.mark.parametrize(
    ("method", "column"),
    [
        ("poststrat", "w_poststrat_stype"),
        ("rake", "w_rake_eps1e10"),
        ("cal_linear", "w_cal_linear"),
        ("cal_raking", "w_cal_raking"),
        ("cal_logit", "w_cal_logit_05_2"),
    ],
)
def test_weights_equal_those_of_r_survey(clus: pd.DataFrame, method: str, column: str) -> None:
    assert largest(weightings(clus)[method].weights, clus[column]) <= 1e-8


def test_stratified_raking_equals_r_survey(strat: pd.DataFrame) -> None:
    assert largest(rake(strat.pw.to_numpy(), margins(strat), TIGHT).weights, strat.w_rake_eps1e10) <= 1e-8


def test_trimming_afterwards_equals_r_survey(clus: pd.DataFrame) -> None:
    assert largest(trim_after(clus.w_rake_eps1e10.to_numpy(), 15, 60), clus.w_rake_trim_15_60) <= 1e-8


def estimates() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "survey/estimates.csv").fillna({"level": ""}).set_index(["case", "stat", "level"])


def mean_and_error(x, w, domain, stratum, weighting=None, **design) -> tuple[float, float]:
    total = (w * domain).sum()
    mean = float((w * domain * x).sum() / total)
    z = (w * domain * (x - mean) / total)[:, None]
    if weighting is not None:
        z = calibration_residual(z, weighting)
    return mean, float(np.sqrt(design_covariance(z, stratum, **design)[0, 0]))


@pytest.mark.parametrize("method", ["design", "poststrat", "rake", "cal_linear", "cal_raking", "cal_logit"])
def test_cluster_means_and_errors_equal_those_of_r_survey(clus: pd.DataFrame, method: str) -> None:
    weighting = weightings(clus).get(method)
    w = clus.pw.to_numpy() if weighting is None else weighting.weights
    design = {"cluster": clus.dnum.to_numpy(), "fraction": np.array([15 / clus.fpc.iloc[0]])}
    wanted = [("mean_api00", "api00", "api00"), ("mean_enroll", "enroll", "enroll")]
    wanted += [("mean_api00_by_stype", level, "api00") for level in "EHM"]
    for stat, level, column in wanted:
        domain = (clus.stype == level).to_numpy(float) if level in "EHM" else np.ones(len(clus))
        x = clus[column].to_numpy(float)
        found = mean_and_error(x, w, domain, np.zeros(len(clus), int), weighting, **design)
        expected = estimates().loc[(f"clus1_{method}", stat, level)]
        assert found == pytest.approx((expected.estimate, expected.se), rel=1e-8)


@pytest.mark.parametrize(("case", "corrected"), [("strat_design", True), ("strat_design_nofpc", False)])
def test_stratified_errors_equal_those_of_r_survey(strat: pd.DataFrame, case: str, corrected: bool) -> None:
    stratum, names = pd.factorize(strat.stype)
    share = [(strat.stype == n).sum() / strat.fpc[strat.stype == n].iloc[0] for n in names]
    fraction = np.array(share) if corrected else None
    for column in ("api00", "enroll"):
        x = strat[column].to_numpy(float)
        found = mean_and_error(x, strat.pw.to_numpy(), np.ones(len(x)), stratum, fraction=fraction)
        expected = estimates().loc[(case, f"mean_{column}", column)]
        assert found == pytest.approx((expected.estimate, expected.se), rel=1e-10)


def test_raked_errors_equal_r_survey_with_its_unweighted_residual(strat: pd.DataFrame) -> None:
    """R survey regresses on the margins of a raked sample without weights; ours uses the design weights."""
    stratum, names = pd.factorize(strat.stype)
    fraction = np.array([(strat.stype == n).sum() / strat.fpc[strat.stype == n].iloc[0] for n in names])
    raked = rake(strat.pw.to_numpy(), margins(strat), TIGHT)
    plain = replace(raked, residual_weights=np.ones(len(strat)))
    for column in ("api00", "enroll"):
        x = strat[column].to_numpy(float)
        everybody = np.ones(len(x))
        expected = estimates().loc[("strat_rake", f"mean_{column}", column)]
        same = mean_and_error(x, plain.weights, everybody, stratum, plain, fraction=fraction)
        ours = mean_and_error(x, raked.weights, everybody, stratum, raked, fraction=fraction)
        assert same == pytest.approx((expected.estimate, expected.se), rel=1e-8)
        assert ours[1] == pytest.approx(expected.se, rel=0.02)


def limits(found: tuple[float, float]) -> tuple[float, float]:
    lo, hi = intervals(np.array([found[0]]), np.array([found[1]]), 0.95)
    return float(lo[0]), float(hi[0])


@pytest.mark.parametrize("method", ["design", "rake", "cal_logit"])
def test_intervals_equal_those_of_r_survey(clus: pd.DataFrame, method: str) -> None:
    weighting = weightings(clus).get(method)
    w = clus.pw.to_numpy() if weighting is None else weighting.weights
    design = {"cluster": clus.dnum.to_numpy(), "fraction": np.array([15 / clus.fpc.iloc[0]])}
    everybody, stratum = np.ones(len(clus)), np.zeros(len(clus), int)
    found = mean_and_error(clus.api00.to_numpy(float), w, everybody, stratum, weighting, **design)
    expected = estimates().loc[(f"clus1_{method}", "mean_api00", "api00")]
    assert limits(found) == pytest.approx((expected.lo95, expected.hi95), rel=1e-9)


def test_means_under_rougher_weights_equal_those_of_r_survey(clus: pd.DataFrame) -> None:
    """Raking stopped early, and trimmed afterwards: R centres in turn for each margin, ours on all at once."""
    design = {"cluster": clus.dnum.to_numpy(), "fraction": np.array([15 / clus.fpc.iloc[0]])}
    everybody, stratum = np.ones(len(clus)), np.zeros(len(clus), int)
    for case, column, close in (("rake_default", "w_rake_default", 1e-5), ("rake_trim", "w_rake_trim_15_60", 1e-3)):
        w = clus[column].to_numpy()
        weighting = replace(weightings(clus)["rake"], weights=w)
        for name in ("api00", "enroll"):
            found = mean_and_error(clus[name].to_numpy(float), w, everybody, stratum, weighting, **design)
            expected = estimates().loc[(f"clus1_{case}", f"mean_{name}", name)]
            assert found[0] == pytest.approx(expected.estimate, rel=1e-12)
            assert found[1] == pytest.approx(expected.se, rel=20 * close)


def test_ratios_and_changes_equal_those_of_r_survey(strat: pd.DataFrame) -> None:
    """A ratio is linearised like a score: w·(y − R·x)/Σ w x."""
    stratum, names = pd.factorize(strat.stype)
    fraction = np.array([(strat.stype == n).sum() / strat.fpc[strat.stype == n].iloc[0] for n in names])
    w, before, after = (strat[name].to_numpy(float) for name in ("pw", "api99", "api00"))
    ratio = float(w @ after / (w @ before))
    error = np.sqrt(
        design_covariance((w * (after - ratio * before) / (w @ before))[:, None], stratum, fraction=fraction)
    )
    expected = estimates().loc[("strat_design", "ratio_api00_api99", "")]
    assert (ratio, float(error[0, 0])) == pytest.approx((expected.estimate, expected.se), rel=1e-10)
    assert limits((ratio, float(error[0, 0]))) == pytest.approx((expected.lo95, expected.hi95), rel=1e-10)
    expected = estimates().loc[("strat_design", "mean_change_api00_api99", "")]
    found = mean_and_error(after - before, w, np.ones(len(w)), stratum, fraction=fraction)
    assert found == pytest.approx((expected.estimate, expected.se), rel=1e-10)


@pytest.mark.parametrize("column", ["w_rake_eps1e10", "w_cal_linear", "w_poststrat_stype"])
def test_effective_numbers_equal_those_of_r_survey(clus: pd.DataFrame, column: str) -> None:
    expected = estimates().loc[("clus1", "kish_neff", column), "estimate"]
    assert kish_n(clus[column].to_numpy()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["api00", "enroll"])
def test_resampled_errors_are_near_those_of_r_survey(strat: pd.DataFrame, name: str) -> None:
    """R's bootstrap of 1,000 replicates without finite population correction: both carry 2 % of noise."""
    stratum, _ = pd.factorize(strat.stype)
    counts = replicate_counts(stratum, 2000, np.random.default_rng(4))
    w = replicate_weights(strat.pw.to_numpy(), stratum, counts).weights(slice(None)).astype(float)
    means = strat[name].to_numpy(float) @ w / w.sum(axis=0)
    expected = estimates().loc[("strat_subbootstrap_R1000", f"mean_{name}", name)]
    assert means.std(ddof=1) == pytest.approx(expected.se, rel=0.1)
