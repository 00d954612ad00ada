"""Lost points: where a unit leaves its points behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.aggregate import Aggregated, AggregateOptions
from scoring.engine.types import FloatArray, Framework


@dataclass(frozen=True)
class LostPoints:
    """Points of the total lost on each indicator (U, K), their standard errors, and whether the sum is exact."""

    lost: FloatArray
    se: FloatArray
    exact: bool


def lost_points(
    points: FloatArray,
    points_se: FloatArray,
    framework: Framework,
    aggregated: Aggregated,
    target: tuple[float, float],
    options: AggregateOptions,
) -> LostPoints:
    """What each indicator costs a unit: multiplier · share_k · (b − Y_uk).

    With arithmetic means on every level the sum over indicators is exactly the greatest possible total
    minus the unit's total before adjustment (100 − total on the range 1..10). Other means are spread in
    proportion to weight and distance, so that the sum is right but the parts are a convention (``exact`` is
    False). Missing indicators lose nothing: their weight has gone to the others.
    """
    shares = indicator_shares(framework, aggregated)
    top = options.multiplier * target[1]
    lost = shares * (target[1] - np.nan_to_num(points))
    se = shares * np.nan_to_num(points_se)
    exact = {options.indicator, options.group, options.total} == {"arithmetic"}
    if not exact:
        found = lost.sum(axis=1)
        factor = np.divide(top - aggregated.total, found, out=np.zeros_like(found), where=found > 0)
        lost, se = lost * factor[:, None], se * factor[:, None]
    missing = np.isnan(points) | np.isnan(aggregated.total)[:, None]
    return LostPoints(np.where(missing, np.nan, lost), np.where(missing, np.nan, se), exact)


def indicator_shares(framework: Framework, aggregated: Aggregated) -> FloatArray:
    """∂total/∂points (U, K): the weight with which each indicator enters each unit's total; 0 where missing."""
    position = {code: s for s, code in enumerate(framework.sub_index_codes)}
    outer = aggregated.total_gradient[:, [position[item.sub_index] for item in framework.indicators]]
    shares: FloatArray = np.nan_to_num(aggregated.sub_gradient * outer)
    return shares
