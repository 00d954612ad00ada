"""On which scale a recipe's scores run, and the axes on which a block's scores are drawn."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist, median
from typing import Any

from ddci.templatetags.ddci_figures import heat_step

Axis = tuple[float, float]
NOTHING = 1e-9  # a shorter half of an interval is rounding


@dataclass(frozen=True)
class Scale:
    """Lowest and highest possible total and sub-index score, and the confidence of intervals and rank ranges."""

    low: float
    high: float
    part_low: float
    part_high: float
    confidence: float


def scale_of(recipe: Mapping[str, Any]) -> Scale:
    """The scale of a complete recipe: 10..100 for totals and 1..10 for sub-indices by default."""
    low, high = recipe["normalise"]["target"]
    times = recipe["aggregate"]["multiplier"]
    return Scale(low * times, high * times, low, high, recipe["uncertainty"]["confidence"])


def axis_round(values: Iterable[float | None], step: float, bounds: Axis) -> Axis:
    """The smallest axis on multiples of `step` that holds all values, at least two steps long, inside the bounds."""
    present = [value for value in values if value is not None]
    if not present:
        return bounds
    low = max(math.floor(min(present) / step) * step, bounds[0])
    high = min(math.ceil(max(present) / step) * step, bounds[1])
    if high - low < 2 * step:
        low, high = max(low - step, bounds[0]), min(high + step, bounds[1])
    return (low, high)


def heat_of(value: float | None, axis: Axis) -> int | None:
    """Step 1..7 of the heat ramp on an axis; None for an absent value."""
    return heat_step(value, f"{axis[0]},{axis[1]}")


def median_of(values: Iterable[float | None]) -> float | None:
    """The median of the values that are present; None without any."""
    present = [value for value in values if value is not None]
    return median(present) if present else None


def half_width(se: float | None, confidence: float) -> float | None:
    """Half the length of a normal confidence interval."""
    return None if se is None else se * normal_quantile(confidence)


def part_interval(value: float | None, se: float | None, scale: Scale) -> tuple[float | None, float | None]:
    """The interval of a sub-index, cut at the ends of its scale.

    A standard error of zero is no certainty but a unit that sets the end of the scale: it has no interval.
    """
    half = half_width(se, scale.confidence)
    if value is None or half is None or half < NOTHING:
        return None, None
    return max(value - half, scale.part_low), min(value + half, scale.part_high)


def normal_quantile(confidence: float) -> float:
    """1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
