"""Covariance: how far the scores would move with another sample of businesses.

Linearisation: every score is a smooth function of weighted sums, so each firm has an influence on each
score; the variance of the summed influences under the sampling design is the variance of the score.
Sources: Binder 1983; Deville 1999 (influence functions); Deville and Särndal 1992 (calibration residuals);
Woodruff 1952, Maritz and Jarrett 1978 (medians).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from scoring.engine.blocks import by_blocks
from scoring.engine.checks import Notice
from scoring.engine.influence import Steps, influences, one_hot
from scoring.engine.margins import margin_indicators
from scoring.engine.types import FloatArray, Framework, IntArray, Survey
from scoring.engine.weight import Weighting


@dataclass(frozen=True)
class Uncertainty:
    """Linearised uncertainty of one block.

    ``influence`` (F, U): z of each firm on each total after calibration; ``covariance`` (U, U) of totals;
    standard errors of totals (U,), sub-indices (U, S), measured values and points (U, K). NaN where a score is
    missing or a method has no derivative.
    """

    influence: FloatArray
    covariance: FloatArray
    total_se: FloatArray
    sub_index_se: FloatArray
    value_se: FloatArray
    points_se: FloatArray
    notices: tuple[Notice, ...]


def linearise(survey: Survey, framework: Framework, steps: Steps) -> Uncertainty:
    """The covariance of all scores from the influence of every firm (``influence.influences``).

    The derivatives ∂score_u/∂m_vk contain the goalpost terms −(1 − T) and −T when the goalposts are units of this
    edition. After calibration z is replaced by its residual on the margins.
    V = Σ_h n_h/(n_h − 1) Σ_i (z_i − z̄_h)(z_i − z̄_h)′ over strata h. Errors of points are those of J C_k J′, C_k the
    covariance of the values of indicator k between units (units that set goalposts share raters with others).

    Units: points of the total, of sub-indices, of indicators, and those of the values. NaN where a score is missing or
    has no derivative. Raises nothing. Source: Binder 1983; Deville 1999; Deville and Särndal 1992.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> [round(float(x), 2) for x in result.run.uncertainty.total_se]
    [2.65, 2.5, 2.79]
    """
    stratum, notices = pooled_strata(survey)
    found = influences(survey, framework, steps, stratum)
    total = centred(calibration_residual(found.total, steps.weighting), stratum)
    total[:, np.isnan(steps.aggregated.total)] = np.nan
    sub_se = np.sqrt(found.sub_index_variance)
    sub_se[np.isnan(steps.aggregated.sub_indices)] = np.nan
    covariance = total.T @ total
    rough = np.isnan(np.diag(covariance)) & ~np.isnan(steps.aggregated.total)
    if rough.any():
        notices = (*notices, Notice("no_linear_variance", "", {"units": int(rough.sum())}))
    value_se = np.sqrt(np.maximum(np.einsum("kuu->uk", found.value_covariance), 0.0))
    value_se[np.isnan(steps.measured.values)] = np.nan
    points_se = _point_errors(found.value_covariance, steps.normalised.jacobian)
    points_se[np.isnan(steps.normalised.points)] = np.nan
    return Uncertainty(total, covariance, np.sqrt(np.diag(covariance)), sub_se, value_se, points_se, notices)


def _point_errors(covariance: FloatArray, jacobian: FloatArray) -> FloatArray:
    """√diag(J C_k J′) (U, K) from covariances and derivatives (K, U, U); NaN where a method has no derivative."""
    variance = np.einsum("kuv,kuv->uk", jacobian @ covariance, jacobian)
    errors: FloatArray = np.sqrt(np.maximum(variance, 0.0))
    return errors


def pooled_strata(survey: Survey) -> tuple[IntArray, tuple[Notice, ...]]:
    """Strata as codes 0..H-1 in which every stratum has at least two firms.

    Strata with a single firm are pooled into one; if that leaves a single firm still, it joins the smallest
    other stratum. What was pooled is reported.

    Codes (F,); a missing stratum is a stratum of its own. Raises nothing. Source: Wolter, Introduction to Variance
    Estimation, 2007, section 2.5 (collapsed strata).

    >>> from dataclasses import replace
    >>> from scoring.engine.example import example_survey
    >>> alone = np.r_[0, 1, np.full(58, 2)]
    >>> codes, notices = pooled_strata(replace(example_survey(), stratum=alone, strata=()))
    >>> codes[:3].tolist(), notices[0].params
    ([0, 0, 1], {'strata': ['0', '1']})
    """
    counts = np.bincount(survey.stratum) if survey.n_firms else np.zeros(0, dtype=np.int64)
    single = np.flatnonzero(counts == 1)
    if not len(single) or len(counts[counts > 0]) == 1:
        return np.unique(survey.stratum, return_inverse=True)[1].astype(np.int64), ()
    target = int(single[0])
    if len(single) == 1:
        sizes = np.where(counts > 1, counts, np.iinfo(np.int64).max)
        target = int(np.argmin(sizes))
    merged = np.where(np.isin(survey.stratum, single), target, survey.stratum)
    names = [survey.strata[h] if survey.strata else str(h) for h in single]
    notice = Notice("strata_pooled", "stratum", {"strata": names})
    return np.unique(merged, return_inverse=True)[1].astype(np.int64), (notice,)


def centred(z: FloatArray, stratum: IntArray) -> FloatArray:
    """√(n_h/(n_h − 1)) (z_i − z̄_h): its cross product is the variance of the total under stratified
    sampling.

    A stratum of one firm has no variance within: NaN.

    ``z`` (n, C), ``stratum`` (n,); NaN in z stays in its column. Raises nothing. Source: Särndal, Swensson and Wretman,
    Model Assisted Survey Sampling, 1992, chapter 3.

    >>> centred(np.array([[1.0], [3.0]]), np.array([0, 0])).ravel().round(6).tolist()
    [-1.414214, 1.414214]
    """
    counts = np.bincount(stratum).astype(np.float64)
    means = (one_hot(stratum, len(counts)) @ z) / counts[:, None]
    factor = np.sqrt(np.divide(counts, counts - 1, out=np.full(len(counts), np.nan), where=counts > 1))
    spread = np.empty_like(z)

    def one(rows: slice) -> None:
        np.subtract(z[rows], means[stratum[rows]], out=spread[rows])
        spread[rows] *= factor[stratum[rows], None]

    by_blocks(len(z), one)
    return spread


def design_covariance(
    z: FloatArray,
    stratum: IntArray,
    *,
    cluster: IntArray | None = None,
    fraction: FloatArray | None = None,
) -> FloatArray:
    """Covariance of weighted totals from influences z (n, C) under a stratified, possibly clustered design.

    ``cluster`` (n,): primary units whose influences are summed first; ``fraction`` (H,): sampled share of
    each stratum's primary units (finite population correction 1 − f_h).

    Unit: that of the total, squared; a missing influence (NaN) makes its column NaN. Raises nothing. Source: Särndal,
    Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapters 3 and 4; Lumley 2010.

    >>> design_covariance(np.array([[1.0], [3.0]]), np.array([0, 0])).round(9).tolist()
    [[4.0]]
    """
    if cluster is not None:
        names, first, codes = np.unique(cluster, return_index=True, return_inverse=True)
        z = np.asarray(one_hot(codes.astype(np.int64), len(names)) @ z, dtype=np.float64)
        stratum = stratum[first]
    spread = centred(z, stratum)
    if fraction is not None:
        spread = spread * np.sqrt(1 - fraction)[stratum][:, None]
    product: FloatArray = spread.T @ spread
    return product


def calibration_residual(z: FloatArray, weighting: Weighting) -> FloatArray:
    """z = w·u replaced by w·(u − x′β), β the regression of u on the margin levels with the residual weights.

    Weights that meet the margins remove from the error whatever the margins explain. Without calibration z
    itself.

    ``z`` (F, C) → (F, C); NaN stays in its column. Raises nothing. Source: Deville and Särndal 1992, section 3.

    >>> from scoring.engine.types import margin_build
    >>> from scoring.engine.weight import WeightOptions, poststratify
    >>> m = margin_build("size", ["s", "s", "l", "l"], {"s": 2, "l": 2})
    >>> met = poststratify(np.ones(4), [m], WeightOptions())
    >>> calibration_residual(np.array([[1.0], [3.0], [5.0], [5.0]]), met).ravel().round(9).tolist()
    [-1.0, 1.0, 0.0, 0.0]
    """
    if weighting.residual_weights is None:
        return z
    q = np.asarray(weighting.residual_weights, dtype=np.float64)
    design = margin_indicators(weighting.margins)
    ratio = np.divide(q, weighting.weights, out=np.zeros_like(q), where=weighting.weights > 0)
    inverse = np.linalg.pinv(design.T @ (design * q[:, None]), rcond=1e-10, hermitian=True)
    beta = inverse @ ((design * ratio[:, None]).T @ z)
    residual = np.empty_like(z)

    def one(rows: slice) -> None:
        np.subtract(z[rows], (weighting.weights[rows, None] * design[rows]) @ beta, out=residual[rows])

    by_blocks(len(z), one)
    return residual


def correlation(covariance: FloatArray) -> FloatArray:
    """Correlations (U, U) from a covariance; NaN where a variance is 0 or missing.

    Raises nothing. Source: Pearson 1895.

    >>> correlation(np.array([[4.0, 1.0], [1.0, 1.0]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    spread = np.sqrt(np.diag(covariance))
    product = np.outer(spread, spread)
    found: FloatArray = np.divide(covariance, product, out=np.full(product.shape, np.nan), where=product > 0)
    return found


def intervals(estimate: FloatArray, errors: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Normal confidence limits estimate ± z·se; missing where either is.

    All (U,), in the unit of the estimate; NaN stays NaN. Raises nothing. Source: Neyman 1937; central limit theorem for
    stratified samples, Bickel and Freedman 1984.

    >>> [round(float(x[0]), 2) for x in intervals(np.array([70.0]), np.array([1.0]), 0.95)]
    [68.04, 71.96]
    """
    reach = float(norm.ppf((1 + confidence) / 2)) * errors
    return estimate - reach, estimate + reach
