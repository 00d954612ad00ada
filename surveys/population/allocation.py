"""How many businesses to draw from each stratum: whole numbers, at least two in each (for its variance), never more
than there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Invalid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 2
ROUNDS, CLOSE = 2000, 1e-4


class SampleTooLarge(Invalid):
    code = "sample_too_large"
    sentence = _("The frame has %(population)s businesses: draw no more than that.")


class SampleTooSmall(Invalid):
    code = "sample_too_small"
    sentence = _("With these strata at least %(fewest)s businesses must be drawn: two from each.")


class FloorsTooHigh(Invalid):
    code = "floors_too_high"
    sentence = _("No sample of this size reaches all minimums. Lower them, or draw more businesses.")


@dataclass(frozen=True)
class Floor:
    """A sum over strata that must be reached: Σ share[h]·drawn[h] ≥ at_least."""

    share: Floats
    at_least: float


def bounds(population: Ints, size: int) -> tuple[Floats, Floats]:
    """Fewest and most of each stratum.

    Raises:
        SampleTooLarge, SampleTooSmall
    """
    low = np.minimum(population, FEWEST).astype(np.float64)
    if size > population.sum():
        raise SampleTooLarge(population=int(population.sum()))
    if size < low.sum():
        raise SampleTooSmall(fewest=int(low.sum()))
    return low, population.astype(np.float64)


def proportional(population: Ints, size: int) -> Ints:
    """In proportion to the frame.

    >>> proportional(np.array([600, 300, 100]), 100).tolist()
    [60, 30, 10]
    """
    return by_claims(population, population.astype(np.float64), size)


def neyman(population: Ints, spread: Floats, size: int) -> Ints:
    """In proportion to population × standard deviation (Neyman 1934): the smallest variance for this size.

    >>> neyman(np.array([500, 500]), np.array([1.0, 3.0]), 100).tolist()
    [25, 75]
    """
    return by_claims(population, population * spread, size)


def by_claims(population: Ints, claims: Floats, size: int) -> Ints:
    """Shares in proportion to the claims, held between the bounds, whole by largest remainders."""
    low, high = bounds(population, size)
    return whole(_held(claims, low, high, size), low, high, size)


def _held(claims: Floats, low: Floats, high: Floats, size: float) -> Floats:
    """clip(λ·claims, low, high) with the λ for which the sum is `size`."""
    claims = np.maximum(claims, 1e-9)
    least, most = 0.0, float(np.max(high / claims)) + 1.0
    for _step in range(200):
        middle = (least + most) / 2
        if np.clip(middle * claims, low, high).sum() < size:
            least = middle
        else:
            most = middle
    shares: Floats = np.clip(most * claims, low, high)
    return shares


def whole(shares: Floats, low: Floats, high: Floats, size: int) -> Ints:
    """Whole numbers that add up to `size`, each within its bounds and next to its share."""
    numbers = np.clip(np.floor(shares + 1e-9), low, high)
    while (missing := int(size - numbers.sum())) != 0:
        step = 1 if missing > 0 else -1
        free = numbers < high if step > 0 else numbers > low
        if not free.any():
            break
        order = np.argsort(np.where(free, step * (numbers - shares), np.inf), kind="stable")
        numbers[order[: min(abs(missing), int(free.sum()))]] += step
    return numbers.astype(np.int64)


def with_floors(population: Ints, size: int, floors: Sequence[Floor], groups: Sequence[int] | None = None) -> Ints:
    """As near to proportional as the floors allow: Σ (drawn − proportional)² ÷ proportional is smallest.

    Solved by projecting on the floors, the bounds and the size in turn (Dykstra 1983), then rounded.

    Args:
        groups: number of the locality of each stratum. Sums over a locality are rounded first, and a floor that is for
            one locality alone holds exactly; other floors hold to within the rounding.

    Raises:
        FloorsTooHigh: no sample of this size reaches all floors.
    """
    low, high = bounds(population, size)
    _feasible(low, high, size, floors)
    target = _held(population.astype(np.float64), low, high, size)
    shares = _projected(target, low, high, size, floors)
    return _whole_by_group(shares, low, high, size, np.asarray(groups or [0] * len(population)), floors)


def _feasible(low: Floats, high: Floats, size: int, floors: Sequence[Floor]) -> None:
    from scipy.optimize import linprog  # noqa: PLC0415 - takes a second that no other page should wait for

    found = linprog(
        np.zeros(len(low)),
        A_ub=np.array([-floor.share for floor in floors]) if floors else None,
        b_ub=[-floor.at_least for floor in floors] if floors else None,
        A_eq=np.ones((1, len(low))),
        b_eq=[size],
        bounds=list(zip(low, high, strict=True)),
        method="highs",
    )
    if not found.success:
        raise FloorsTooHigh


def _projected(target: Floats, low: Floats, high: Floats, size: int, floors: Sequence[Floor]) -> Floats:
    """The nearest point to the target, distances divided by it, that keeps to everything."""
    shares = target.copy()
    lifts = np.zeros(len(floors))
    cut = np.zeros(len(target))
    for _round in range(ROUNDS):
        before = shares
        for place, floor in enumerate(floors):
            direction = target * floor.share
            length = float((direction * floor.share).sum())
            start = shares - lifts[place] * direction
            lift = max(0.0, floor.at_least - float((start * floor.share).sum())) / max(length, 1e-12)
            shares, lifts[place] = start + lift * direction, lift
        held = np.clip(shares + cut, low, high)
        cut = shares + cut - held
        shares = held + target * (size - held.sum()) / target.sum()
        if np.abs(shares - before).max() < CLOSE:
            break
    return np.clip(shares, low, high)


def _whole_by_group(
    shares: Floats, low: Floats, high: Floats, size: int, member: Ints, floors: Sequence[Floor]
) -> Ints:
    names = np.unique(member)
    rows = [member == name for name in names]
    totals = np.array([[values[each].sum() for each in rows] for values in (shares, low, high)])
    for place, each in enumerate(rows):
        alone = [floor.at_least for floor in floors if np.array_equal(floor.share, each.astype(np.float64))]
        totals[1, place] = max([totals[1, place], *np.ceil(alone)])
    numbers = np.zeros(len(shares), dtype=np.int64)
    for each, total in zip(rows, whole(totals[0], totals[1], totals[2], size), strict=True):
        numbers[each] = whole(shares[each], low[each], high[each], int(total))
    return numbers
