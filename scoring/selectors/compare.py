"""Two runs of an edition side by side."""

from dataclasses import dataclass

from scoring.models import Score, ScoringRun
from scoring.selectors.runs import scores_of


@dataclass(frozen=True)
class Shift:
    """A unit in two runs; a difference is None where one of them has no value."""

    name: str
    before: Score
    after: Score

    @property
    def difference(self) -> float | None:
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    @property
    def climb(self) -> int | None:
        """Ranks gained from the first run to the second; negative when lost."""
        if self.before.rank is None or self.after.rank is None:
            return None
        return self.before.rank - self.after.rank

    @property
    def other_band(self) -> bool:
        return self.before.band != self.after.band


@dataclass(frozen=True)
class BlockShifts:
    name: str
    rows: tuple[Shift, ...]

    @property
    def moved(self) -> int:
        return sum(1 for row in self.rows if row.climb)

    @property
    def farthest(self) -> int:
        return max((abs(row.climb) for row in self.rows if row.climb is not None), default=0)

    @property
    def other_bands(self) -> int:
        return sum(1 for row in self.rows if row.other_band)


def shifts(first: ScoringRun, second: ScoringRun) -> list[BlockShifts]:
    """Every unit that both runs scored, in order of rank of the second. Two queries."""
    before = {score.block_unit_id: score for score in scores_of(first)}
    blocks: dict[str, list[Shift]] = {}
    for after in scores_of(second):
        if after.block_unit_id in before:
            row = Shift(after.block_unit.unit.name, before[after.block_unit_id], after)
            blocks.setdefault(after.block.name, []).append(row)
    return [BlockShifts(name, tuple(rows)) for name, rows in blocks.items()]
