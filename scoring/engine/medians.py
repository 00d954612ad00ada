"""Medians: how a weighted median answers to each respondent.

A median is no smooth function of weighted sums, and on a few distinct answers (a scale of five, whole days) it
jumps. What is smooth is its sampling distribution: the median is at most x_j exactly when the weighted share F_j
of answers up to x_j reaches ½, hence P(median ≤ x_j) = Φ((F_j − ½)/s_j). This inversion (Woodruff 1952) done at
every distinct answer gives the standard error that infinitely many resamples would give (Maritz and Jarrett
1978), and the derivative of its mean says how the median answers to each respondent.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from scoring.engine.measure import AnswerTable
from scoring.engine.types import FloatArray, Survey
from scoring.engine.weight import kish_n


def median_distribution(mass: FloatArray, effective: float) -> FloatArray:
    """Probability (C,) of each distinct answer to be the median of another sample.

    ``mass`` (C,) weight on each answer, ascending; ``effective`` the effective number of answers.
    p_j = Φ(z_j) − Φ(z_{j−1}), z_j = (F_j − ½)/s_j, s_j² = F_j(1 − F_j)/n.

    An answer without weight must be left out; missing answers carry none. Raises nothing. Source: Woodruff 1952; Maritz
    and Jarrett 1978.

    >>> median_distribution(np.array([50.0, 50.0]), 100.0).tolist()
    [0.5, 0.5]
    """
    return np.diff(ndtr(_standardised(mass, effective)), prepend=0.0, append=1.0)


def _standardised(mass: FloatArray, effective: float) -> FloatArray:
    """z_j (C − 1,) of every distinct answer but the last."""
    share = np.cumsum(mass)[:-1] / mass.sum()
    standardised: FloatArray = (share - 0.5) / np.sqrt(share * (1 - share) / effective)
    return standardised


def median_error(levels: FloatArray, mass: FloatArray, effective: float) -> float:
    """Standard error of a weighted median by inversion at every distinct answer, √(Σ p x² − (Σ p x)²).

    Unit: that of the answers. 0 for one distinct answer, NaN without answers.

    Raises nothing. Source: Maritz and Jarrett 1978; Woodruff 1952.

    >>> median_error(np.array([1.0, 2.0]), np.array([50.0, 50.0]), 100.0)
    0.5
    """
    if not len(levels) or not effective > 0:
        return float("nan")
    chance = median_distribution(mass, effective)
    centre = float(chance @ levels)
    return float(np.sqrt(chance @ np.square(levels - centre)))


def median_influence(levels: FloatArray, mass: FloatArray, effective: float) -> FloatArray:
    """Influence g (C,) of an answer x_l on the median, per share of the weight: e_i = w_i·g(x_i)/Σ w.

    g(x_l) = −c·Σ_j (x_{j+1} − x_j)·φ(z_j)/s_j·(1{x_l ≤ x_j} − F_j), the derivative of the mean Σ p_j x_j of
    the sampling distribution; c makes the variance of e under simple random sampling equal the square of
    ``median_error``. Σ mass·g = 0. With many distinct answers this is the usual −(1{x ≤ m} − ½)/f(m), the density
    f smoothed over the sampling error of F itself, so that no bandwidth has to be chosen. Zero for fewer than
    two distinct answers.

    Missing answers carry no weight. Unit: that of the answers. Raises nothing. Source: Woodruff 1952; Deville 1999.

    >>> median_influence(np.array([1.0, 2.0]), np.array([50.0, 50.0]), 100.0).round(6).tolist()
    [-5.0, 5.0]
    """
    if len(levels) < 2 or not effective > 0:
        return np.zeros(len(levels))
    share = mass / mass.sum()
    below = np.cumsum(share)[:-1]
    density = np.exp(-0.5 * np.square(_standardised(mass, effective))) / np.sqrt(2 * np.pi)
    slope = np.diff(levels) * density / np.sqrt(below * (1 - below) / effective)
    reached = np.append(np.cumsum(slope[::-1])[::-1], 0.0)
    g: FloatArray = float(share @ reached) - reached
    spread = float(np.sqrt(share @ np.square(g) / effective))
    return g * (median_error(levels, mass, effective) / spread) if spread > 0 else np.zeros(len(levels))


def influence_table(survey: Survey, table: AnswerTable, rows: slice, k: int, w: FloatArray) -> FloatArray:
    """``median_influence`` of indicator k in one unit, by answer code (C,); 0 for no answer.

    Unit: that of the answers; a missing answer moves nothing. Raises nothing. Source: Woodruff 1952; Deville 1999.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.measure import answer_table
    >>> survey = example_survey()
    >>> table = answer_table(survey, example_framework())
    >>> bool(influence_table(survey, table, slice(0, 40), 1, np.ones(40))[0] == 0)
    True
    """
    codes = survey.answers[rows, table.columns[k]]
    mass = np.asarray(np.bincount(codes, weights=w, minlength=table.values.shape[1]), dtype=np.float64)
    mass[0] = 0.0
    given = np.flatnonzero(mass > 0)
    found = np.zeros(len(mass))
    found[given] = median_influence(table.values[k, given], mass[given], kish_n(w[codes > 0]))
    return found
