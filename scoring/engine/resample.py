"""Resample: the Rao–Wu rescaling bootstrap, a check of the linearised errors and the way for methods
without them.

Source: Rao and Wu 1988; Rao, Wu and Yue 1992. Seeds belong to blocks of replicates, so that results depend
neither on the number of threads nor on how the blocks are spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from scoring.engine.aggregate import aggregate
from scoring.engine.checks import NotEnoughData
from scoring.engine.covariance import pooled_strata
from scoring.engine.measure import AnswerTable, answer_table, unit_answers
from scoring.engine.normalise import NormaliseOptions, normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.pipeline import Run
from scoring.engine.types import FloatArray, Framework, IntArray, Margin, Survey
from scoring.engine.weight import Weighting

BLOCK = 100


@dataclass(frozen=True)
class Bootstrap:
    """Replicated totals before adjustment (B, U), standard errors (U,), and failures.

    ``unmet``: replicates that missed a margin; ``missing`` (U,): replicates without a total of the unit.
    """

    totals: FloatArray
    se: FloatArray
    unmet: int
    missing: IntArray


def replicate_counts(stratum: IntArray, replicates: int, rng: np.random.Generator) -> FloatArray:
    """How often (F, B) each firm is drawn when n_h − 1 firms of each stratum are drawn with replacement.

    >>> replicate_counts(np.array([0, 0, 0]), 4, np.random.default_rng(1)).sum(axis=0).tolist()
    [2.0, 2.0, 2.0, 2.0]
    """
    found = np.zeros((len(stratum), replicates))
    for h in range(int(stratum.max(initial=-1)) + 1):
        firms = np.flatnonzero(stratum == h)
        n = len(firms)
        if n < 2:
            found[firms] = 1.0
            continue
        drawn = rng.integers(0, n, (n - 1, replicates)) * replicates + np.arange(replicates)
        found[firms] = np.bincount(drawn.ravel(), minlength=n * replicates).reshape(n, replicates)
    return found


def replicate_weights(base: FloatArray, stratum: IntArray, counts: FloatArray) -> FloatArray:
    """w* = w·n_h/(n_h − 1)·c (F, B): their mean over replicates is w."""
    n = np.bincount(stratum).astype(np.float64)
    factor = np.divide(n, n - 1, out=np.ones(len(n)), where=n > 1)
    weights: FloatArray = counts * (base * factor[stratum])[:, None]
    return weights


def rake_replicates(
    weights: FloatArray, margins: Sequence[Margin], sweeps: int = 50, tolerance: float = 1e-6
) -> tuple[FloatArray, int]:
    """Rake every replicate (F, B) on the table of occupied cells x replicates; returns weights and how many
    missed.

    A level that no drawn firm has cannot be met in that replicate: it is left out there and counted.
    """
    codes = np.array([margin.codes for margin in margins])
    _, first, cell = np.unique(codes, axis=1, return_index=True, return_inverse=True)
    cell = cell.ravel()
    cells = codes[:, first]
    sums = _one_hot(cell, cells.shape[1]) @ weights
    fitted = sums.copy()
    levels = [_one_hot(code, len(margin.levels)) for margin, code in zip(margins, cells, strict=True)]
    for _ in range(sweeps):
        worst = np.zeros(weights.shape[1])
        for margin, level, code in zip(margins, levels, cells, strict=True):
            found = level @ fitted
            ratio = np.divide(margin.totals[:, None], found, out=np.ones_like(found), where=found > 0)
            worst = np.maximum(worst, np.abs(ratio - 1).max(axis=0))
            fitted *= ratio[code]
        if worst.max(initial=0.0) <= tolerance:
            break
    empty = np.zeros(weights.shape[1], dtype=bool)
    for level in levels:
        empty |= ((level @ sums) == 0).any(axis=0)
    factor = np.divide(fitted, sums, out=np.zeros_like(sums), where=sums > 0)
    return weights * factor[cell], int((empty | (worst > tolerance)).sum())


def _one_hot(codes: IntArray, size: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(size, len(codes)))


def bootstrap(run: Run, replicates: int = 1000, seed: int = 0) -> Bootstrap:
    """Replicate a run: draw firms, re-weight to the margins, measure, form goalposts, aggregate.

    The run must come from ``pipeline.score``. Trimming is not repeated within replicates. Missing totals
    stay missing; the standard error is the deviation of the replicates from their mean.
    """
    if run.survey is None or run.weighting is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    stratum, _ = pooled_strata(run.survey)
    totals, unmet = [], 0
    table = answer_table(run.survey, run.framework)
    for b, start in enumerate(range(0, replicates, BLOCK)):
        rng = np.random.default_rng([seed, b])
        counts = replicate_counts(stratum, min(BLOCK, replicates - start), rng)
        weights, missed = _weights(run.survey, run.weighting, stratum, counts)
        values = replicate_values(run, table, weights)
        totals.append(_totals(run, values))
        unmet += missed
    stacked = np.concatenate(totals) if totals else np.zeros((0, len(run.framework.units)))
    present = ~np.isnan(stacked)
    se = np.full(stacked.shape[1], np.nan)
    usable = (present.sum(axis=0) > 1) & ~np.isnan(run.aggregated.total)
    se[usable] = np.nanstd(stacked[:, usable], axis=0, ddof=1)
    return Bootstrap(stacked, se, unmet, (~present).sum(axis=0))


def _weights(survey: Survey, weighting: Weighting, stratum: IntArray, counts: FloatArray) -> tuple[FloatArray, int]:
    base = np.ones(survey.n_firms) if weighting.method == "none" else survey.base_weight
    weights = replicate_weights(base, stratum, counts)
    return rake_replicates(weights, weighting.margins) if weighting.margins else (weights, 0)


def replicate_values(run: Run, table: AnswerTable, weights: FloatArray) -> FloatArray:
    """Indicator values (B, U, K) under replicate weights (F, B); values missing in the run stay missing."""
    if run.survey is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    survey, framework = run.survey, run.framework
    bounds = survey.bounds(len(framework.units))
    values = np.broadcast_to(run.measured.values, (weights.shape[1], *run.measured.values.shape)).copy()
    smooth = np.setdiff1d(table.soft, table.medians)
    for u in range(len(framework.units)):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        if rows.start == rows.stop:
            continue
        w = weights[survey.firm[rows]]
        x, a = unit_answers(survey, table, rows, smooth)
        found = w.T @ np.concatenate([x, a], axis=1)
        sums, mass = found[:, : len(smooth)], found[:, len(smooth) :]
        values[:, u, smooth] = np.divide(sums, mass, out=np.full(sums.shape, np.nan), where=mass > 0)
        for k in table.medians:
            codes = survey.answers[rows, table.columns[k]].astype(np.int64)
            masses = _one_hot(codes, table.values.shape[1]) @ w
            values[:, u, k] = _medians(table.values[k], masses)
    values[:, np.isnan(run.measured.values)] = np.nan
    return values


def _medians(levels: FloatArray, masses: FloatArray) -> FloatArray:
    """Weighted medians (B,) from masses (C, B) on ascending levels; code 0 is no answer."""
    cumulated = np.cumsum(masses[1:], axis=0)
    total = cumulated[-1]
    half = total / 2
    low = (cumulated >= half * (1 - 1e-12)).argmax(axis=0)
    high = (cumulated > half * (1 + 1e-12)).argmax(axis=0)
    middle = (levels[1:][low] + levels[1:][high]) / 2
    return np.where(total > 0, middle, np.nan)


def _totals(run: Run, values: FloatArray) -> FloatArray:
    """Totals (B, U) of replicated values."""
    options = normalise_options(run.recipe)
    points = _points(values, run.framework, options, run)
    flat = points.reshape(-1, values.shape[2])
    totals = aggregate(flat, run.framework, aggregate_options(run.recipe)).total
    return totals.reshape(values.shape[:2])


def _points(values: FloatArray, framework: Framework, options: NormaliseOptions, run: Run) -> FloatArray:
    """Points (B, U, K): min-max in one go, other methods replicate by replicate.

    Goalposts are formed anew in every replicate. An end set by an earlier edition stays unless a replicate
    goes beyond it; behind an end set by this edition the earlier ones are not known here and do not hold it.
    """
    methods = {options.of(code, "method") for code in framework.codes}
    if methods != {"minmax"} or run.normalised is None:
        plain = replace(options, goalposts="edition")
        return np.array([normalise(value, framework, plain).points for value in values])
    posts = run.normalised.goalposts
    with np.errstate(invalid="ignore", divide="ignore"):
        lo, hi = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
        for k, item in enumerate(posts):
            if item.source == "fixed":
                lo[:, k], hi[:, k] = item.lo, item.hi
            elif item.source != "edition":
                lo[:, k] = np.minimum(lo[:, k], item.lo) if item.lo_unit is None else lo[:, k]
                hi[:, k] = np.maximum(hi[:, k], item.hi) if item.hi_unit is None else hi[:, k]
        share = (values - lo[:, None, :]) / np.where(hi > lo, hi - lo, np.nan)[:, None, :]
    a, b = options.target
    oriented = np.where(framework.signs > 0, share, 1 - share)
    points: FloatArray = a + (b - a) * oriented
    return points
