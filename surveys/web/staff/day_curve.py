"""Completed over the days against the plan, as coordinates of a drawing 480 by 200."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from surveys.models import Edition
from surveys.selectors.progress import Day

LEFT, RIGHT, TOP, BOTTOM = 44.0, 460.0, 20.0, 164.0


@dataclass(frozen=True)
class DayCurve:
    """`line`: completed by day; `plan`: from nothing to the target; `last`: place of the last day."""

    line: str
    plan: str
    last: tuple[str, str]
    first_day: date
    last_day: date
    highest: float
    day: Day
    target: float | None


def day_curve(edition: Edition, days: Sequence[Day], target: float | None) -> DayCurve | None:
    """None as long as no day was counted."""
    if not days:
        return None
    first = min(filter(None, (edition.opens_on, days[0].day)))
    last = max(filter(None, (edition.closes_on, days[-1].day)))
    length = max((last - first).days + 1, 1)
    highest = max(target or 0.0, float(days[-1].done), 1.0)

    def at(ended: float, done: float) -> tuple[str, str]:
        x = LEFT + (RIGHT - LEFT) * ended / length
        return f"{x:.1f}", f"{BOTTOM - (BOTTOM - TOP) * done / highest:.1f}"

    places = [at(0, 0), *(at((each.day - first).days + 1, each.done) for each in days)]
    plan = ""
    if target and edition.opens_on and edition.closes_on:
        ends = [at((edition.opens_on - first).days, 0), at((edition.closes_on - first).days + 1, target)]
        plan = " ".join(",".join(place) for place in ends)
    line = " ".join(",".join(place) for place in places)
    return DayCurve(line, plan, places[-1], first, last, highest, days[-1], target)
