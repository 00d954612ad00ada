"""Sensitivity: how the ranking would look under other, equally defensible weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.types import FloatArray, Framework, IntArray


@dataclass(frozen=True)
class WeightSensitivity:
    """Ranks (D, U) under drawn weights (D, S); ranks of units that take no part are 0."""

    weights: FloatArray
    ranks: IntArray

    def spread(self, coverage: float = 0.9) -> tuple[FloatArray, FloatArray]:
        """Lower and upper rank (U,) that hold the middle ``coverage`` of the draws."""
        tails = [(1 - coverage) / 2, (1 + coverage) / 2]
        lo, hi = np.quantile(self.ranks, tails, axis=0, method="nearest")
        return np.asarray(lo, dtype=np.float64), np.asarray(hi, dtype=np.float64)


def dirichlet_weights(
    sub_indices: FloatArray,
    framework: Framework,
    rng: np.random.Generator,
    *,
    draws: int = 10_000,
    concentration: float = 50.0,
) -> WeightSensitivity:
    """Ranks of arithmetic totals under weights drawn around the official ones.

    ``sub_indices`` (U, S). Weights are Dirichlet with mean equal to the official weights; ``concentration``
    50 moves a weight of 0.1 by about ±0.04, higher values less. Weights of missing sub-indices go to the
    others. One matrix product gives all totals. Units without any sub-index take no part: give units
    that are not ranked as rows of NaN. Bonus points are left out.

    Raises nothing. Source: Saisana, Saltelli and Tarantola 2005; Aitchison 1986 for the Dirichlet distribution.

    >>> from scoring.engine.types import SubIndex
    >>> part = Framework(("A", "B"), (SubIndex("s", 1), SubIndex("t", 1)), ())
    >>> found = dirichlet_weights(np.array([[9.0, 9.0], [2.0, 3.0]]), part, np.random.default_rng(1), draws=5)
    >>> found.ranks.tolist()
    [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]]
    """
    official = np.array([item.weight for item in framework.sub_indices])
    used = official > 0
    weights = np.zeros((draws, len(official)))
    weights[:, used] = rng.dirichlet(concentration * official[used] / official.sum(), draws)
    present = (~np.isnan(sub_indices)).astype(np.float64)
    sums, mass = weights @ np.nan_to_num(sub_indices).T, weights @ present.T
    takes_part = (present * official).sum(axis=1) > 0
    totals = np.divide(sums, mass, out=np.full(sums.shape, -np.inf), where=mass > 0)
    order = np.argsort(-totals, axis=1, kind="stable")
    ranks = np.empty(totals.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, totals.shape[1] + 1)[None, :], axis=1)
    ranks[:, ~takes_part] = 0
    return WeightSensitivity(weights, ranks)
