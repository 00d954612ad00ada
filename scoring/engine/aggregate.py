"""Aggregate: indicators into groups, groups into sub-indices, sub-indices into the total.

Every method is one function in the registry ``AGGREGATORS``: from values (U, C) and weights (C,) to scores
(U,) and their derivatives (U, C). Missing children are left out and the weights of the others rescaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.engine.checks import MethodUnknown, Notice
from scoring.engine.types import BoolArray, FloatArray, Framework, IntArray

Aggregator = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class AggregateOptions:
    """Method per level, share of children that must be present, and how that share is counted."""

    indicator: str = "arithmetic"
    group: str = "arithmetic"
    total: str = "arithmetic"
    threshold: float = 2 / 3
    availability: str = "count"
    multiplier: float = 10.0


@dataclass(frozen=True)
class Aggregated:
    """Scores of every level and their derivatives.

    ``groups`` (U, G), ``sub_indices`` (U, S), ``total`` (U,) before adjustment. ``sub_gradient`` (U, K): ∂
    of the sub-index of indicator k by its points; ``total_gradient`` (U, S): ∂total/∂sub-index.
    """

    groups: FloatArray
    sub_indices: FloatArray
    total: FloatArray
    sub_gradient: FloatArray
    total_gradient: FloatArray
    notices: tuple[Notice, ...]


def _shares(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weights (U, C) rescaled over the children present; rows without weight are NaN."""
    present = ~np.isnan(values) * weights
    total = present.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(present, total, out=np.full(values.shape, np.nan), where=total > 0)
    return shares


def arithmetic(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Σ w y / Σ w over the children present.

    ``values`` (U, C), ``weights`` (C,) → scores (U,), derivatives (U, C); NaN is missing, a unit without any is NaN.
    Raises nothing. Source: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 6.

    >>> arithmetic(np.array([[2.0, 8.0], [np.nan, 8.0]]), np.array([3.0, 1.0]))[0].tolist()
    [3.5, 8.0]
    """
    shares = _shares(values, weights)
    return (shares * np.nan_to_num(values)).sum(axis=1), shares


def power(values: FloatArray, weights: FloatArray, p: float) -> tuple[FloatArray, FloatArray]:
    """(Σ w y^p / Σ w)^(1/p) for p ≠ 0, exp(Σ w ln y / Σ w) for p = 0; a unit with y ≤ 0 is missing.

    ``values`` (U, C), ``weights`` (C,) → scores (U,), derivatives (U, C); NaN is missing. Raises nothing. Source:
    Hardy, Littlewood and Pólya, Inequalities, 1934.

    >>> power(np.array([[1.0, 9.0]]), np.array([1.0, 1.0]), 0.5)[0].tolist()
    [4.0]
    """
    shares = _shares(values, weights)
    used = shares > 0
    bad: BoolArray = np.any(used & ~(np.nan_to_num(values, nan=1.0) > 0), axis=1)
    y = np.where(used & ~bad[:, None], values, 1.0)
    if p == 0:
        score = np.exp((shares * np.log(y)).sum(axis=1))
        gradient = shares * score[:, None] / y
    else:
        score = (shares * y**p).sum(axis=1) ** (1 / p)
        gradient = shares * (score[:, None] / y) ** (1 - p)
    score[bad] = np.nan
    gradient[bad] = np.nan
    return score, gradient


def geometric(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """exp(Σ w ln y / Σ w): a weak part weighs more than in the arithmetic mean; needs y > 0.

    Shapes as for ``arithmetic``; NaN is missing. Raises nothing. Source: OECD and JRC, Handbook on Constructing
    Composite Indicators, 2008, step 6.

    >>> geometric(np.array([[1.0, 4.0]]), np.array([1.0, 1.0]))[0].tolist()
    [2.0]
    """
    return power(values, weights, 0.0)


def harmonic(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Σ w / Σ (w / y): a weak part weighs more still; needs y > 0.

    Shapes as for ``arithmetic``; NaN is missing. Raises nothing. Source: OECD and JRC, Handbook on Constructing
    Composite Indicators, 2008, step 6.

    >>> harmonic(np.array([[1.0, 3.0]]), np.array([1.0, 1.0]))[0].tolist()
    [1.5]
    """
    return power(values, weights, -1.0)


def power_half(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(Σ w √y / Σ w)²: between the geometric and the arithmetic mean; needs y > 0.

    Shapes as for ``arithmetic``; NaN is missing. Raises nothing. Source: Hardy, Littlewood and Pólya, Inequalities,
    1934.

    >>> power_half(np.array([[1.0, 9.0]]), np.array([1.0, 1.0]))[0].tolist()
    [4.0]
    """
    return power(values, weights, 0.5)


def copeland(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Units beaten minus units lost to, by weighted majority over the children both have (ties count half).

    Shapes as for ``arithmetic``; NaN is missing, a unit without any value is NaN; there is no derivative. Raises
    nothing. Source: Copeland 1951; Munda and Nardo 2009.

    >>> copeland(np.array([[5.0], [3.0], [1.0]]), np.ones(1))[0].tolist()
    [2.0, 0.0, -2.0]
    """
    present = ~np.isnan(values)
    score = np.zeros(len(values))
    for u in range(len(values)):
        both = (present & present[u]) * weights
        wins = ((values[u] > values) + 0.5 * (values[u] == values)) * both
        total = both.sum(axis=1)
        share = np.divide(wins.sum(axis=1), total, out=np.full(len(values), 0.5), where=total > 0)
        share[u] = 0.5
        score[u] = (share > 0.5).sum() - (share < 0.5).sum()
    score[~present.any(axis=1)] = np.nan
    return score, np.full(values.shape, np.nan)


AGGREGATORS: dict[str, Aggregator] = {
    "arithmetic": arithmetic,
    "geometric": geometric,
    "harmonic": harmonic,
    "power_half": power_half,
    "copeland": copeland,
}


def combine(
    values: FloatArray, weights: FloatArray, method: str, options: AggregateOptions
) -> tuple[FloatArray, FloatArray]:
    """One step of aggregation with the rule for missing children.

    Children without weight do not count. The available share (of children by default, of their weight with
    ``availability`` = "weight") must reach the threshold, else the score is NaN. Raises ``MethodUnknown``.

    ``values`` (U, C), ``weights`` (C,). Source: COINr (Becker and others 2022) for the threshold of available data.

    >>> combine(np.array([[2.0, np.nan]]), np.array([1.0, 1.0]), "arithmetic", AggregateOptions())[0].tolist()
    [nan]
    """
    if method not in AGGREGATORS:
        raise MethodUnknown("aggregate", f"Unknown method {method}.")
    used = weights > 0
    score, gradient = np.full(len(values), np.nan), np.zeros(values.shape)
    if not used.any():
        return score, gradient
    score, gradient[:, used] = AGGREGATORS[method](values[:, used], weights[used])
    present = (~np.isnan(values[:, used])).astype(np.float64)
    counted = weights[used] if options.availability == "weight" else np.ones(int(used.sum()))
    available = present @ counted / counted.sum()
    short = (available < options.threshold - 1e-12) | (available == 0)
    score[short] = np.nan
    gradient[short] = np.nan
    return score, gradient


def aggregate(points: FloatArray, framework: Framework, options: AggregateOptions) -> Aggregated:
    """Scores of groups, sub-indices and total from points (U, K).

    Indicators with a group are combined into it by ``options.indicator``, groups and ungrouped indicators
    into the sub-index by ``options.group`` (by ``options.indicator`` where there are no groups),
    sub-indices into the total by
    ``options.total``; total = multiplier · Σ w_s S_s / Σ w_s for the arithmetic mean.

    Missing points (NaN) give their weight to the others by the rule of ``combine``. Points are on the target range, the
    total on ``multiplier`` times it. Raises ``MethodUnknown``. Source: OECD and JRC, Handbook on Constructing Composite
    Indicators, 2008, step 6.

    >>> from scoring.engine.types import Indicator, SubIndex
    >>> items = (
    ...     Indicator("a", "s", "positive", weight=2),
    ...     Indicator("b", "s", "positive"),
    ...     Indicator("c", "t", "positive"),
    ... )
    >>> part = Framework(("A",), (SubIndex("s", 0.5), SubIndex("t", 0.5)), items)
    >>> scored = aggregate(np.array([[8.0, 5.0, 4.0]]), part, AggregateOptions())
    >>> scored.sub_indices.tolist(), scored.total.tolist()
    ([[7.0, 4.0]], [55.0])
    """
    n_units = len(points)
    groups = np.full((n_units, len(framework.groups)), np.nan)
    inner = np.ones(points.shape)
    membership = _membership(framework)
    weights = np.array([item.weight for item in framework.indicators])
    for g in range(len(framework.groups)):
        members = np.flatnonzero(membership == g)
        groups[:, g], inner[:, members] = combine(points[:, members], weights[members], options.indicator, options)
    subs = np.full((n_units, len(framework.sub_indices)), np.nan)
    gradient = np.zeros(points.shape)
    for s, code in enumerate(framework.sub_index_codes):
        loose = [int(k) for k in framework.members(code) if membership[k] < 0]
        own = [g for g, item in enumerate(framework.groups) if item.sub_index == code]
        children = np.concatenate([groups[:, own], points[:, loose]], axis=1)
        parts = np.array([*(framework.groups[g].weight for g in own), *weights[loose]])
        subs[:, s], outer = combine(children, parts, options.group if own else options.indicator, options)
        gradient[:, loose] = outer[:, len(own) :]
        for position, g in enumerate(own):
            members = np.flatnonzero(membership == g)
            # A group that is missing adds nothing, whatever its own derivatives are.
            gradient[:, members] = np.where(outer[:, [position]] == 0, 0.0, outer[:, [position]] * inner[:, members])
    shares = np.array([item.weight for item in framework.sub_indices])
    total, total_gradient = combine(subs, shares, options.total, options)
    factor = options.multiplier
    notices = _not_positive((points, groups, subs), framework, options)
    return Aggregated(groups, subs, factor * total, gradient, factor * total_gradient, notices)


def _membership(framework: Framework) -> IntArray:
    """Group position of each indicator, -1 for none."""
    index = {item.code: g for g, item in enumerate(framework.groups)}
    return np.array([index.get(item.group or "", -1) for item in framework.indicators], dtype=np.int64)


def _not_positive(
    levels: tuple[FloatArray, FloatArray, FloatArray], framework: Framework, options: AggregateOptions
) -> tuple[Notice, ...]:
    """Say which points, groups and sub-indices a mean for positive numbers could not take."""
    positive_only = {"geometric", "harmonic", "power_half"}
    group_codes = tuple(item.code for item in framework.groups)
    notices: list[Notice] = []
    for method, values, codes in (
        (options.indicator, levels[0], framework.codes),
        (options.group, levels[1], group_codes),
        (options.total, levels[2], framework.sub_index_codes),
    ):
        low: BoolArray = np.any(np.nan_to_num(values, nan=1.0) <= 0, axis=0)
        if method in positive_only:
            notices += [Notice("not_positive", codes[k]) for k in np.flatnonzero(low)]
    return tuple(notices)


def nominal_shares(framework: Framework) -> FloatArray:
    """Share (K,) of each indicator in the total when nothing is missing and all means are arithmetic.

    Raises nothing. Source: Paruolo, Saisana and Saltelli 2013, on nominal weights.

    >>> from scoring.engine.types import Indicator, SubIndex
    >>> items = (Indicator("a", "s", "positive"), Indicator("b", "t", "positive"))
    >>> nominal_shares(Framework(("A",), (SubIndex("s", 1), SubIndex("t", 3)), items)).tolist()
    [0.25, 0.75]
    """
    one = np.zeros((1, len(framework.indicators)))
    level = aggregate(one, framework, AggregateOptions(multiplier=1.0, threshold=0.0))
    outer = {code: level.total_gradient[0, s] for s, code in enumerate(framework.sub_index_codes)}
    shares: FloatArray = level.sub_gradient[0] * [outer[item.sub_index] for item in framework.indicators]
    return shares
