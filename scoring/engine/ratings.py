"""Ratings: what each single rating says about each sub-index, on the scale of points.

A step shared by the diagnostics that look inside a unit: leniency, drivers, consistency of answers.
"""

from __future__ import annotations

import numpy as np

from scoring.engine.checks import NotEnoughData
from scoring.engine.measure import answer_table, unit_answers
from scoring.engine.pipeline import Run
from scoring.engine.types import FloatArray, Framework, Survey


def surveyed(run: Run) -> tuple[Survey, FloatArray]:
    """The answers of a run and the weight (F,) of each firm; raises ``NotEnoughData`` for a run without answers.

    Source: Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 10 (a block as a domain of the
    sample).

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> survey, weights = surveyed(result.run)
    >>> survey.n_firms == len(weights)
    True
    """
    if run.survey is None or run.weighting is None or run.normalised is None:
        raise NotEnoughData("answers", "This diagnostic needs the answers of respondents.")
    return run.survey, run.weighting.weights


def point_slopes(values: FloatArray, points: FloatArray) -> FloatArray:
    """Points per unit of measurement (K,): the regression of points on values over units; 0 without spread.

    Exact for min-max and z-scores, whose points are linear in the values; the average slope for ranks.

    ``values``, ``points`` (U, K). Raises nothing. Source: least squares, Legendre 1805.

    >>> point_slopes(np.array([[1.0], [2.0], [4.0]]), np.array([[10.0], [7.0], [1.0]])).round(9).tolist()
    [-3.0]
    """
    both = ~np.isnan(values) & ~np.isnan(points)
    n = np.maximum(both.sum(axis=0), 1)
    x, y = np.where(both, values, 0.0), np.where(both, points, 0.0)
    dx = np.where(both, x - x.sum(axis=0) / n, 0.0)
    square, cross = np.square(dx).sum(axis=0), (dx * y).sum(axis=0)
    found: FloatArray = np.divide(cross, square, out=np.zeros_like(cross), where=square > 0)
    return found


def rating_deviations(run: Run) -> FloatArray:
    """How far (R, S) each rating lies above its unit's value, in points of the sub-index; NaN without answers.

    D_iu,s = Σ_k v_k a (x − m_uk)·slope_k / Σ_k v_k a over the indicators k of s measured by questions, v_k the
    share of k in s for that unit. The answers that are there speak for those that are not.

    Raises ``NotEnoughData``. Source: Cronbach, Gleser, Nanda and Rajaratnam, The Dependability of Behavioral
    Measurements, 1972 (unit by rater scores).

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = rating_deviations(result.run)
    >>> found.shape, bool(np.nanmin(found) < 0 < np.nanmax(found))
    ((120, 2), True)
    """
    survey, _ = surveyed(run)
    table = answer_table(survey, run.framework)
    if run.normalised is None or not len(table.soft):
        raise NotEnoughData("answers", "This diagnostic needs indicators measured by questions.")
    membership = _membership(run.framework)[table.soft]
    slopes = point_slopes(run.measured.values, run.normalised.points)[table.soft]
    shares = np.nan_to_num(run.aggregated.sub_gradient)[:, table.soft]
    centre = run.measured.values[:, table.soft]
    bounds = survey.bounds(len(run.framework.units))
    found = np.full((survey.n_ratings, membership.shape[1]), np.nan)
    for u in range(len(run.framework.units)):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        x, a = unit_answers(survey, table, rows, table.soft)
        part = shares[u] * ~np.isnan(centre[u])
        top = ((x - a * np.nan_to_num(centre[u])) * (part * slopes)) @ membership
        mass = (a * part) @ membership
        np.divide(top, mass, out=found[rows], where=mass > 0)
    return found


def _membership(framework: Framework) -> FloatArray:
    """Indicators x sub-indices, 1 where one belongs to the other."""
    codes = framework.sub_index_codes
    return np.array([[float(item.sub_index == code) for code in codes] for item in framework.indicators])
