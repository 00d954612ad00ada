"""Covariance: how far the scores would move with another sample of businesses.

Linearisation: every score is a smooth function of weighted sums, so each firm has an influence on each
score; the variance of the summed influences under the sampling design is the variance of the score.
Sources: Binder 1983; Deville 1999 (influence functions); Deville and Särndal 1992 (calibration residuals);
Woodruff 1952 (medians).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import norm

from scoring.engine.aggregate import Aggregated
from scoring.engine.checks import Notice
from scoring.engine.margins import margin_indicators
from scoring.engine.measure import AnswerTable, answer_table, level_masses, unit_answers
from scoring.engine.normalise import Normalised
from scoring.engine.types import FloatArray, Framework, IntArray, Measured, Survey
from scoring.engine.weight import Weighting, kish_n

WOODRUFF_LEVEL = 0.95


@dataclass(frozen=True)
class Uncertainty:
    """Linearised uncertainty of one block.

    ``influence`` (F, U): z of each firm on each total after calibration; ``covariance`` (U, U) of totals;
    standard errors of totals (U,), sub-indices (U, S) and measured values (U, K). NaN where a score is
    missing or a method has no derivative.
    """

    influence: FloatArray
    covariance: FloatArray
    total_se: FloatArray
    sub_index_se: FloatArray
    value_se: FloatArray
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Steps:
    """What the earlier steps computed: weights, values, points and scores."""

    weighting: Weighting
    measured: Measured
    normalised: Normalised
    aggregated: Aggregated


def linearise(survey: Survey, framework: Framework, steps: Steps) -> Uncertainty:
    """The covariance of all scores from the influence of every firm.

    e_iuk = w_i a_iuk (x_iuk − m_uk)/Σ w a for means and shares, the Woodruff form for medians, 0 for hard
    data. Influence of firm i on score u: z_iu = Σ_k Σ_v (∂score_u/∂m_vk) e_ivk; the derivatives contain the
    goalpost terms −(1 − T) and −T when the goalposts are units of this edition. After calibration z is
    replaced by its residual on the margins. V = Σ_h n_h/(n_h − 1) Σ_i (z_i − z̄_h)(z_i − z̄_h)′ over strata
    h.
    """
    stratum, notices = pooled_strata(survey)
    slopes = median_slopes(survey, framework, steps)
    n_units, n_subs = steps.aggregated.sub_indices.shape
    total = np.zeros((survey.n_firms, n_units))
    sub_se = np.full((n_units, n_subs), np.nan)
    for s, code in enumerate(framework.sub_index_codes):
        members = framework.members(code)
        z = _sub_index_influence(survey, framework, steps, slopes, members)
        z = calibration_residual(z, steps.weighting)
        z = centred(z, stratum)
        sub_se[:, s] = np.sqrt(np.square(z).sum(axis=0))
        outer = steps.aggregated.total_gradient[:, s]
        total += np.where(outer == 0, 0.0, z * outer)
    total[:, np.isnan(steps.aggregated.total)] = np.nan
    sub_se[np.isnan(steps.aggregated.sub_indices)] = np.nan
    covariance = total.T @ total
    rough = np.isnan(np.diag(covariance)) & ~np.isnan(steps.aggregated.total)
    if rough.any():
        notices = (*notices, Notice("no_linear_variance", "", {"units": int(rough.sum())}))
    value_se = _value_errors(survey, framework, steps, slopes, stratum)
    return Uncertainty(total, covariance, np.sqrt(np.diag(covariance)), sub_se, value_se, notices)


def pooled_strata(survey: Survey) -> tuple[IntArray, tuple[Notice, ...]]:
    """Strata as codes 0..H-1 in which every stratum has at least two firms.

    Strata with a single firm are pooled into one; if that leaves a single firm still, it joins the smallest
    other stratum. What was pooled is reported.
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


def _one_hot(codes: IntArray, size: int) -> sparse.csr_array:
    """Indicator matrix (size, n) of group membership."""
    n = len(codes)
    return sparse.csr_array((np.ones(n), (codes, np.arange(n))), shape=(size, n))


def centred(z: FloatArray, stratum: IntArray) -> FloatArray:
    """√(n_h/(n_h − 1)) (z_i − z̄_h): its cross product is the variance of the total under stratified
    sampling.

    A stratum of one firm has no variance within: NaN.

    >>> centred(np.array([[1.0], [3.0]]), np.array([0, 0])).ravel().round(6).tolist()
    [-1.414214, 1.414214]
    """
    counts = np.bincount(stratum).astype(np.float64)
    means = (_one_hot(stratum, len(counts)) @ z) / counts[:, None]
    factor = np.sqrt(np.divide(counts, counts - 1, out=np.full(len(counts), np.nan), where=counts > 1))
    spread: FloatArray = z - means[stratum]
    spread *= factor[stratum][:, None]
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

    >>> design_covariance(np.array([[1.0], [3.0]]), np.array([0, 0])).round(9).tolist()
    [[4.0]]
    """
    if cluster is not None:
        names, first, codes = np.unique(cluster, return_index=True, return_inverse=True)
        z = np.asarray(_one_hot(codes.astype(np.int64), len(names)) @ z, dtype=np.float64)
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
    """
    if weighting.residual_weights is None:
        return z
    design, ratio, inverse = _regression(weighting)
    beta = inverse @ (sparse.csr_array(design.T) @ (z * ratio[:, None]))
    fitted = sparse.csr_array(design) @ beta
    residual: FloatArray = z - weighting.weights[:, None] * fitted
    return residual


def _regression(weighting: Weighting) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Margin levels X (F, P), q/w (F,) and (X′QX)⁺ of the calibration regression."""
    design = margin_indicators(weighting.margins)
    q = np.asarray(weighting.residual_weights, dtype=np.float64)
    ratio = np.divide(q, weighting.weights, out=np.zeros_like(q), where=weighting.weights > 0)
    product = design.T @ (design * q[:, None])
    inverse = np.asarray(np.linalg.pinv(product, rcond=1e-10, hermitian=True), dtype=np.float64)
    return design, ratio, inverse


def _deviations(
    survey: Survey, table: AnswerTable, steps: Steps, slopes: FloatArray, unit: tuple[int, slice, IntArray]
) -> FloatArray:
    """e (n, K) of the ratings of one unit for some indicators."""
    u, rows, members = unit
    x, a = unit_answers(survey, table, rows, members)
    w = steps.weighting.weights[survey.firm[rows]]
    centre, mass = steps.measured.values[u, members], steps.measured.weight[u, members]
    usable = ~np.isnan(centre) & (mass > 0) & np.isin(members, table.soft)
    scale = np.divide(1.0, mass, out=np.zeros_like(mass), where=usable)
    centre = np.where(usable, centre, 0.0)
    e: FloatArray = (x - a * centre) * (w[:, None] * scale)
    for column in np.flatnonzero(np.isin(members, table.medians) & usable):
        below = (x[:, column] < centre[column]) + 0.5 * (x[:, column] == centre[column])
        share = float(np.dot(w * a[:, column], below)) * scale[column]
        e[:, column] = -slopes[u, members[column]] * w * a[:, column] * (below - share) * scale[column]
    return e


def _sub_index_influence(
    survey: Survey, framework: Framework, steps: Steps, slopes: FloatArray, members: IntArray
) -> FloatArray:
    """Influence (F, U) of firms on one sub-index."""
    table = answer_table(survey, framework)
    bounds = survey.bounds(len(framework.units))
    inner = steps.aggregated.sub_gradient[:, members]
    jacobian = steps.normalised.jacobian[members]
    rough = ((inner != 0) & np.isnan(np.einsum("kuu->uk", jacobian)) & ~np.isnan(inner)).any(axis=1)
    rough |= (np.isnan(inner) & ~np.isnan(steps.normalised.points[:, members])).any(axis=1)
    inner, jacobian = np.nan_to_num(inner), np.nan_to_num(jacobian)
    z = np.zeros((survey.n_firms, len(framework.units)))
    for v in range(len(framework.units)):
        rows = slice(int(bounds[v]), int(bounds[v + 1]))
        if rows.start == rows.stop:
            continue
        e = _deviations(survey, table, steps, slopes, (v, rows, members))
        z[survey.firm[rows]] += e @ (inner.T * jacobian[:, :, v])
    z[:, rough] = np.nan
    return z


def median_slopes(survey: Survey, framework: Framework, steps: Steps) -> FloatArray:
    """dQ/dp at the median (U, K), 0 where the statistic is no median.

    Woodruff: the quantile function is followed over p = ½ ± 1.96·√(¼/n_eff), n_eff Kish's effective number
    of answers, and the slope of that chord is used: (Q(p₂) − Q(p₁))/(p₂ − p₁). Q interpolates linearly
    between the middles of the steps of the weighted distribution, so answers in whole days do not give a
    slope of zero.
    """
    table = answer_table(survey, framework)
    slopes = np.zeros((len(framework.units), len(framework.indicators)))
    bounds = survey.bounds(len(framework.units))
    for u in range(len(framework.units)):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        w = steps.weighting.weights[survey.firm[rows]]
        for k in table.medians:
            levels, mass = level_masses(survey, table, rows, int(k), w)
            answered = survey.answers[rows, table.columns[k]] > 0
            slopes[u, k] = quantile_slope(levels, mass, kish_n(w[answered]))
    return slopes


def quantile_slope(levels: FloatArray, mass: FloatArray, effective: float) -> float:
    """Slope of the interpolated quantile function around the median; 0 for fewer than two distinct answers.

    >>> round(quantile_slope(np.arange(100.0), np.ones(100), 100.0), 6)
    100.0
    """
    if len(levels) < 2 or not effective > 0:
        return 0.0
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    reach = float(norm.ppf((1 + WOODRUFF_LEVEL) / 2)) * float(np.sqrt(0.25 / effective))
    reach = min(reach, 0.5)
    lo, hi = max(0.5 - reach, float(middle[0])), min(0.5 + reach, float(middle[-1]))
    if not hi > lo:
        nearest = int(np.clip(np.searchsorted(middle, 0.5), 1, len(levels) - 1))
        lo, hi = float(middle[nearest - 1]), float(middle[nearest])
    ends = np.interp([lo, hi], middle, levels)
    return float((ends[1] - ends[0]) / (hi - lo))


def _value_errors(
    survey: Survey, framework: Framework, steps: Steps, slopes: FloatArray, stratum: IntArray
) -> FloatArray:
    """Standard errors (U, K) of measured values, with calibration residuals, without forming firms x units
    x K.

    var = e′Pe − 2 e′PGB + B′(G′PG)B with P the centring of ``centred``, G = w·X and B the regression of e.
    """
    table = answer_table(survey, framework)
    bounds = survey.bounds(len(framework.units))
    every = np.arange(len(framework.indicators))
    errors = np.zeros((len(framework.units), len(every)))
    spread = _margin_spread(steps.weighting, stratum)
    counts = np.bincount(stratum).astype(np.float64)
    factor = np.divide(counts, counts - 1, out=np.full(len(counts), np.nan), where=counts > 1)
    for u in range(len(framework.units)):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        firms = survey.firm[rows]
        e = _deviations(survey, table, steps, slopes, (u, rows, every))
        group = _one_hot(stratum[firms], len(counts))
        variance = factor @ (group @ np.square(e) - np.square(group @ e) / counts[:, None])
        if spread is not None:
            design, ratio, inverse, outer, product = spread
            beta = inverse @ (design[firms].T @ (e * ratio[firms][:, None]))
            variance += np.einsum("pk,pk->k", beta, product @ beta - 2 * (outer[firms].T @ e))
        errors[u] = np.sqrt(np.maximum(variance, 0.0))
    errors[np.isnan(steps.measured.values)] = np.nan
    return errors


def _margin_spread(
    weighting: Weighting, stratum: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """X, q/w, (X′QX)⁺, PG (F, P) and G′PG of the calibration; None without calibration."""
    if weighting.residual_weights is None:
        return None
    design, ratio, inverse = _regression(weighting)
    scaled = centred(weighting.weights[:, None] * design, stratum)
    counts = np.bincount(stratum).astype(np.float64)
    again = np.sqrt(np.divide(counts, counts - 1, out=np.full(len(counts), np.nan), where=counts > 1))
    return design, ratio, inverse, scaled * again[stratum][:, None], scaled.T @ scaled


def correlation(covariance: FloatArray) -> FloatArray:
    """Correlations (U, U) from a covariance; NaN where a variance is 0 or missing."""
    spread = np.sqrt(np.diag(covariance))
    product = np.outer(spread, spread)
    found: FloatArray = np.divide(covariance, product, out=np.full(product.shape, np.nan), where=product > 0)
    return found


def intervals(estimate: FloatArray, errors: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Normal confidence limits estimate ± z·se; missing where either is.

    >>> [round(float(x[0]), 2) for x in intervals(np.array([70.0]), np.array([1.0]), 0.95)]
    [68.04, 71.96]
    """
    reach = float(norm.ppf((1 + confidence) / 2)) * errors
    return estimate - reach, estimate + reach
