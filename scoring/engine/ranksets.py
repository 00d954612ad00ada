"""Rank sets: between which ranks a unit can be said to stand.

Confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm, "Inference for Ranks with Applications to
Mobility across Neighbourhoods and Academic Achievement across Countries", Review of Economic Studies 2024.
Simultaneous sets hold for the whole table at once, marginal sets for one unit looked at alone.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    order = np.argsort(-scores, kind="stable")
    inverse, certain = _inverse_errors(covariance[np.ix_(order, order)])
    sorted_scores = scores[order]
    statistic = (sorted_scores[:, None] - sorted_scores[None, :]) * inverse
    drawn = np.ascontiguousarray(draws[:, order].T)
    above = np.zeros(inverse.shape, dtype=bool)
    critical: list[float] = []
    while len(scores) > 1:
        critical.append(_quantile(_greatest(drawn, inverse, above), coverage))
        new = (statistic > critical[-1]) & ~above
        above |= new
        if not step_down or not new.any():
            break
    level = settled(sorted_scores)
    above |= certain & (level[:, None] > level[None, :])
    return _sets(above, order, tuple(critical))


def _inverse_errors(covariance: FloatArray) -> tuple[FloatArray, BoolArray]:
    """1/s_jk with 0 where the difference has no error, and those pairs."""
    errors = difference_errors(covariance)
    scale = float(np.sqrt(np.max(np.diag(covariance), initial=0.0)))
    certain = errors <= 1e-9 * scale
    np.fill_diagonal(certain, False)
    inverse = np.divide(1.0, errors, out=np.zeros_like(errors), where=errors > 1e-9 * scale)
    return inverse, certain


def _quantile(values: FloatArray, coverage: float) -> float:
    return float(np.quantile(values, coverage, method="linear"))


def _greatest(drawn: FloatArray, inverse: FloatArray, dead: BoolArray) -> FloatArray:
    """Greatest (Z_j − Z_k)/s_jk per draw over live ordered pairs; units sorted, so only upper pairs can be dead."""
    size, total = drawn.shape
    greatest = np.full(total, -np.inf)
    for start in range(0, total, CHUNK):
        z = drawn[:, start : start + CHUNK]
        part = greatest[start : start + CHUNK]
        for j in range(size - 1):
            block = z[j + 1 :] - z[j]
            block *= inverse[j, j + 1 :, None]
            live = ~dead[j, j + 1 :]
            if live.all():
                np.abs(block, out=block)
            elif live.any():
                block[live] = np.abs(block[live])
            np.maximum(part, block.max(axis=0), out=part)
    return greatest


def _sets(above: BoolArray, order: IntArray, critical: tuple[float, ...]) -> RankSets:
    """Bounds in the original order of units."""
    size = len(order)
    back = np.argsort(order, kind="stable")
    original = above[np.ix_(back, back)]
    lower = 1 + original.sum(axis=0)
    upper = size - original.sum(axis=1)
    return RankSets(lower.astype(np.int64), upper.astype(np.int64), critical, original)


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
    inverse, certain = _inverse_errors(covariance)
    drawn = np.ascontiguousarray(draws.T)
    size, level = len(scores), settled(scores)
    lower, upper = np.ones(size, dtype=np.int64), np.full(size, size, dtype=np.int64)
    critical: list[tuple[float, ...]] = []
    for j in range(size):
        others = np.delete(np.arange(size), j)
        statistic = (scores[j] - scores[others]) * inverse[j, others]
        sure = certain[j, others]
        beats, loses, values = _one_unit(drawn, j, others, inverse[j, others], (statistic, coverage, step_down))
        beats |= sure & (level[j] > level[others])
        loses |= sure & (level[j] < level[others])
        lower[j] += loses.sum()
        upper[j] -= beats.sum()
        critical.append(values)
    return MarginalSets(lower, upper, tuple(critical))


def _one_unit(
    drawn: FloatArray, j: int, others: IntArray, inverse: FloatArray, test: tuple[FloatArray, float, bool]
) -> tuple[BoolArray, BoolArray, tuple[float, ...]]:
    """Which other units this one beats and loses to, with the critical value of each step."""
    statistic, coverage, step_down = test
    beats, loses = np.zeros(len(others), dtype=bool), np.zeros(len(others), dtype=bool)
    values: list[float] = []
    while len(others):
        values.append(_quantile(_greatest_of_one(drawn, j, others, inverse, beats, loses), coverage))
        wins, losses = (statistic > values[-1]) & ~beats, (-statistic > values[-1]) & ~loses
        beats, loses = beats | wins, loses | losses
        if not step_down or not (wins | losses).any():
            break
    return beats, loses, tuple(values)


def _greatest_of_one(
    drawn: FloatArray, j: int, others: IntArray, inverse: FloatArray, beats: BoolArray, loses: BoolArray
) -> FloatArray:
    total = drawn.shape[1]
    greatest = np.full(total, -np.inf)
    dead = beats | loses
    for start in range(0, total, CHUNK):
        z = drawn[:, start : start + CHUNK]
        block = z[j] - z[others]
        block *= inverse[:, None]
        if dead.any():
            block[beats] *= -1
            block[~dead] = np.abs(block[~dead])
        else:
            np.abs(block, out=block)
        greatest[start : start + CHUNK] = block.max(axis=0)
    return greatest
