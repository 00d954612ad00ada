"""Can any weights explain the published totals? A linear programme answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from scoring.engine.types import BoolArray, FloatArray


@dataclass(frozen=True)
class Explanation:
    """The weights (S,) that come nearest, the smallest possible largest error, rows (n,) that cannot be made to fit."""

    weights: FloatArray
    largest_error: float
    tolerance: float
    misfits: BoolArray

    @property
    def possible(self) -> bool:
        """Whether some weights reproduce every total within the rounding of the table."""
        return self.largest_error <= self.tolerance


def explain_totals(parts: FloatArray, totals: FloatArray, multiplier: float, tolerance: float) -> Explanation:
    """Weights w ≥ 0, Σw = 1 that bring multiplier · S w nearest to the published totals.

    ``parts`` (n, S) complete rows, ``totals`` (n,). First the largest absolute error is minimised: if it
    exceeds the tolerance no weights explain the table. Then the sum of absolute errors is minimised, which
    leaves most rows exact and shows the rows that do not belong.

    >>> found = explain_totals(np.array([[2.0, 4.0], [6.0, 2.0]]), np.array([30.0, 40.0]), 10.0, 0.01)
    >>> found.possible, found.weights.round(6).tolist()
    (True, [0.5, 0.5])
    """
    n = len(parts)
    scaled = multiplier * parts
    nearest, smallest = _programme(scaled, totals, np.ones((n, 1)))
    robust, _ = _programme(scaled, totals, np.eye(n))
    error = np.abs(scaled @ robust - totals)
    possible = smallest <= tolerance
    misfits = np.zeros(n, dtype=bool) if possible else error > tolerance
    return Explanation(nearest if possible else robust, smallest, tolerance, misfits)


def _programme(scaled: FloatArray, totals: FloatArray, slack: FloatArray) -> tuple[FloatArray, float]:
    """Minimise Σ e subject to |scaled w − totals| ≤ slack e, w ≥ 0, Σw = 1, e ≥ 0: weights and the minimum."""
    s, e = scaled.shape[1], slack.shape[1]
    solved = linprog(
        np.r_[np.zeros(s), np.ones(e)],
        A_ub=np.block([[scaled, -slack], [-scaled, -slack]]),
        b_ub=np.r_[totals, -totals],
        A_eq=np.r_[np.ones(s), np.zeros(e)][None, :],
        b_eq=np.ones(1),
        bounds=[(0, None)] * (s + e),
        method="highs",
    )
    x = np.asarray(solved.x, dtype=np.float64)
    return x[:s], float(x[s:].sum())
