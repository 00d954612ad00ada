"""Drivers: which sub-indices go together with overall satisfaction. An association, not a cause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from scoring.engine.checks import NotEnoughData, ShapeMismatch
from scoring.engine.pipeline import Run
from scoring.engine.ratings import rating_deviations, surveyed
from scoring.engine.types import FloatArray

MOST = 12


@dataclass(frozen=True)
class Drivers:
    """Part of R² (S,) of each sub-index, in the framework's order; R² of all together; ratings used."""

    importance: FloatArray
    r_squared: float
    n: int


def shapley_r_squared(predictors: FloatArray, outcome: FloatArray, weights: FloatArray) -> tuple[FloatArray, float]:
    """Parts (S,) into which the R² of a weighted linear regression falls, and R² itself.

    The part of predictor j is the mean, over all orders in which predictors can enter, of what j adds to R²
    (Shapley value; Lindeman, Merenda and Gold 1980): parts are not negative by more than rounding and sum to R².
    ``predictors`` (n, S) without missing values, at most 12 of them; one without spread gets 0. Raises
    ``ShapeMismatch``.

    Source: Lindeman, Merenda and Gold 1980; Grömping 2007.

    >>> x = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> parts, whole = shapley_r_squared(x, np.array([2.0, -2.0, 1.0, -1.0]), np.ones(4))
    >>> parts.round(6).tolist(), round(whole, 6)
    ([0.8, 0.2], 1.0)
    """
    size = predictors.shape[1]
    if size > MOST:
        raise ShapeMismatch("drivers", f"Shapley values are worked out for at most {MOST} sub-indices.")
    data = np.column_stack([predictors, outcome])
    data = data - (weights @ data) / weights.sum()
    moments = (data * weights[:, None]).T @ data
    spread = np.sqrt(np.diag(moments))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-12 * max(spread.max(), 1e-300))
    correlation = moments * np.outer(scale, scale)
    worth = np.zeros(1 << size)
    for count in range(1, size + 1):
        chosen = np.array(list(combinations(range(size), count)))
        inner = correlation[chosen[:, :, None], chosen[:, None, :]]
        outer = correlation[chosen, size]
        solved = np.linalg.pinv(inner, rcond=1e-10, hermitian=True) @ outer[:, :, None]
        worth[(1 << chosen).sum(axis=1)] = (outer * solved[:, :, 0]).sum(axis=1)
    sets = np.arange(1 << size)
    members = (sets[:, None] >> np.arange(size)) & 1
    chance = np.array([factorial(n) * factorial(max(size - n - 1, 0)) / factorial(size) for n in range(size + 1)])
    parts = np.zeros(size)
    for j in range(size):
        without = sets[members[:, j] == 0]
        parts[j] = chance[members[without].sum(axis=1)] @ (worth[without | (1 << j)] - worth[without])
    return parts, float(worth[-1])


def drivers(run: Run) -> Drivers:
    """Shapley parts of the R² with which the sub-index scores of a rating explain its overall satisfaction.

    A rating's sub-index score is its unit's score plus ``ratings.rating_deviations``; ratings with a missing part or
    without overall satisfaction are left out; weights are those of the firms. Raises ``NotEnoughData`` when
    satisfaction was not asked or fewer ratings than 5 per sub-index remain. Source: Lindeman, Merenda and Gold 1980.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = drivers(result.run)
    >>> found.n, bool(np.isclose(found.importance.sum(), found.r_squared))
    (108, True)
    """
    survey, weights = surveyed(run)
    if survey.satisfaction is None:
        raise NotEnoughData("drivers", "Overall satisfaction was not asked.")
    parts = run.aggregated.sub_indices[survey.unit] + rating_deviations(run)
    complete = ~np.isnan(parts).any(axis=1) & ~np.isnan(survey.satisfaction)
    n = int(complete.sum())
    if n < 5 * parts.shape[1]:
        raise NotEnoughData("drivers", "Too few complete ratings.", n=n)
    importance, whole = shapley_r_squared(
        parts[complete], survey.satisfaction[complete], weights[survey.firm[complete]]
    )
    return Drivers(importance, whole, n)
