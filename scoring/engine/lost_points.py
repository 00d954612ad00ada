"""Lost points: where a unit leaves its points behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.aggregate import Aggregated, AggregateOptions
from scoring.engine.checks import Notice
from scoring.engine.types import FloatArray, Framework


@dataclass(frozen=True)
class LostPoints:
    """Points of the total lost on each indicator (U, K), their standard errors, whether the parts are exact."""

    lost: FloatArray
    se: FloatArray
    exact: bool
    notices: tuple[Notice, ...] = ()


def lost_points(
    points: FloatArray,
    points_se: FloatArray,
    framework: Framework,
    aggregated: Aggregated,
    top: float,
    options: AggregateOptions,
) -> LostPoints:
    """What each indicator costs a unit: lost_uk = multiplier · share_uk · (top − Y_uk).

    ``points`` and ``points_se`` (U, K), ``top`` the greatest points an indicator can have; lost points are on the scale
    of the total. With arithmetic means on every level the sum over indicators is exactly the greatest possible total
    minus the unit's total before adjustment (100 − total on the range 1..10). Other means are spread in proportion to
    weight and distance, so that the sum is right but the parts are a convention (``exact`` is False, notice
    ``lost_points_shared_out``). Missing indicators are NaN and lose nothing: their weight has gone to the others. A
    standard error is NaN where that of the points is. ``top`` NaN (points without an upper end, as z-scores): all NaN,
    notice ``lost_points_without_top``. Raises nothing. Source: the identity follows from the weighted mean; the idea
    is that of the lost points of the PAR INDEX of the Ministry of Home Affairs.

    >>> from scoring.engine.aggregate import aggregate
    >>> from scoring.engine.types import Indicator, SubIndex
    >>> items = (Indicator("a", "s", "positive", weight=3), Indicator("b", "s", "positive"))
    >>> part, points = Framework(("A",), (SubIndex("s", 1.0),), items), np.array([[8.0, 4.0]])
    >>> scored = aggregate(points, part, AggregateOptions())
    >>> found = lost_points(points, np.zeros((1, 2)), part, scored, 10.0, AggregateOptions())
    >>> scored.total.tolist(), found.lost.tolist()
    ([70.0], [[15.0, 15.0]])
    """
    shares = indicator_shares(framework, aggregated)
    lost = shares * (top - np.nan_to_num(points))
    se = shares * points_se
    exact = {options.indicator, options.group, options.total} == {"arithmetic"}
    if not exact:
        found = lost.sum(axis=1)
        factor = np.divide(
            options.multiplier * top - aggregated.total, found, out=np.zeros_like(found), where=found > 0
        )
        lost, se = lost * factor[:, None], se * factor[:, None]
    missing = np.isnan(points) | np.isnan(aggregated.total)[:, None] | np.isnan(top)
    notices = () if exact else (Notice("lost_points_shared_out"),)
    if np.isnan(top):
        notices = (Notice("lost_points_without_top"),)
    return LostPoints(np.where(missing, np.nan, lost), np.where(missing, np.nan, se), exact, notices)


def indicator_shares(framework: Framework, aggregated: Aggregated) -> FloatArray:
    """∂total/∂points (U, K): the weight with which each indicator enters each unit's total; 0 where missing.

    NaN derivatives count as 0. Unit: points of the total per point. Raises nothing. Source: Paruolo, Saisana and
    Saltelli 2013, on nominal weights.

    >>> from scoring.engine.aggregate import aggregate
    >>> from scoring.engine.types import Indicator, SubIndex
    >>> items = (Indicator("a", "s", "positive", weight=3), Indicator("b", "s", "positive"))
    >>> part = Framework(("A",), (SubIndex("s", 1.0),), items)
    >>> indicator_shares(part, aggregate(np.array([[8.0, 4.0]]), part, AggregateOptions())).tolist()
    [[7.5, 2.5]]
    """
    position = {code: s for s, code in enumerate(framework.sub_index_codes)}
    outer = aggregated.total_gradient[:, [position[item.sub_index] for item in framework.indicators]]
    shares: FloatArray = np.nan_to_num(aggregated.sub_gradient * outer)
    return shares
