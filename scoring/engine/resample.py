"""Resample: the Rao–Wu rescaling bootstrap, a check of the linearised errors and the way for methods
without them.

Source: Rao and Wu 1988; Rao, Wu and Yue 1992. Seeds belong to blocks of replicates, so that results depend
neither on the number of threads nor on how the blocks are spread.

Weights and matrix products are in single precision: answers enter as distances from the unit's own value, so
that a replicated value is right to about 1e-6 of the spread of answers, far below the noise of resampling.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import sparse

from scoring.engine.aggregate import aggregate
from scoring.engine.checks import NotEnoughData
from scoring.engine.covariance import pooled_strata
from scoring.engine.margins import cells_of
from scoring.engine.measure import AnswerTable, answer_table
from scoring.engine.normalise import Goalposts, History, NormaliseOptions, normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.pipeline import Run
from scoring.engine.types import FloatArray, Framework, IntArray, Margin, Survey

BLOCK = 125
ROWS = 2048
# A median over more distinct answers is summed by a sparse product instead of a column per answer.
DENSE_LEVELS = 24

Single = npt.NDArray[np.float32]
Counts = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Bootstrap:
    """Replicated totals before adjustment (B, U), standard errors (U,), and failures.

    ``unmet``: replicates that missed a margin; ``missing`` (U,): replicates without a total of the unit.
    """

    totals: FloatArray
    se: FloatArray
    unmet: int
    missing: IntArray


def replicate_counts(stratum: IntArray, replicates: int, rng: np.random.Generator) -> Counts:
    """How often (F, B) each firm is drawn when n_h − 1 firms of each stratum are drawn with replacement.

    A stratum of one firm keeps it.

    ``stratum`` (F,) without missing codes; uint16. Raises nothing. Source: Rao and Wu 1988.

    >>> replicate_counts(np.array([0, 0, 0]), 4, np.random.default_rng(1)).sum(axis=0).tolist()
    [2, 2, 2, 2]
    """
    found = np.ones((replicates, len(stratum)), dtype=np.uint16)
    order = np.argsort(stratum, kind="stable")
    for firms in np.split(order, np.cumsum(np.bincount(stratum))[:-1]) if len(order) else ():
        n = len(firms)
        if n < 2:
            continue
        for b in range(replicates):
            drawn = rng.integers(0, n, n - 1, dtype=np.uint32)
            found[b, firms] = np.bincount(drawn, minlength=n)
    return np.ascontiguousarray(found.T)


def replicate_weights(base: FloatArray, stratum: IntArray, counts: Counts) -> Single:
    """w* = w·n_h/(n_h − 1)·c (F, B): their mean over replicates is w.

    ``base``, ``stratum`` (F,), nothing missing. Unit: businesses. Raises nothing. Source: Rao, Wu and Yue 1992.

    >>> replicate_weights(
    ...     np.ones(3), np.zeros(3, dtype=int), np.array([[2], [0], [0]], dtype=np.uint16)
    ... ).ravel().tolist()
    [3.0, 0.0, 0.0]
    """
    n = np.bincount(stratum).astype(np.float64)
    factor = np.divide(n, n - 1, out=np.ones(len(n)), where=n > 1)
    weights: Single = np.multiply(counts, (base * factor[stratum])[:, None].astype(np.float32), dtype=np.float32)
    return weights


def rake_replicates(
    weights: Single, margins: Sequence[Margin], sweeps: int = 50, tolerance: float = 1e-6
) -> tuple[Single, int]:
    """Rake every replicate (F, B) on the table of occupied cells x replicates; returns weights and how many
    missed.

    A level that no drawn firm has cannot be met in that replicate: it is left out there and counted. The
    given weights are overwritten.

    Missing levels have become levels before. Raises nothing. Source: Rao, Wu and Yue 1992; Deming and Stephan 1940.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("size", ["s", "s", "l"], {"s": 90, "l": 10})
    >>> raked, missed = rake_replicates(np.ones((3, 2), dtype=np.float32), [m])
    >>> raked[:, 0].tolist(), missed
    ([45.0, 45.0, 10.0], 0)
    """
    cell, cells = cells_of(margins)
    sums = (_one_hot(cell, cells.shape[1]) @ weights).astype(np.float64)
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
    factor = np.divide(fitted, sums, out=np.zeros_like(sums), where=sums > 0).astype(np.float32)
    for start in range(0, len(weights), ROWS):
        weights[start : start + ROWS] *= factor[cell[start : start + ROWS]]
    return weights, int((empty | (worst > tolerance)).sum())


def _one_hot(codes: IntArray, size: int) -> sparse.csr_array:
    ones = np.ones(len(codes), dtype=np.float32)
    return sparse.csr_array((ones, (codes, np.arange(len(codes)))), shape=(size, len(codes)))


def bootstrap(run: Run, replicates: int = 1000, seed: int = 0, *, threads: int | None = None) -> Bootstrap:
    """Replicate a run: draw firms, re-weight to the margins, measure, form goalposts, aggregate.

    The run must come from ``pipeline.score``. Trimming is not repeated within replicates. Missing totals
    stay missing; the standard error is the deviation of the replicates from their mean. Blocks of
    replicates are spread over ``threads`` (default: one per processor); every block has a seed of its own.
    Raises ``NotEnoughData`` for a run without respondents.

    Unit: points of the total. Source: Rao and Wu 1988; Rao, Wu and Yue 1992.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = bootstrap(result.run, 200, seed=1, threads=1)
    >>> found.totals.shape, bool(np.allclose(found.se, result.scores.se, rtol=0.35))
    ((200, 3), True)
    """
    if run.survey is None or run.weighting is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    one = partial(_block, run, answer_table(run.survey, run.framework), pooled_strata(run.survey)[0])
    sizes = [min(BLOCK, replicates - start) for start in range(0, replicates, BLOCK)]
    generators = [np.random.default_rng([seed, b]) for b in range(len(sizes))]
    workers = max(1, min(threads or len(os.sched_getaffinity(0)), len(sizes)))
    with ThreadPoolExecutor(workers) as pool:
        blocks = list(pool.map(one, sizes, generators))
    stacked = np.concatenate([totals for totals, _ in blocks] or [np.zeros((0, len(run.framework.units)))])
    present = ~np.isnan(stacked)
    se = np.full(stacked.shape[1], np.nan)
    usable = (present.sum(axis=0) > 1) & ~np.isnan(run.aggregated.total)
    se[usable] = np.nanstd(stacked[:, usable], axis=0, ddof=1)
    return Bootstrap(stacked, se, sum(missed for _, missed in blocks), (~present).sum(axis=0))


def _block(
    run: Run, table: AnswerTable, stratum: IntArray, replicates: int, rng: np.random.Generator
) -> tuple[FloatArray, int]:
    """Totals (B, U) of one block of replicates, and how many of them missed a margin."""
    if run.survey is None or run.weighting is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    base = np.ones(run.survey.n_firms) if run.weighting.method == "none" else run.survey.base_weight
    weights = replicate_weights(base, stratum, replicate_counts(stratum, replicates, rng))
    missed = 0
    if run.weighting.margins:
        weights, missed = rake_replicates(weights, run.weighting.margins)
    return _totals(run, replicate_values(run, table, weights)), missed


def replicate_values(run: Run, table: AnswerTable, weights: Single) -> FloatArray:
    """Indicator values (B, U, K) under replicate weights (F, B); values missing in the run stay missing.

    Per unit one matrix product of [a·(x − m) | a | one column per distinct answer of a median] with the
    weights of the unit's firms, in blocks of rows that stay in the cache.

    Unit: that of the values. Raises ``NotEnoughData`` for a run without answers. Source: Rao and Wu 1988.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> run = result.run
    >>> same = np.tile(run.weighting.weights[:, None], 2).astype(np.float32)
    >>> found = replicate_values(run, answer_table(run.survey, run.framework), same)
    >>> bool(np.allclose(found[0], run.measured.values))
    True
    """
    if run.survey is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    survey, measured = run.survey, run.measured.values
    bounds = survey.bounds(len(measured))
    values = np.broadcast_to(measured, (weights.shape[1], *measured.shape)).copy()
    smooth = np.setdiff1d(table.soft, table.medians)
    levels = {int(k): int(survey.answers[:, table.columns[k]].max(initial=0)) for k in table.medians}
    dense = [k for k, size in levels.items() if size <= DENSE_LEVELS]
    for u in range(len(measured)):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        if rows.start == rows.stop:
            continue
        centre = np.nan_to_num(measured[u, smooth])
        wide = [(int(table.columns[k]), levels[k]) for k in dense]
        found = _unit_sums(survey, (table, smooth, centre, wide), rows, weights)
        sums, mass = found[: len(smooth)].T, found[len(smooth) : 2 * len(smooth)].T
        values[:, u, smooth] = centre + np.divide(sums, mass, out=np.full(sums.shape, np.nan), where=mass > 0)
        start = 2 * len(smooth)
        for k in dense:
            values[:, u, k] = _medians(table.values[k], found[start : start + levels[k]])
            start += levels[k]
        for k in sorted(set(levels) - set(dense)):
            codes = survey.answers[rows, table.columns[k]].astype(np.int64)
            masses = (_one_hot(codes, levels[k] + 1) @ weights[survey.firm[rows]]).astype(np.float64)
            values[:, u, k] = _medians(table.values[k], masses[1:])
    values[:, np.isnan(measured)] = np.nan
    return values


Columns = tuple[AnswerTable, IntArray, FloatArray, list[tuple[int, int]]]


def _unit_sums(survey: Survey, columns: Columns, rows: slice, weights: Single) -> FloatArray:
    """Weighted sums (columns, B) over the ratings of one unit: distances, presence, distinct answers."""
    table, smooth, centre, wide = columns
    size = table.values.shape[1]
    lookup = (table.values[smooth] - centre[:, None]).astype(np.float32)
    lookup[:, 0] = 0.0
    offsets = np.arange(len(smooth), dtype=np.intp) * size
    total = np.zeros((2 * len(smooth) + sum(n for _, n in wide), weights.shape[1]))
    for start in range(rows.start, rows.stop, ROWS):
        part = slice(start, min(start + ROWS, rows.stop))
        codes = survey.answers[part]
        chosen = codes[:, table.columns[smooth]]
        cells = np.empty((part.stop - start, len(total)), dtype=np.float32)
        np.take(lookup.ravel(), chosen + offsets, out=cells[:, : len(smooth)], mode="clip")
        np.not_equal(chosen, 0, out=cells[:, len(smooth) : 2 * len(smooth)], casting="unsafe")
        at = 2 * len(smooth)
        for column, n in wide:
            np.equal(codes[:, [column]], np.arange(1, n + 1), out=cells[:, at : at + n], casting="unsafe")
            at += n
        total += cells.T @ weights[survey.firm[part]]
    return total


def _medians(levels: FloatArray, masses: FloatArray) -> FloatArray:
    """Weighted medians (B,) from masses (C, B) on the ascending answers with the codes 1..C.

    Masses are sums in single precision: a half within 1e-6 of the total counts as reached exactly.
    """
    cumulated = np.cumsum(masses, axis=0)
    total = cumulated[-1]
    half = total / 2
    low = (cumulated >= half * (1 - 2e-6)).argmax(axis=0)
    high = (cumulated > half * (1 + 2e-6)).argmax(axis=0)
    middle = (levels[1:][low] + levels[1:][high]) / 2
    return np.where(total > 0, middle, np.nan)


def _totals(run: Run, values: FloatArray) -> FloatArray:
    """Totals (B, U) of replicated values."""
    options = normalise_options(run.recipe)
    points = _points(values, run.framework, options, run)
    flat = points.reshape(-1, values.shape[2])
    totals = aggregate(flat, run.framework, aggregate_options(run.recipe)).total
    return totals.reshape(values.shape[:2])


def error_ratio(linearised: FloatArray, found: Bootstrap) -> FloatArray:
    """Linearised standard errors divided by those of the bootstrap (U,): about 1 where both can be trusted.

    A pure number; NaN where either is missing or the bootstrap's is 0. Raises nothing. Source: Rao and Wu 1988; Shao
    and Tu, The Jackknife and Bootstrap, 1995.

    >>> found = Bootstrap(np.zeros((2, 2)), np.array([2.0, 0.0]), 0, np.zeros(2, dtype=int))
    >>> error_ratio(np.array([2.2, 0.0]), found).tolist()
    [1.1, nan]
    """
    ratio: FloatArray = np.divide(linearised, found.se, out=np.full(len(found.se), np.nan), where=found.se > 0)
    return ratio


def _like_the_run(options: NormaliseOptions, posts: Mapping[str, Goalposts]) -> tuple[NormaliseOptions, History]:
    """Options under which replicates form goalposts as the run did: fixed ends stay, those set by earlier editions
    count beside the replicate's own."""
    rules = {
        code: {
            "method": options.of(code, "method"),
            "goalposts": item.source if item.source in ("edition", "fixed") else "pooled",
        }
        for code, item in posts.items()
    }
    fixed = {code: (item.lo, item.hi) for code, item in posts.items() if item.source == "fixed"}
    ends = {
        code: [end for end, unit in ((item.lo, item.lo_unit), (item.hi, item.hi_unit)) if unit is None]
        for code, item in posts.items()
    }
    return replace(options, editions=("earlier",), fixed=fixed, indicators=rules), {"earlier": ends}


def _points(values: FloatArray, framework: Framework, options: NormaliseOptions, run: Run) -> FloatArray:
    """Points (B, U, K): min-max in one go, other methods replicate by replicate.

    Goalposts are formed anew in every replicate. An end set by an earlier edition stays unless a replicate
    goes beyond it; behind an end set by this edition the earlier ones are not known here and do not hold it.
    """
    methods = {options.of(code, "method") for code in framework.codes}
    posts = () if run.normalised is None else run.normalised.goalposts
    if methods != {"minmax"} or run.normalised is None:
        again, earlier = _like_the_run(options, dict(zip(framework.codes, posts, strict=True)))
        return np.array([normalise(value, framework, again, earlier).points for value in values])
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
