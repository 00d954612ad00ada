"""What may be compared over the years: units whose life was not broken, scores measured with the same yardstick."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scoring.models import Publication, Score
from surveys.enums import LineageKind
from surveys.models import Edition, UnitLineage


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


def earlier_publications(edition: Edition) -> list[Publication]:
    """The newest release of each earlier edition of the province, latest year first. One query."""
    found = (
        Publication.objects.filter(edition__province_id=edition.province_id, edition__year__lt=edition.year)
        .select_related("edition", "run__recipe")
        .defer("run__diagnostics")
        .order_by("-edition__year", "-release")
    )
    newest: dict[int, Publication] = {}
    for publication in found:
        newest.setdefault(publication.edition_id, publication)
    return list(newest.values())


def same_yardstick(now: Mapping[str, Any], then: Mapping[str, Any], block: str) -> bool:
    """Whether a point means the same in both recipes: same parts, weights, aggregation, and goalposts that stay.

    Goalposts taken from the units of one edition move with them, so that nothing can be said about change.
    """
    if block not in now["blocks"] or block not in then["blocks"]:
        return False
    return _steady(now, block) and _ruler(now, block) == _ruler(then, block)


def _steady(recipe: Mapping[str, Any], block: str) -> bool:
    normalise = recipe["normalise"]
    codes = [item["code"] for item in recipe["blocks"][block]["indicators"]]
    kinds = {normalise["indicators"].get(code, {}).get("goalposts", normalise["goalposts"]) for code in codes}
    return kinds <= {"fixed", "pooled"}


def _ruler(recipe: Mapping[str, Any], block: str) -> tuple[Any, ...]:
    normalise = {key: value for key, value in recipe["normalise"].items() if key not in {"base", "restarts"}}
    parts = recipe["blocks"][block]
    return (normalise, recipe["aggregate"], parts["sub_indices"], parts.get("groups", []), parts["indicators"])


def scores_by_unit(publication: Publication) -> dict[tuple[int, str], Score]:
    """The scores of a release by unit id and code of the block. One query."""
    found = Score.objects.filter(run_id=publication.run_id).select_related("block", "block_unit")
    return {(score.block_unit.unit_id, score.block.code): score for score in found}
