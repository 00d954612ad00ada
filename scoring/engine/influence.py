"""Influence: how much each firm moves each measured value and each score, gathered into variances.

The firms are worked through in blocks: influences of firms on values and sub-indices are never held for
everybody, only the few sums that variances need. Sources: Binder 1983; Deville 1999; Deville and Särndal 1992.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.engine.aggregate import Aggregated
from scoring.engine.margins import margin_indicators
from scoring.engine.measure import AnswerTable, answer_table, unit_answers
from scoring.engine.medians import influence_table
from scoring.engine.normalise import Normalised
from scoring.engine.types import BoolArray, FloatArray, Framework, IntArray, Measured, Survey
from scoring.engine.weight import Weighting

# Cells (firms x units x indicators) that a block of firms may fill: 32 MiB.
CELLS = 1 << 22


@dataclass(frozen=True)
class Steps:
    """What the earlier steps computed: weights, values, points and scores."""

    weighting: Weighting
    measured: Measured
    normalised: Normalised
    aggregated: Aggregated


@dataclass(frozen=True)
class Influences:
    """``total`` (F, U): influence on the totals, not yet calibrated or centred; ``sub_index_variance`` (U, S)
    and ``value_covariance`` (K, U, U) under the design, calibrated."""

    total: FloatArray
    sub_index_variance: FloatArray
    value_covariance: FloatArray


@dataclass(frozen=True)
class Regression:
    """The calibration regression: levels X (F, P), q/w (F,), (X′QX)⁺ (P, P), and of G = w·X, centred and scaled
    by stratum as P·G, the rows (F, P) and G′PG (P, P)."""

    design: FloatArray
    ratio: FloatArray
    inverse: FloatArray
    outer: FloatArray
    product: FloatArray


def one_hot(codes: IntArray, size: int) -> sparse.csr_array:
    """Indicator matrix (size, n) of group membership.

    ``codes`` (n,) without missing values. Raises nothing. Source: definition of an indicator matrix.

    >>> one_hot(np.array([1, 0, 1]), 2).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    n = len(codes)
    return sparse.csr_array((np.ones(n), (codes, np.arange(n))), shape=(size, n))


def stratum_factors(stratum: IntArray) -> tuple[FloatArray, FloatArray]:
    """Firms n_h (H,) and n_h/(n_h − 1) (H,), NaN for a stratum of one firm.

    ``stratum`` (F,) without missing codes. Raises nothing. Source: Särndal, Swensson and Wretman, Model Assisted Survey
    Sampling, 1992, chapter 3.

    >>> stratum_factors(np.array([0, 0, 0, 1]))[1].tolist()
    [1.5, nan]
    """
    counts = np.bincount(stratum).astype(np.float64)
    return counts, np.divide(counts, counts - 1, out=np.full(len(counts), np.nan), where=counts > 1)


def regression(weighting: Weighting, stratum: IntArray) -> Regression | None:
    """The regression on the margin levels with the residual weights; None without calibration.

    Missing levels have become levels before (``margins.prepared``). Raises nothing. Source: Deville and Särndal 1992,
    section 3.

    >>> from scoring.engine.weight import Weighting
    >>> regression(Weighting(np.ones(3), "none"), np.zeros(3, dtype=int)) is None
    True
    """
    if weighting.residual_weights is None:
        return None
    design = margin_indicators(weighting.margins)
    q = np.asarray(weighting.residual_weights, dtype=np.float64)
    ratio = np.divide(q, weighting.weights, out=np.zeros_like(q), where=weighting.weights > 0)
    inverse = np.linalg.pinv(design.T @ (design * q[:, None]), rcond=1e-10, hermitian=True)
    counts, factor = stratum_factors(stratum)
    g = weighting.weights[:, None] * design
    outer = (g - ((one_hot(stratum, len(counts)) @ g) / counts[:, None])[stratum]) * factor[stratum][:, None]
    return Regression(design, ratio, np.asarray(inverse, dtype=np.float64), outer, outer.T @ g)


class Moments:
    """Sums over firms from which the variances of some columns of influences follow.

    var = e′Pe − 2 e′PGB + B′(G′PG)B with P the centring by stratum, G = w·X and B the regression of e on the
    margins: the variance of the calibration residual, without forming the residual.
    """

    def __init__(self, stratum: IntArray, fitted: Regression | None, columns: int) -> None:
        self.stratum, self.fitted = stratum, fitted
        self.counts, self.factor = stratum_factors(stratum)
        self.square = np.zeros((len(self.counts), columns))
        self.sums = np.zeros((len(self.counts), columns))
        size = 0 if fitted is None else len(fitted.inverse)
        self.crossed, self.centred = np.zeros((size, columns)), np.zeros((size, columns))

    def add(self, e: FloatArray, firms: IntArray | slice, columns: IntArray | slice) -> None:
        """Add influences (n, C) of some firms, each firm once, on some columns."""
        group = one_hot(self.stratum[firms], len(self.counts))
        self.square[:, columns] += group @ np.square(e)
        self.sums[:, columns] += group @ e
        if self.fitted is not None:
            self.crossed[:, columns] += (self.fitted.design[firms] * self.fitted.ratio[firms][:, None]).T @ e
            self.centred[:, columns] += self.fitted.outer[firms].T @ e

    def beta(self) -> FloatArray:
        """Regression coefficients (P, C) of the columns."""
        return self.crossed if self.fitted is None else self.fitted.inverse @ self.crossed

    def variance(self) -> FloatArray:
        """Variance (C,) of every column."""
        found = self.factor @ (self.square - np.square(self.sums) / self.counts[:, None])
        if self.fitted is not None:
            beta = self.beta()
            found = found + np.einsum("pc,pc->c", beta, self.fitted.product @ beta - 2 * self.centred)
        return np.maximum(found, 0.0)


def influences(survey: Survey, framework: Framework, steps: Steps, stratum: IntArray) -> Influences:
    """Influence of every firm on totals, and the variances of sub-indices and values, in one pass over firms.

    e_iuk = w_i a_iuk (x_iuk − m_uk)/Σ w a for means and shares, ``medians.median_influence`` for medians, 0 for
    hard data; z_iu = Σ_k Σ_v (∂score_u/∂m_vk) e_ivk.

    A value that is missing moves nobody. Units: points of the total, squared points, squared values. Raises nothing.
    Source: Binder 1983; Deville 1999.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> from scoring.engine.covariance import pooled_strata
    >>> run = result.run
    >>> steps = Steps(run.weighting, run.measured, run.normalised, run.aggregated)
    >>> influences(run.survey, run.framework, steps, pooled_strata(run.survey)[0]).total.shape
    (60, 3)
    """
    n_units, n_subs = steps.aggregated.sub_indices.shape
    size = len(framework.indicators)
    reader = _Reader(survey, framework, steps)
    chain = _chain(framework, steps)
    fitted = regression(steps.weighting, stratum)
    subs = Moments(stratum, fitted, n_subs * n_units)
    values = Moments(stratum, fitted, n_units * size)
    root = np.sqrt(values.factor)[stratum]
    product = np.zeros((size, n_units, n_units))
    total = np.zeros((survey.n_firms, n_units))
    block = max(1, min(survey.n_firms, CELLS // max(n_units * size, n_units * n_subs, 1)))
    for start in range(0, survey.n_firms, block):
        firms = np.arange(start, min(start + block, survey.n_firms))
        z, crossed = np.zeros((n_subs, len(firms), n_units)), np.zeros((size, n_units, len(firms)))
        for v in range(n_units):
            e, mine = reader.deviations(v, start, start + len(firms))
            values.add(e, mine, slice(v * size, (v + 1) * size))
            crossed[:, v, mine - start] = (e * root[mine][:, None]).T
            for s, members, columns, slopes in chain[v]:
                z[s][np.ix_(mine - start, columns)] += e[:, members] @ slopes
        product += crossed @ crossed.transpose(0, 2, 1)
        for s in range(n_subs):
            subs.add(z[s], firms, slice(s * n_units, (s + 1) * n_units))
            outer = steps.aggregated.total_gradient[:, s]
            total[firms] += np.where(outer == 0, 0.0, z[s] * outer)
    rough = _rough(framework, steps)
    variance = np.where(rough, np.nan, subs.variance().reshape(n_subs, n_units).T)
    total[:, (rough & (steps.aggregated.total_gradient != 0)).any(axis=1)] = np.nan
    return Influences(total, variance, _value_covariance(values, product))


class _Reader:
    """Influences e (n, K) of the ratings of one unit on its values."""

    def __init__(self, survey: Survey, framework: Framework, steps: Steps) -> None:
        self.survey, self.steps = survey, steps
        self.table: AnswerTable = answer_table(survey, framework)
        self.bounds = survey.bounds(len(framework.units))
        self.soft = np.isin(np.arange(len(framework.indicators)), self.table.soft)
        self.medians: dict[tuple[int, int], FloatArray] = {}
        for u in range(len(framework.units)) if len(self.table.medians) else ():
            rows = slice(int(self.bounds[u]), int(self.bounds[u + 1]))
            w = steps.weighting.weights[survey.firm[rows]]
            for k in map(int, self.table.medians):
                self.medians[u, k] = influence_table(survey, self.table, rows, k, w)

    def deviations(self, u: int, first: int, last: int) -> tuple[FloatArray, IntArray]:
        """e (n, K) of the firms first..last − 1 that rated unit u, and these firms; rows are sorted by firm."""
        low, high = int(self.bounds[u]), int(self.bounds[u + 1])
        within = np.searchsorted(self.survey.firm[low:high], [first, last])
        rows = slice(low + int(within[0]), low + int(within[1]))
        x, a = unit_answers(self.survey, self.table, rows, np.arange(len(self.soft)))
        w = self.steps.weighting.weights[self.survey.firm[rows]]
        centre, mass = self.steps.measured.values[u], self.steps.measured.weight[u]
        usable = ~np.isnan(centre) & (mass > 0) & self.soft
        scale = np.divide(1.0, mass, out=np.zeros_like(mass), where=usable)
        a *= np.where(usable, centre, 0.0)
        x -= a
        for k in map(int, self.table.medians):
            x[:, k] = self.medians[u, k][self.survey.answers[rows, self.table.columns[k]]]
        x *= w[:, None]
        x *= scale
        return x, self.survey.firm[rows]


Chain = list[list[tuple[int, IntArray, IntArray, FloatArray]]]


def _chain(framework: Framework, steps: Steps) -> Chain:
    """Per unit v and sub-index s: ∂sub_u/∂m_vk (members, columns) over the units u that v's values move."""
    inner, jacobian = np.nan_to_num(steps.aggregated.sub_gradient), np.nan_to_num(steps.normalised.jacobian)
    found: Chain = [[] for _ in framework.units]
    for s, code in enumerate(framework.sub_index_codes):
        members = framework.members(code)
        for v in range(len(framework.units)):
            slopes = inner[:, members].T * jacobian[members, :, v]
            columns = np.flatnonzero((slopes != 0).any(axis=0))
            if len(columns):
                found[v].append((s, members, columns, slopes[:, columns]))
    return found


def _rough(framework: Framework, steps: Steps) -> BoolArray:
    """Sub-indices (U, S) that depend on something without a derivative."""
    found = np.zeros(steps.aggregated.sub_indices.shape, dtype=bool)
    for s, code in enumerate(framework.sub_index_codes):
        members = framework.members(code)
        inner, jacobian = steps.aggregated.sub_gradient[:, members], steps.normalised.jacobian[members]
        bent = (inner != 0) & ~np.isnan(inner) & np.isnan(np.einsum("kuu->uk", jacobian))
        lost = np.isnan(inner) & ~np.isnan(steps.normalised.points[:, members])
        found[:, s] = (bent | lost).any(axis=1)
    return found


def _value_covariance(values: Moments, product: FloatArray) -> FloatArray:
    """Covariance (K, U, U) of the values of each indicator between units, from ``product`` Σ e e′ n_h/(n_h − 1)."""
    size, n_units, _ = product.shape

    def by_indicator(table: FloatArray) -> FloatArray:
        return table.reshape(len(table), n_units, size).transpose(2, 0, 1)

    sums, scale = by_indicator(values.sums), (values.factor / values.counts)[:, None]
    found: FloatArray = product - sums.transpose(0, 2, 1) @ (scale * sums)
    if values.fitted is not None:
        beta, centred = by_indicator(values.beta()), by_indicator(values.centred)
        crossed = beta.transpose(0, 2, 1) @ centred
        found += beta.transpose(0, 2, 1) @ (values.fitted.product @ beta) - crossed - crossed.transpose(0, 2, 1)
    return found
