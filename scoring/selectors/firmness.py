"""How firmly the ranks of a run stand, as it was kept with the run (scoring.frames.robustness)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Swap:
    """Two neighbours by their codes, and the fewest responses whose absence would swap them (0: no number of them)."""

    higher: str
    lower: str
    gap: float
    responses: int


@dataclass(frozen=True)
class Firmness:
    """A block's swaps in order of rank; by unit its ranks over drawn weights and its effective number of ratings.

    Runs computed before these were kept have none of them.
    """

    swaps: tuple[Swap, ...] = ()
    draws: int = 0
    coverage: float = 0.0
    concentration: float = 0.0
    weightings: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    effective: Mapping[str, float] = field(default_factory=dict)

    @property
    def closest(self) -> Swap | None:
        """The neighbours that the fewest responses hold in their order."""
        return min((swap for swap in self.swaps if swap.responses), key=lambda swap: swap.responses, default=None)


def firmness_of(diagnostics: Mapping[str, Any], block: str) -> Firmness:
    """What a run's diagnostics say of a block."""
    facts = diagnostics.get("blocks", {}).get(block, {})
    drawn = facts.get("weightings", {})
    return Firmness(
        swaps=tuple(Swap(**swap) for swap in facts.get("fragility", [])),
        draws=drawn.get("draws", 0),
        coverage=drawn.get("coverage", 0.0),
        concentration=drawn.get("concentration", 0.0),
        weightings={code: (low, high) for code, (low, high) in drawn.get("units", {}).items()},
        effective=facts.get("effective", {}),
    )
