"""Rank sets: between which ranks a unit can be said to stand.

Confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm, "Inference for Ranks with Applications to
Mobility across Neighbourhoods and Academic Achievement across Countries", Review of Economic Studies 2024.
Simultaneous sets hold for the whole table at once, marginal sets for one unit looked at alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.engine.rank import settled
from scoring.engine.types import BoolArray, FloatArray, IntArray

CHUNK = 2048


@dataclass(frozen=True)
class RankSets:
    """Bounds of ranks (U,), critical values per step, and ``above`` (U, U): j significantly above k."""

    lower: IntArray
    upper: IntArray
    critical: tuple[float, ...]
    above: BoolArray

    @property
    def indistinct(self) -> BoolArray:
        """Pairs (U, U) that cannot be told apart; the diagonal is False."""
        same: BoolArray = ~(self.above | self.above.T)
        np.fill_diagonal(same, False)
        return same


def normal_draws(covariance: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draws (R, U) of a centred normal vector with this covariance.

    The symmetric square root is used, so the draws do not depend on signs of eigenvectors.

    ``covariance`` (U, U) without missing values; unit: its root. Raises nothing. Source: Gentle, Random Number
    Generation and Monte Carlo Methods, 2003.

    >>> normal_draws(np.eye(2), 3, np.random.default_rng(1)).shape
    (3, 2)
    """
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(rng.standard_normal((draws, len(covariance))) @ root, dtype=np.float64)


def difference_errors(covariance: FloatArray) -> FloatArray:
    """Standard errors (U, U) of score differences, s_jk² = V_jj + V_kk − 2V_jk; 0 on the diagonal.

    ``covariance`` (U, U); NaN stays NaN. Unit: points. Raises nothing. Source: variance of a difference.

    >>> difference_errors(np.array([[4.0, 1.0], [1.0, 2.0]])).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    variance = np.diag(covariance)
    square = variance[:, None] + variance[None, :] - (covariance + covariance.T)
    errors: FloatArray = np.sqrt(np.maximum(square, 0.0))
    np.fill_diagonal(errors, 0.0)
    return errors


def rank_sets(
    scores: FloatArray,
    covariance: FloatArray,
    draws: FloatArray,
    *,
    coverage: float = 0.95,
    step_down: bool = True,
) -> RankSets:
    """Simultaneous rank sets of all units.

    T_jk = (θ_j − θ_k)/s_jk. The critical value is the ``coverage`` quantile over the draws of the greatest
    (Z_j − Z_k)/s_jk among the live ordered pairs; pairs with T above it are rejected and leave; with
    ``step_down`` this repeats with the same draws until nothing more is rejected. L_j = 1 + number of units
    significantly above, U_j = U − number significantly below. ``scores`` (U,) must not be missing;
    ``draws`` (R, U). A pair whose difference has no sampling error counts as told apart when the scores
    differ.

    Raises nothing. Source: Mogstad, Romano, Shaikh and Wilhelm 2024, section 3; Romano and Wolf 2005 for the step-down.

    >>> rng = np.random.default_rng(7)
    >>> sets = rank_sets(np.array([80.0, 50.0, 49.9]), np.eye(3), normal_draws(np.eye(3), 2000, rng))
    >>> sets.lower.tolist(), sets.upper.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    return _simultaneous(_scan(scores, covariance, draws), coverage, step_down)


@dataclass(frozen=True)
class MarginalSets:
    """Bounds of each unit's rank looked at alone (U,), and its critical values per step."""

    lower: IntArray
    upper: IntArray
    critical: tuple[tuple[float, ...], ...]


def marginal_rank_sets(
    scores: FloatArray,
    covariance: FloatArray,
    draws: FloatArray,
    *,
    coverage: float = 0.95,
    step_down: bool = True,
) -> MarginalSets:
    """Rank set of each unit alone: as ``rank_sets`` with only the pairs that contain the unit.

    ``scores`` (U,) must not be missing. Raises nothing. Source: Mogstad, Romano, Shaikh and Wilhelm 2024, section 3.

    >>> draws = normal_draws(np.eye(3), 2000, np.random.default_rng(7))
    >>> sets = marginal_rank_sets(np.array([80.0, 50.0, 49.9]), np.eye(3), draws)
    >>> sets.lower.tolist(), sets.upper.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    return _marginal(_scan(scores, covariance, draws), coverage, step_down)


def both_rank_sets(
    scores: FloatArray,
    covariance: FloatArray,
    draws: FloatArray,
    *,
    coverage: float = 0.95,
    step_down: bool = True,
) -> tuple[RankSets, MarginalSets]:
    """``rank_sets`` and ``marginal_rank_sets`` of the same draws, at little more than the cost of one of them.

    ``scores`` (U,) must not be missing. Raises nothing. Source: as for ``rank_sets``.

    >>> draws = normal_draws(np.eye(3), 2000, np.random.default_rng(7))
    >>> sets, alone = both_rank_sets(np.array([80.0, 50.0, 49.9]), np.eye(3), draws)
    >>> sets.upper.tolist(), alone.upper.tolist()
    ([1, 3, 3], [1, 3, 3])
    """
    scan = _scan(scores, covariance, draws)
    return _simultaneous(scan, coverage, step_down), _marginal(scan, coverage, step_down)


@dataclass(frozen=True)
class _Scan:
    """Units in falling order of their scores (``order``): T (U, U), 1/s_jk (U, U), pairs without error, draws (U, R),
    scores without differences by rounding, and the greatest |Z_j − Z_k|/s_jk over all pairs (R,) and over the pairs of
    each unit (U, R).
    """

    order: IntArray
    scores: FloatArray
    statistic: FloatArray
    inverse: FloatArray
    certain: BoolArray
    drawn: FloatArray
    overall: FloatArray
    each: FloatArray


def _scan(scores: FloatArray, covariance: FloatArray, draws: FloatArray) -> _Scan:
    """One pass over all pairs and draws: the first step of every set."""
    order = np.argsort(-scores, kind="stable")
    inverse, certain = _inverse_errors(covariance[np.ix_(order, order)])
    drawn = np.ascontiguousarray(draws[:, order].T)
    size, total = drawn.shape
    each = np.full((size, total), -np.inf)
    for start in range(0, total, CHUNK):
        z, part = drawn[:, start : start + CHUNK], each[:, start : start + CHUNK]
        for j in range(size - 1):
            block = z[j + 1 :] - z[j]
            block *= inverse[j, j + 1 :, None]
            np.abs(block, out=block)
            np.maximum(part[j], block.max(axis=0), out=part[j])
            np.maximum(part[j + 1 :], block, out=part[j + 1 :])
    statistic = (scores[order][:, None] - scores[order][None, :]) * inverse
    overall = each.max(axis=0, initial=-np.inf)
    return _Scan(order, settled(scores[order]), statistic, inverse, certain, drawn, overall, each)


def _inverse_errors(covariance: FloatArray) -> tuple[FloatArray, BoolArray]:
    """1/s_jk with 0 where the difference has no error, and those pairs."""
    errors = difference_errors(covariance)
    scale = float(np.sqrt(np.max(np.diag(covariance), initial=0.0)))
    certain = errors <= 1e-9 * scale
    np.fill_diagonal(certain, False)
    inverse = np.divide(1.0, errors, out=np.zeros_like(errors), where=errors > 1e-9 * scale)
    return inverse, certain


def _quantile(values: FloatArray, coverage: float) -> float:
    """The quantile by linear interpolation between order statistics, as R's type 7."""
    place = (len(values) - 1) * coverage
    at = min(int(place), len(values) - 1)
    after = min(at + 1, len(values) - 1)
    found = np.partition(values, (at, after))
    return float(found[at] + (found[after] - found[at]) * (place - at))


def _lowered(bound: FloatArray, exact: Callable[[IntArray], FloatArray], coverage: float) -> float:
    """The quantile of a maximum over fewer pairs, from upper bounds (R,) that are brought down where it matters.

    A maximum never rises when pairs leave, so draws whose old maximum lies below the new quantile need no second
    look: those above a cut are worked out anew (``exact``), and the cut is lowered until the quantile lies above it.
    ``bound`` is changed.
    """
    total = len(bound)
    behind = total - 1 - int((total - 1) * coverage)
    before, most = bound.copy(), min(total, behind + behind // 4 + 32)
    while True:
        cut = np.partition(before, total - most)[total - most]
        chosen = np.flatnonzero(before >= cut)
        bound[chosen] = exact(chosen)
        if most == total or (bound >= cut).sum() > behind:
            return _quantile(bound, coverage)
        most = min(total, 2 * most)


def _simultaneous(scan: _Scan, coverage: float, step_down: bool) -> RankSets:
    above = np.zeros(scan.inverse.shape, dtype=bool)
    critical: list[float] = []
    bound = scan.overall.copy()
    while len(scan.order) > 1:
        if critical:
            critical.append(_lowered(bound, partial(_greatest, scan, above), coverage))
        else:
            critical.append(_quantile(bound, coverage))
        new = (scan.statistic > critical[-1]) & ~above
        above |= new
        if not step_down or not new.any():
            break
    above |= scan.certain & (scan.scores[:, None] > scan.scores[None, :])
    return _sets(above, scan.order, tuple(critical))


def _greatest(scan: _Scan, dead: BoolArray, chosen: IntArray) -> FloatArray:
    """Greatest (Z_j − Z_k)/s_jk over live ordered pairs for some draws; only pairs in falling order can be dead."""
    drawn = scan.drawn[:, chosen]
    size = len(drawn)
    greatest = np.full(len(chosen), -np.inf)
    for j in range(size - 1):
        block = drawn[j + 1 :] - drawn[j]
        block *= scan.inverse[j, j + 1 :, None]
        live = ~dead[j, j + 1 :]
        if live.all():
            np.abs(block, out=block)
        elif live.any():
            block[live] = np.abs(block[live])
        np.maximum(greatest, block.max(axis=0), out=greatest)
    return greatest


def _sets(above: BoolArray, order: IntArray, critical: tuple[float, ...]) -> RankSets:
    """Bounds in the original order of units."""
    size = len(order)
    back = np.argsort(order, kind="stable")
    original = above[np.ix_(back, back)]
    lower = 1 + original.sum(axis=0)
    upper = size - original.sum(axis=1)
    return RankSets(lower.astype(np.int64), upper.astype(np.int64), critical, original)


def _marginal(scan: _Scan, coverage: float, step_down: bool) -> MarginalSets:
    size = len(scan.order)
    lower, upper = np.ones(size, dtype=np.int64), np.full(size, size, dtype=np.int64)
    critical: list[tuple[float, ...]] = [()] * size
    for place, unit in enumerate(scan.order):
        beats, loses, values = _one_unit(scan, place, coverage, step_down)
        sure = scan.certain[place]
        beats |= sure & (scan.scores[place] > scan.scores)
        loses |= sure & (scan.scores[place] < scan.scores)
        lower[unit] += loses.sum()
        upper[unit] -= beats.sum()
        critical[unit] = values
    return MarginalSets(lower, upper, tuple(critical))


def _one_unit(scan: _Scan, j: int, coverage: float, step_down: bool) -> tuple[BoolArray, BoolArray, tuple[float, ...]]:
    """Which other units (U,) this one beats and loses to, with the critical value of each step."""
    statistic, size = scan.statistic[j], len(scan.order)
    beats, loses = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    values: list[float] = []
    bound = scan.each[j].copy()
    while size > 1:
        if values:
            values.append(_lowered(bound, partial(_greatest_of_one, scan, j, beats, loses), coverage))
        else:
            values.append(_quantile(bound, coverage))
        wins, losses = (statistic > values[-1]) & ~beats, (-statistic > values[-1]) & ~loses
        beats, loses = beats | wins, loses | losses
        if not step_down or not (wins | losses).any():
            break
    return beats, loses, tuple(values)


def _greatest_of_one(scan: _Scan, j: int, beats: BoolArray, loses: BoolArray, chosen: IntArray) -> FloatArray:
    """Greatest (Z_j − Z_k)/s_jk over the live ordered pairs of one unit for some draws."""
    block = scan.drawn[:, chosen]
    block = block[j] - block
    block *= scan.inverse[j][:, None]
    block[beats] *= -1
    live = ~(beats | loses)
    live[j] = False
    block[live] = np.abs(block[live])
    block[j] = -np.inf
    found: FloatArray = block.max(axis=0)
    return found
