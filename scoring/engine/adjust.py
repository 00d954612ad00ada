"""Adjust: documented bonus and penalty points, capped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.engine.checks import Notice, UnitUnknown
from scoring.engine.types import FloatArray


@dataclass(frozen=True)
class Adjustment:
    """Points given to or taken from a unit for a stated reason, on the scale of the total."""

    unit: str
    points: float
    reason: str
    document: str = ""


@dataclass(frozen=True)
class Adjusted:
    """Adjusted totals (U,), the points applied after capping (U,), and a notice for every cap."""

    total: FloatArray
    applied: FloatArray
    notices: tuple[Notice, ...]


def adjust(
    total: FloatArray,
    units: Sequence[str],
    adjustments: Sequence[Adjustment],
    *,
    max_bonus: float,
    max_penalty: float,
) -> Adjusted:
    """Total + min(Σ bonus, max_bonus) − min(Σ penalty, max_penalty) for each unit.

    Bonuses (points > 0) and penalties (points < 0) are summed and capped apart. A missing total stays
    missing. Raises ``UnitUnknown``.

    Source: decisions of provinces, in which points beside the survey are capped.

    >>> given = [Adjustment("A", 3.0, "one-stop prize"), Adjustment("A", -0.5, "late report")]
    >>> adjust(np.array([70.0]), ["A"], given, max_bonus=2, max_penalty=1).total.tolist()
    [71.5]
    """
    position = {code: u for u, code in enumerate(units)}
    bonus, penalty = np.zeros(len(units)), np.zeros(len(units))
    for item in adjustments:
        if item.unit not in position:
            raise UnitUnknown(item.unit, f"Points are given to {item.unit}, which is not a unit of this block.")
        bonus[position[item.unit]] += max(item.points, 0.0)
        penalty[position[item.unit]] += max(-item.points, 0.0)
    capped = np.flatnonzero((bonus > max_bonus) | (penalty > max_penalty))
    applied = np.minimum(bonus, max_bonus) - np.minimum(penalty, max_penalty)
    return Adjusted(total + applied, applied, tuple(Notice("points_capped", units[int(u)]) for u in capped))
