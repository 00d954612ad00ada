"""Under which rows a unit lived without a break: back through changes of name, until a merger or split."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from surveys.enums import LineageKind
from surveys.models import BlockUnit, Edition, UnitLineage


@dataclass(frozen=True)
class Life:
    """Under which unit rows a unit lived without a break, and since which year (0: always).

    `broken_by` and `broken_on` tell of the merger or split before which nothing can be compared.
    """

    unit_ids: frozenset[int]
    since: int = 0
    broken_by: str = ""
    broken_on: date | None = None


class Lives:
    """The lineage of a province's units, read once."""

    def __init__(self, rows: list[UnitLineage]) -> None:
        self._came_from: dict[int, list[UnitLineage]] = defaultdict(list)
        self._became: dict[int, list[UnitLineage]] = defaultdict(list)
        for row in rows:
            self._came_from[row.successor_id].append(row)
            self._became[row.predecessor_id].append(row)

    def of(self, unit_id: int, year: int) -> Life:
        """The life of a unit up to `year`: back through changes of name, until a merger or split."""
        ids, current = {unit_id}, unit_id
        while True:
            breaks = [row for row in self._breaks(current) if row.on.year <= year]
            if breaks:
                last = max(breaks, key=lambda row: row.on)
                return Life(frozenset(ids), last.on.year, last.kind, last.on)
            renamed = [row for row in self._came_from[current] if row.kind == LineageKind.RENAMED]
            if len(renamed) != 1 or renamed[0].predecessor_id in ids:
                return Life(frozenset(ids))
            current = renamed[0].predecessor_id
            ids.add(current)

    def _breaks(self, unit_id: int) -> list[UnitLineage]:
        grew = [row for row in self._came_from[unit_id] if row.kind != LineageKind.RENAMED]
        gave = [row for row in self._became[unit_id] if row.kind == LineageKind.SPLIT]
        return grew + gave


def lives_of(province_id: int) -> Lives:
    """One query."""
    rows = UnitLineage.objects.filter(successor__province_id=province_id)
    return Lives(list(rows.order_by("on", "predecessor_id", "successor_id")))


def lineage_between(later: Edition, earlier: Edition) -> dict[str, dict[str, str]]:
    """Block → code of a unit in the later edition → its code in the earlier one, for unbroken lives. Three queries."""
    lives = lives_of(later.province_id)
    before = {(block, unit): code for block, unit, code in _rated(earlier)}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for block, unit, code in _rated(later):
        life = lives.of(unit, later.year)
        then = next((before[block, each] for each in sorted(life.unit_ids) if (block, each) in before), None)
        if then is not None and life.since <= earlier.year:
            found[block][code] = then
    return found


def _rated(edition: Edition) -> list[tuple[str, int, str]]:
    rows = BlockUnit.objects.filter(block__edition=edition).order_by("block__code", "unit__code")
    return list(rows.values_list("block__code", "unit_id", "unit__code"))
