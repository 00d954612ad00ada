"""What is chosen before a sample is drawn."""

from dataclasses import asdict, dataclass
from typing import Any

from surveys.enums import Allocation

VARIABLES = ("type", "locality", "sector", "size", "age")


@dataclass(frozen=True)
class Plan:
    """`variables`: the most important first, small cells are joined along the last. `smallest`: businesses that a
    stratum has at least. `locality_floor`: drawn in each locality; `unit_floor`: ratings expected of each unit, both
    only with the allocation `floor`. `reserve`: its share of the main sample, in `waves` parts.
    """

    size: int
    variables: tuple[str, ...] = ("type", "locality")
    allocation: str = Allocation.PROPORTIONAL
    smallest: int = 20
    locality_floor: int = 0
    unit_floor: int = 0
    response_rate: float = 0.4
    reserve: float = 0.0
    waves: int = 1
    seed: int = 0

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "variables": list(self.variables)}
