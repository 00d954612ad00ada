"""Leniency: would the ranking differ if kind and severe raters were told apart? Shown beside the official score.

Firms use a scale differently. When kind firms happen to rate one unit and severe ones another, part of the
difference belongs to the raters. A firm that rates several units shows how kind it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scoring.engine.checks import NotEnoughData
from scoring.engine.pipeline import Run
from scoring.engine.rank import rank
from scoring.engine.ratings import rating_deviations, surveyed
from scoring.engine.types import BoolArray, FloatArray, IntArray

ROUNDS = 5


@dataclass(frozen=True)
class Leniency:
    """Scores with raters told apart (U,) and their ranks (0 = none); share of the variance between ratings of a unit
    that belongs to firms; connected parts of the units (U,); ``alarm`` (U,): the rank leaves the rank set."""

    score: FloatArray
    rank: IntArray
    firm_share: float
    part: IntArray
    alarm: BoolArray

    @property
    def connected(self) -> bool:
        """Whether all rated units are linked by common raters; if not, parts are compared on trust alone."""
        return bool((self.part[self.part >= 0] == 0).all())


def leniency(run: Run) -> Leniency:
    """Scores adjusted for an additive effect of each firm.

    y_iu = total_u + Σ_s (∂total_u/∂S_s)·(D_iu,s − D̄_u,s), D from ``ratings.rating_deviations``: the weighted mean
    of y in a unit is its official score. Model y_iu = θ_u + α_i + ε_iu with random α, weights w_i. Variances by
    moments of the residuals r around unit means, then five rounds around θ: σ_α² = Σ w (products of two ratings
    of one firm)/their number, σ_α² + σ_ε² = Σ w r²/Σ w. θ by generalised least squares, as if κ_i = T_i σ_α²/(σ_ε² +
    T_i σ_α²) of each firm's mean were taken out (quasi-demeaning, T_i ratings of firm i):
    (B′WB − B′W diag(κ/T) B) θ = B′W(y − κ ȳ_i), B firms by units. A unit's alarm sounds when its rank then lies
    outside its simultaneous rank set. Units without ratings or score: NaN and rank 0. Where firms chose units by
    their own kindness, a part of it stays in the scores (random effects). Raises ``NotEnoughData`` for a run
    without answers.
    Sources: Fuller and Battese 1973; Baltagi 2021, chapter 2.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = leniency(result.run)
    >>> found.rank.tolist(), found.connected, bool(found.alarm.any())
    ([1, 2, 3], True, False)
    """
    survey, weights = surveyed(run)
    deviations = np.nan_to_num(rating_deviations(run))
    size, w = len(run.framework.units), weights[survey.firm]
    y = (deviations * np.nan_to_num(run.aggregated.total_gradient)[survey.unit]).sum(axis=1)
    y -= _means(y, w, survey.unit, size)[survey.unit]
    theta = np.zeros(size)
    for _ in range(ROUNDS):
        firm_variance, noise = variance_components(y - theta[survey.unit], weights, survey.firm)
        theta = gls(y, weights, (survey.firm, survey.unit, size), firm_variance / max(noise, 1e-300))
    score = run.adjusted.total + np.where(np.bincount(survey.unit, minlength=size) > 0, theta, np.nan)
    takes_part = run.ranking.takes_part & ~np.isnan(score)
    ranks = rank(score, takes_part)
    alarm = np.zeros(size, dtype=bool)
    if run.ranking.sets is not None:
        lower, upper = np.zeros(size, dtype=np.int64), np.full(size, size)
        lower[run.ranking.takes_part], upper[run.ranking.takes_part] = run.ranking.sets.lower, run.ranking.sets.upper
        alarm = takes_part & ((ranks < lower) | (ranks > upper))
    together = firm_variance + noise
    share = firm_variance / together if together > 0 else float("nan")
    return Leniency(score, ranks, share, connected_units(survey.firm, survey.unit, size), alarm)


def _means(y: FloatArray, w: FloatArray, group: IntArray, size: int) -> FloatArray:
    mass = np.bincount(group, weights=w, minlength=size)
    sums = np.bincount(group, weights=w * y, minlength=size)
    found: FloatArray = np.divide(sums, mass, out=np.zeros(size), where=mass > 0)
    return found


def variance_components(residual: FloatArray, weights: FloatArray, firm: IntArray) -> tuple[float, float]:
    """Variance between firms and within them from residuals (R,) around unit means; never negative.

    Raises ``NotEnoughData`` when no firm rated two units.

    ``weights`` (F,), ``firm`` (R,); nothing may be missing. Unit: squared points. Source: Fuller and Battese 1973;
    Swamy and Arora 1972.

    >>> variance_components(np.array([1.0, 1.0, -1.0, -1.0]), np.ones(2), np.array([0, 0, 1, 1]))
    (1.0, 0.0)
    """
    count = np.bincount(firm, minlength=len(weights))
    pairs = float(weights @ (count * (count - 1)))
    if not pairs > 0:
        raise NotEnoughData("leniency", "No firm rated two units: kind raters cannot be told from good units.")
    sums = np.bincount(firm, weights=residual, minlength=len(weights))
    squares = np.bincount(firm, weights=np.square(residual), minlength=len(weights))
    total = float(weights @ squares / (weights @ count))
    between = min(max(float(weights @ (np.square(sums) - squares)) / pairs, 0.0), total)
    return between, total - between


def gls(y: FloatArray, weights: FloatArray, places: tuple[IntArray, IntArray, int], ratio: float) -> FloatArray:
    """Unit effects (U,) of y = θ_u + α_i + ε with σ_α²/σ_ε² = ``ratio``; ``places`` = firm (R,), unit (R,), units.

    Only differences between units are certain when a firm's effect takes all (ratio → ∞); the minimum-norm
    solution is returned, so that without information nothing is adjusted.

    ``y`` (R,) in points, ``weights`` (F,), nothing missing. Raises nothing. Source: Fuller and Battese 1973; Baltagi
    2021, chapter 2.

    >>> firm, unit = np.array([0, 0, 1]), np.array([0, 1, 0])
    >>> gls(np.array([2.0, 0.0, 2.0]), np.ones(2), (firm, unit, 2), 0.0).round(9).tolist()
    [2.0, 0.0]
    """
    firm, unit, size = places
    count = np.bincount(firm, minlength=len(weights)).astype(np.float64)
    kappa = count * ratio / (1 + count * ratio)
    taken = np.divide(kappa, count, out=np.zeros_like(count), where=count > 0) * weights
    table = sparse.csr_array((np.ones(len(firm)), (firm, unit)), shape=(len(weights), size))
    mass: FloatArray = np.bincount(unit, weights=weights[firm], minlength=size).astype(np.float64)
    shared = sparse.csr_array(table.T @ (sparse.diags_array(taken) @ table))
    left = np.diag(mass) - np.asarray(shared.toarray(), dtype=np.float64)
    sums = np.bincount(firm, weights=y, minlength=len(weights))
    right = np.bincount(unit, weights=(weights[firm] * y) - (taken * sums)[firm], minlength=size)
    return np.asarray(np.linalg.lstsq(left, right, rcond=1e-12)[0], dtype=np.float64)


def connected_units(firm: IntArray, unit: IntArray, n_units: int) -> IntArray:
    """The connected part (U,) to which each unit belongs by common raters, the largest 0; −1 without ratings.

    ``firm``, ``unit`` (R,) without missing values. Raises nothing. Source: Abowd, Creecy and Kramarz 2002, on connected
    groups.

    >>> connected_units(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 3, 4]), 6).tolist()
    [0, 0, 0, 1, 1, -1]
    """
    rated = np.bincount(unit, minlength=n_units) > 0
    table = sparse.csr_array((np.ones(len(firm)), (firm, unit)), shape=(int(firm.max(initial=-1)) + 1, n_units))
    labels = connected_components(table.T @ table, directed=False)[1]
    sizes = np.bincount(labels[rated], minlength=n_units)
    order = np.argsort(-sizes, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    found: IntArray = np.where(rated, place[labels], -1)
    return found
