"""Two rankings of an edition side by side: of two runs, or of a run and a trial."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from scoring.models import Score, ScoringRun
from scoring.selectors.runs import scores_of

NOTHING = 5e-9  # rounding


@dataclass(frozen=True)
class Cause:
    """How many points each part moved a unit's total: measured values, goalposts, weights and means, bonus points, and
    the responses left out.
    """

    values: float
    goalposts: float
    weights: float
    adjustment: float
    exclusions: float = 0.0

    @property
    def main(self) -> str:
        """The name of the part that moved most; empty where nothing moved."""
        parts = {each.name: abs(getattr(self, each.name)) for each in fields(self)}
        name = max(parts, key=lambda part: parts[part])
        return name if parts[name] > NOTHING else ""

    @property
    def most(self) -> float:
        """The points of that part."""
        return float(getattr(self, self.main)) if self.main else 0.0


@dataclass(frozen=True)
class Shift:
    """A unit in two runs; a difference is None where one of them has no value, the cause where it is not known."""

    name: str
    before: Score
    after: Score
    cause: Cause | None = None

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
    def within(self) -> bool | None:
        """Whether the new rank lies in the rank range of the old one; None where there is no range."""
        low, high, rank = self.before.rank_low, self.before.rank_high, self.after.rank
        return None if low is None or high is None or rank is None else low <= rank <= high

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
    def largest(self) -> Shift | None:
        """The unit that moves by most ranks, of several the one whose total moves most; None where none moves."""
        moved = [row for row in self.rows if row.climb]
        return max(moved, key=lambda row: (abs(row.climb or 0), abs(row.difference or 0.0)), default=None)

    @property
    def beyond(self) -> int:
        """How many units leave the rank range that the first run gave them."""
        return sum(1 for row in self.rows if row.within is False)

    @property
    def excluding(self) -> bool:
        """Whether other responses moved any unit."""
        return any(row.cause is not None and abs(row.cause.exclusions) > NOTHING for row in self.rows)

    @property
    def other_bands(self) -> int:
        return sum(1 for row in self.rows if row.other_band)


def shifts(first: ScoringRun, second: ScoringRun, causes: Mapping[int, Cause] | None = None) -> list[BlockShifts]:
    """Every unit that both runs scored, in order of rank of the second. Two queries."""
    before = {score.block_unit_id: score for score in scores_of(first)}
    found = [(before[after.block_unit_id], after) for after in scores_of(second) if after.block_unit_id in before]
    return _by_block(found, causes or {})


def trial_shifts(run: ScoringRun, trial: Mapping[int, Score], causes: Mapping[int, Cause]) -> list[BlockShifts]:
    """Every unit of a run beside its unsaved score in a trial, in order of rank of the trial. One query."""
    found = [(score, trial[score.block_unit_id]) for score in scores_of(run) if score.block_unit_id in trial]
    found.sort(key=lambda pair: (pair[0].block.position, pair[1].rank is None, pair[1].rank or 0))
    return _by_block(found, causes)


def _by_block(pairs: Iterable[tuple[Score, Score]], causes: Mapping[int, Cause]) -> list[BlockShifts]:
    blocks: dict[str, list[Shift]] = {}
    for before, after in pairs:
        row = Shift(before.block_unit.unit.name, before, after, causes.get(after.block_unit_id))
        blocks.setdefault(before.block.name, []).append(row)
    return [BlockShifts(name, tuple(rows)) for name, rows in blocks.items()]
