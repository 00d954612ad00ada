"""How precise each unit would come out if fieldwork ended now.

The same formulas as before the draw (`surveys.population.precision`), with the ratings counted so far instead of those
expected, and the spread of the last edition. While answers are sealed nobody knows from which stratum a rating came, so
the design effect is that of everybody who completed.
"""

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, F, Sum

from surveys.enums import InvitationState
from surveys.models import Edition, Invitation
from surveys.population.plan import VARIABLES
from surveys.population.precision import Spread, half_widths, rank_widths
from surveys.selectors.evidence import evidence_for
from surveys.selectors.monitor import BlockCount, Line, block_counts


@dataclass(frozen=True)
class UnitSoFar:
    """`half_width` of the 95 % interval in points, `ranks`: likely width of its rank range; None without ratings."""

    line: Line
    half_width: float | None
    ranks: float | None


@dataclass(frozen=True)
class BlockSoFar:
    block: BlockCount
    units: tuple[UnitSoFar, ...]
    spread: Spread
    year: int | None
    effect: float

    @property
    def widest(self) -> float:
        return max((unit.half_width for unit in self.units if unit.half_width is not None), default=1.0)


def precision_so_far(edition: Edition) -> list[BlockSoFar]:
    """Units by block, the fewest ratings first. A constant number of queries."""
    effect = _design_effect(edition)
    evidence = evidence_for(edition, VARIABLES[:2])
    found = []
    for block in block_counts(edition):
        spread = evidence.spread.get(block.code, Spread()) if evidence else Spread()
        ratings = np.array([float(line.count) for line in block.units])
        widths = half_widths(ratings, np.full(len(ratings), effect), spread)
        ranks = rank_widths(widths, spread)
        units = tuple(
            UnitSoFar(line, float(width), float(rank)) if np.isfinite(width) else UnitSoFar(line, None, None)
            for line, width, rank in zip(block.units, widths, ranks, strict=True)
        )
        known = evidence is not None and block.code in evidence.spread
        found.append(BlockSoFar(block, units, spread, evidence.year if known and evidence else None, effect))
    return found


def _design_effect(edition: Edition) -> float:
    """Kish's effect of the design weights of everybody who completed; 1 before anybody has."""
    done = Invitation.objects.filter(edition=edition, state=InvitationState.DONE)
    sums = done.aggregate(n=Count("pk"), once=Sum("design_weight"), twice=Sum(F("design_weight") * F("design_weight")))
    return float(sums["n"] * sums["twice"] / sums["once"] ** 2) if sums["n"] else 1.0
