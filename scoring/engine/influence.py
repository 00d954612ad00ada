"""Influence: how much each firm moves each measured value and each score, gathered into variances.

The firms are worked through in blocks that stay in the cache: influences of firms on values and sub-indices are never
held for everybody, only the few sums that variances need. A block belongs to a chunk, and the sums of chunks are added
in order, so that results do not depend on the number of processors. Sources: Binder 1983; Deville 1999; Deville and
Särndal 1992.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
from scipy import sparse

from scoring.engine.aggregate import Aggregated
from scoring.engine.blocks import by_blocks
from scoring.engine.margins import margin_indicators
from scoring.engine.measure import AnswerTable, answer_table
from scoring.engine.medians import influence_table
from scoring.engine.normalise import Normalised
from scoring.engine.types import BoolArray, FloatArray, Framework, IntArray, Measured, Survey
from scoring.engine.weight import Weighting

# Firms in a block, and in a chunk of blocks.
BLOCK = 2048
CHUNK = 8 * BLOCK
# Cells of all look-up tables (units x indicators x answers) that are kept: 64 MiB.
CELLS = 1 << 23


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
    and ``value_covariance`` (K, U, U) under the design, calibrated.

    The covariance of two units' values is given only where points depend on it: the variances, and all pairs with a
    unit whose value moves the points of others (one that sets a goalpost); elsewhere 0."""

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


class _Deviations:
    """Influences e (n, K) of the ratings of one unit on its values."""

    def __init__(self, survey: Survey, framework: Framework, steps: Steps) -> None:
        self.survey, self.steps = survey, steps
        self.answers: AnswerTable = answer_table(survey, framework)
        self.bounds = survey.bounds(len(framework.units))
        self.soft = np.isin(np.arange(len(framework.indicators)), self.answers.soft)
        size, width = self.answers.values.shape
        self.offsets = np.arange(size) * width
        self.in_place = np.array_equal(self.answers.columns, np.arange(survey.answers.shape[1]))
        units = range(len(framework.units))
        self.kept = [self._table(u) for u in units] if len(units) * size * width <= CELLS else None

    def _table(self, u: int) -> FloatArray:
        """e/w (K, C) behind each answer code: (x − m_uk)/Σ w a, or the influence on a median; 0 for no answer."""
        centre, mass = self.steps.measured.values[u], self.steps.measured.weight[u]
        usable = ~np.isnan(centre) & (mass > 0) & self.soft
        scale = np.divide(1.0, mass, out=np.zeros_like(mass), where=usable)
        found: FloatArray = (self.answers.values - np.where(usable, centre, 0.0)[:, None]) * scale[:, None]
        rows = slice(int(self.bounds[u]), int(self.bounds[u + 1]))
        for k in map(int, self.answers.medians):
            weights = self.steps.weighting.weights[self.survey.firm[rows]]
            found[k] = influence_table(self.survey, self.answers, rows, k, weights) * scale[k]
        found[:, 0] = 0.0
        return found

    def of(self, u: int, firms: slice) -> tuple[FloatArray, IntArray]:
        """e of the firms that rated unit u, and their places among ``firms``; rows are sorted by firm."""
        low, high = int(self.bounds[u]), int(self.bounds[u + 1])
        within = np.searchsorted(self.survey.firm[low:high], [firms.start, firms.stop])
        rows = slice(low + int(within[0]), low + int(within[1]))
        codes = self.survey.answers[rows] if self.in_place else self.survey.answers[rows][:, self.answers.columns]
        table = self._table(u) if self.kept is None else self.kept[u]
        e: FloatArray = np.take(table, codes + self.offsets, mode="clip")
        firm = self.survey.firm[rows]
        e *= self.steps.weighting.weights[firm][:, None]
        return e, firm - firms.start


@dataclass(frozen=True)
class _Chain:
    """How values move points and sub-indices.

    ``own`` (U, K, S): ∂sub_us/∂m_uk. Further a list of ends: units v whose value of k moves the points of others –
    ``unit`` and ``indicator`` (E,) – and ``spread`` (E, U): ∂sub_u/∂m_vk for the others.
    """

    own: FloatArray
    unit: IntArray
    indicator: IntArray
    spread: FloatArray


def _chain(membership: IntArray, n_subs: int, steps: Steps) -> _Chain:
    inner, jacobian = np.nan_to_num(steps.aggregated.sub_gradient), np.nan_to_num(steps.normalised.jacobian)
    direct = np.einsum("kuu->uk", jacobian)
    others = jacobian.copy()
    np.einsum("kuu->ku", others)[...] = 0.0
    indicator, unit = np.nonzero((others != 0).any(axis=1))
    own = (inner * direct)[:, :, None] * (membership[:, None] == np.arange(n_subs))
    spread = others[indicator, :, unit] * inner[:, indicator].T
    return _Chain(own, unit.astype(np.int64), indicator.astype(np.int64), spread)


@dataclass(frozen=True)
class _Plan:
    """What every block needs: the design's factor (F,), its levers (F, L) – strata, levels by ratio, levels centred –
    and the chain of derivatives."""

    deviations: _Deviations
    chain: _Chain
    membership: IntArray
    gradient: FloatArray
    stratum: IntArray
    counts: FloatArray
    factor: FloatArray
    fitted: Regression | None

    def levers(self, firms: slice) -> FloatArray:
        strata: FloatArray = (self.stratum[firms, None] == np.arange(len(self.counts))).astype(np.float64)
        if self.fitted is None:
            return strata
        levels = self.fitted.design[firms] * self.fitted.ratio[firms, None]
        return np.concatenate([strata, levels, self.fitted.outer[firms]], axis=1)


@dataclass(frozen=True)
class _Sums:
    """Σ lever·e (L, U, K), Σ f e² (U, K), Σ f e_u e_end (U, E) and Σ f z² (S, U) over firms, f = n_h/(n_h − 1)."""

    linear: FloatArray
    square: FloatArray
    cross: FloatArray
    scores: FloatArray

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(*(mine + yours for mine, yours in zip(vars(self).values(), vars(other).values(), strict=True)))


def influences(survey: Survey, framework: Framework, steps: Steps, stratum: IntArray) -> Influences:
    """Influence of every firm on totals, and the variances of sub-indices and values, in one pass over firms.

    e_iuk = w_i a_iuk (x_iuk − m_uk)/Σ w a for means and shares, ``medians.median_influence`` for medians, 0 for
    hard data; z_iu = Σ_k Σ_v (∂score_u/∂m_vk) e_ivk. The variance of a column with influences e is
    e′Pe − 2 e′PGB + B′(G′PG)B with P the centring by stratum, G = w·X and B the regression of e on the margins: that of
    the calibration residual, without forming the residual.

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
    places = {code: s for s, code in enumerate(framework.sub_index_codes)}
    membership = np.array([places[item.sub_index] for item in framework.indicators], dtype=np.int64)
    counts, factor = stratum_factors(stratum)
    plan = _Plan(
        _Deviations(survey, framework, steps),
        _chain(membership, n_subs, steps),
        membership,
        steps.aggregated.total_gradient,
        stratum,
        counts,
        factor[stratum],
        regression(steps.weighting, stratum),
    )
    total = np.zeros((survey.n_firms, n_units))
    sums = reduce(_Sums.__add__, by_blocks(survey.n_firms, partial(_chunk, plan, total), CHUNK))
    rough = _rough(framework, steps)
    variance = np.where(rough, np.nan, _score_variance(plan, sums, factor))
    total[:, (rough & (steps.aggregated.total_gradient != 0)).any(axis=1)] = np.nan
    return Influences(total, variance, _value_covariance(plan, sums, factor))


def _chunk(plan: _Plan, total: FloatArray, firms: slice) -> _Sums:
    """Sums over a chunk of firms; their influence on totals is written into ``total``."""
    n_units, size, n_subs = plan.chain.own.shape
    length = len(plan.counts) + (0 if plan.fitted is None else 2 * plan.fitted.design.shape[1])
    shapes = ((length, n_units, size), (n_units, size), (n_units, len(plan.chain.unit)), (n_subs, n_units))
    sums = _Sums(*(np.zeros(shape) for shape in shapes))
    for start in range(firms.start, firms.stop, BLOCK):
        block = slice(start, min(start + BLOCK, firms.stop))
        z = _block(plan, sums, block)
        for s in range(n_subs):
            total[block] += (z[s] * plan.gradient[:, s, None]).T
            sums.scores[s] += np.square(z[s], out=z[s]) @ plan.factor[block]
    return sums


def _block(plan: _Plan, sums: _Sums, firms: slice) -> FloatArray:
    """Add the sums of a block; returns the influence z (S, U, B) of its firms on sub-indices."""
    chain, n = plan.chain, firms.stop - firms.start
    n_units, _, n_subs = chain.own.shape
    z, ends = np.zeros((n_subs, n_units, n)), np.zeros((n, len(chain.unit)))
    levers, scaled = plan.levers(firms), []
    for u in range(n_units):
        e, mine = plan.deviations.of(u, firms)
        own = np.flatnonzero(chain.unit == u)
        ends[mine[:, None], own] = e[:, chain.indicator[own]]
        z[:, u, mine] = (e @ chain.own[u]).T
        sums.linear[:, u] += levers[mine].T @ e
        scaled.append((e * plan.factor[firms][mine, None], mine))
        sums.square[u] += np.einsum("nk,nk->k", scaled[-1][0], e)
    for u, (e, mine) in enumerate(scaled) if len(chain.unit) else ():
        sums.cross[u] += np.einsum("ne,ne->e", e[:, chain.indicator], ends[mine])
    for s in range(n_subs):
        members = plan.membership[chain.indicator] == s
        z[s] += chain.spread[members].T @ ends[:, members].T
    return z


def _corrected(plan: _Plan, linear: FloatArray, factor: FloatArray) -> FloatArray:
    """What centring and calibration take (negative) from Σ f e e′ of columns with these ``linear`` sums (L, n, C):
    (n, C, C)."""
    size = len(plan.counts)
    sums = linear[:size].transpose(1, 0, 2)
    found: FloatArray = -(sums.transpose(0, 2, 1) @ ((factor / plan.counts)[:, None] * sums))
    if plan.fitted is not None:
        levels = plan.fitted.design.shape[1]
        beta = plan.fitted.inverse @ linear[size : size + levels].transpose(1, 0, 2)
        crossed = beta.transpose(0, 2, 1) @ linear[size + levels :].transpose(1, 0, 2)
        found += beta.transpose(0, 2, 1) @ (plan.fitted.product @ beta) - crossed - crossed.transpose(0, 2, 1)
    return found


def _score_variance(plan: _Plan, sums: _Sums, factor: FloatArray) -> FloatArray:
    """Variance (U, S) of sub-indices: their linear sums follow from those of the values."""
    chain = plan.chain
    linear = np.einsum("luk,uks->lus", sums.linear, chain.own)
    at_ends = sums.linear[:, chain.unit, chain.indicator]
    for s in range(linear.shape[2]):
        members = plan.membership[chain.indicator] == s
        linear[:, :, s] += at_ends[:, members] @ chain.spread[members]
    corrected = _corrected(plan, linear.reshape(len(linear), -1, 1), factor).reshape(linear.shape[1:])
    return np.maximum(sums.scores.T + corrected, 0.0)


def _value_covariance(plan: _Plan, sums: _Sums, factor: FloatArray) -> FloatArray:
    """Covariance (K, U, U) of the values of each indicator between units, where it is known."""
    chain = plan.chain
    n_units, size = sums.square.shape
    product, known = np.zeros((size, n_units, n_units)), np.zeros((size, n_units, n_units), dtype=bool)
    product[chain.indicator, :, chain.unit] = sums.cross.T
    product[chain.indicator, chain.unit, :] = sums.cross.T
    known[chain.indicator, :, chain.unit] = known[chain.indicator, chain.unit, :] = True
    np.einsum("kuu->uk", product)[...] = sums.square
    np.einsum("kuu->uk", known)[...] = True
    return np.where(known, product + _corrected(plan, sums.linear.transpose(0, 2, 1), factor), 0.0)


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
