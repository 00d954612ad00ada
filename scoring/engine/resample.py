"""Resample: the Rao–Wu rescaling bootstrap, a check of the linearised errors and the way for methods
without them.

Source: Rao and Wu 1988; Rao, Wu and Yue 1992. Seeds belong to blocks of replicates, so that results depend
neither on the number of threads nor on how the blocks are spread.

Weights and matrix products are in single precision: answers enter as distances from the unit's own value, so
that a replicated value is right to about 1e-6 of the spread of answers, far below the noise of resampling.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from scoring.engine.aggregate import aggregate
from scoring.engine.blocks import processors
from scoring.engine.checks import NotEnoughData
from scoring.engine.covariance import pooled_strata
from scoring.engine.measure import AnswerTable, answer_table
from scoring.engine.normalise import Goalposts, History, NormaliseOptions, normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.pipeline import Run
from scoring.engine.replicates import (
    Replicates,
    Single,
    one_hot,
    rake_replicates,
    replicate_counts,
    replicate_weights,
)
from scoring.engine.types import CodeArray, FloatArray, Framework, IntArray, Survey

# Replicates that are worked out together, and firms whose weights in them stay in the cache.
BLOCK = 250
FIRMS = 2048
# A median over more distinct answers is summed by a sparse product instead of a column per answer.
DENSE_LEVELS = 24


@dataclass(frozen=True)
class Bootstrap:
    """Replicated totals before adjustment (B, U), standard errors (U,), and failures.

    ``unmet``: replicates that missed a margin; ``missing`` (U,): replicates without a total of the unit.
    """

    totals: FloatArray
    se: FloatArray
    unmet: int
    missing: IntArray


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
    workers = max(1, min(threads or processors(), len(sizes)))
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
    replicated = replicate_weights(base, stratum, replicate_counts(stratum, replicates, rng))
    missed = 0
    if run.weighting.margins:
        replicated, missed = rake_replicates(replicated, run.weighting.margins)
    return _totals(run, replicate_values(run, table, replicated)), missed


def replicate_values(run: Run, table: AnswerTable, replicated: Replicates) -> FloatArray:
    """Indicator values (B, U, K) in replicates; values missing in the run stay missing.

    Firms are worked through in blocks whose weights stay in the cache: per unit one matrix product of
    [a·(x − m) | a | one column per distinct answer of a median] with the weights of the unit's firms.

    Unit: that of the values. Raises ``NotEnoughData`` for a run without answers. Source: Rao and Wu 1988.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> run = score(example_survey(), example_framework(), example_recipe()).run
    >>> once = Replicates(np.ones((run.survey.n_firms, 2), np.uint8), run.weighting.weights.astype(np.float32))
    >>> found = replicate_values(run, answer_table(run.survey, run.framework), once)
    >>> bool(np.allclose(found[0], run.measured.values))
    True
    """
    if run.survey is None:
        raise NotEnoughData("bootstrap", "A bootstrap needs the answers of respondents.")
    survey, measured = run.survey, run.measured.values
    columns = _columns(survey, table, measured)
    sums = np.zeros((len(measured), columns.width, replicated.size))
    bounds = survey.bounds(len(measured))
    for start in range(0, survey.n_firms, FIRMS):
        firms = slice(start, min(start + FIRMS, survey.n_firms))
        weights = replicated.weights(firms)
        for u in range(len(measured)):
            low, high = int(bounds[u]), int(bounds[u + 1])
            within = low + np.searchsorted(survey.firm[low:high], [firms.start, firms.stop])
            rows = slice(int(within[0]), int(within[1]))
            if rows.start < rows.stop:
                sums[u] += columns.cells(survey.answers[rows], u).T @ weights[survey.firm[rows] - start]
    values = np.broadcast_to(measured, (replicated.size, *measured.shape)).copy()
    for u in range(len(measured)):
        _unit_values(values[:, u], columns, u, sums[u])
    _sparse_medians(values, survey, columns, bounds, replicated)
    values[:, np.isnan(measured)] = np.nan
    return values


@dataclass(frozen=True)
class _Columns:
    """Columns that are summed for each unit: indicators with ``centre`` (U, n) and ``lookup`` (U, n, C), and for
    medians on few answers how many those are (``dense``); ``sparse``: medians on many."""

    table: AnswerTable
    smooth: IntArray
    centre: FloatArray
    lookup: Single
    dense: dict[int, int]
    sparse: dict[int, int]

    @property
    def width(self) -> int:
        return 2 * len(self.smooth) + sum(self.dense.values())

    def cells(self, codes: CodeArray, u: int) -> Single:
        """Cells (n, width) of some ratings of unit u: distances, presence, distinct answers."""
        size, count = self.table.values.shape[1], len(self.smooth)
        asked = self.table.columns[self.smooth]
        chosen = codes if np.array_equal(asked, np.arange(codes.shape[1])) else codes[:, asked]
        cells = np.empty((len(codes), self.width), dtype=np.float32)
        np.take(self.lookup[u].ravel(), chosen + np.arange(count) * size, out=cells[:, :count], mode="clip")
        np.not_equal(chosen, 0, out=cells[:, count : 2 * count], casting="unsafe")
        at = 2 * count
        for k, n in self.dense.items():
            answer = codes[:, [self.table.columns[k]]]
            np.equal(answer, np.arange(1, n + 1), out=cells[:, at : at + n], casting="unsafe")
            at += n
        return cells


def _columns(survey: Survey, table: AnswerTable, measured: FloatArray) -> _Columns:
    smooth = np.setdiff1d(table.soft, table.medians)
    centre = np.nan_to_num(measured[:, smooth])
    lookup = (table.values[smooth] - centre[:, :, None]).astype(np.float32)
    lookup[:, :, 0] = 0.0
    levels = {int(k): int(survey.answers[:, table.columns[k]].max(initial=0)) for k in table.medians}
    dense = {k: n for k, n in levels.items() if n <= DENSE_LEVELS}
    return _Columns(table, smooth, centre, lookup, dense, {k: n for k, n in levels.items() if n > DENSE_LEVELS})


def _unit_values(values: FloatArray, columns: _Columns, u: int, sums: FloatArray) -> None:
    """Enter the values (B, K) of one unit from its sums (width, B)."""
    count = len(columns.smooth)
    top, mass = sums[:count].T, sums[count : 2 * count].T
    mean = np.divide(top, mass, out=np.full(top.shape, np.nan), where=mass > 0)
    values[:, columns.smooth] = columns.centre[u] + mean
    at = 2 * count
    for k, n in columns.dense.items():
        values[:, k] = _medians(columns.table.values[k], sums[at : at + n])
        at += n


def _sparse_medians(
    values: FloatArray, survey: Survey, columns: _Columns, bounds: IntArray, replicated: Replicates
) -> None:
    """Enter medians over many distinct answers, summed by a sparse product per unit."""
    for u in range(len(bounds) - 1) if columns.sparse else ():
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        weights = replicated.weights(survey.firm[rows])
        for k, n in columns.sparse.items():
            codes = survey.answers[rows, columns.table.columns[k]].astype(np.int64)
            masses = (one_hot(codes, n + 1) @ weights).astype(np.float64)
            values[:, u, k] = _medians(columns.table.values[k], masses[1:])


def _medians(levels: FloatArray, masses: FloatArray) -> FloatArray:
    """Weighted medians (B,) from masses (C, B) on the ascending answers with the codes 1..C.

    Masses are sums in single precision: a half within 1e-6 of the total counts as reached exactly.
    """
    if not len(masses):
        return np.full(masses.shape[1], np.nan)
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
