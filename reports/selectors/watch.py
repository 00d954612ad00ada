"""The watch list: what of a unit fell in edition after edition. A constant number of queries.

Totals and sub-indices count only where all editions share a yardstick. Indicators count by their measured values, which
need no goalposts, where their definition stayed the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

import pandas as pd

from accounts.models import in_language
from reports.selectors.history import earlier_publications, same_yardstick
from scoring.engine.change import falling
from scoring.enums import RunState, ScoreStatus
from scoring.models import IndicatorScore, Score, ScoringRun, SubIndexScore
from scoring.selectors.runs import runs_of
from surveys.enums import Direction, IndicatorKind
from surveys.models import BlockUnit, Edition, Indicator
from surveys.selectors.lineage import Lives, lives_of

TIMES, FEWEST = 3, 2
BEYOND = 1.96  # standard errors, as in scoring.engine.change.falling
DEFINES = ("direction", "statistic", "share_of", "question", "scale")
TOTAL, SUB_INDEX, INDICATOR = "total", "sub_index", "indicator"
GAP = " "  # in no code
Key = tuple[str, str]  # block and code of the unit in the edition shown
Item = tuple[str, str]  # kind and code


@dataclass(frozen=True)
class Value:
    """A value in one edition; `beyond`: whether the fall to it exceeds chance (None: no known error, or the first)."""

    year: int
    value: float
    beyond: bool | None


@dataclass(frozen=True)
class Line:
    """Something of a unit that fell in each of the last editions, oldest value first.

    `statistic` of an indicator; its value is in its own unit, `measure`, and falling means that it became worse.
    """

    block: str
    unit: str
    unit_name: str
    kind: str
    name: str
    statistic: str
    measure: str
    values: tuple[Value, ...]

    @property
    def falls(self) -> int:
        return len(self.values) - 1

    @property
    def beyond(self) -> tuple[int, ...]:
        """The years whose fall exceeds chance."""
        return tuple(each.year for each in self.values if each.beyond)


@dataclass(frozen=True)
class WatchList:
    """`times`: falls in a row that were asked for, three or, with too few editions, two; 0 with fewer still.

    `moved`: names of blocks whose totals and sub-indices cannot be compared over these years.
    """

    times: int
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    moved: tuple[str, ...]

    def of(self, unit: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.unit == unit)


PLACE = ("run_id", "block_unit_id", "block_unit__block__code", "block_unit__unit_id")
SUB_INDEX_FACTS = ("sub_index__code", "sub_index__name_vi", "sub_index__name_en", "value", "se")


@dataclass(frozen=True)
class _Known:
    """A value with its error, and what it is called."""

    value: float
    se: float | None
    sign: int
    name: str
    statistic: str = ""
    measure: str = ""


Table = dict[tuple[Key, Item], _Known]


def run_watched(edition: Edition) -> ScoringRun | None:
    """The run whose watch list an edition has: that of the newest release, else the newest complete one."""
    complete = list(runs_of(edition).filter(state=RunState.COMPLETE))
    released = [(found.release, run) for run in complete for found in run.publications.all()]
    return max(released, key=lambda pair: pair[0])[1] if released else next(iter(complete), None)


def watch_list(run: ScoringRun) -> WatchList:
    """What fell in each of the last editions up to this run, by block, unit and kind. Ten queries at most."""
    runs = [*(found.run for found in reversed(earlier_publications(run.edition)[:TIMES])), run]
    years = {each.pk: each.edition.year for each in runs}
    times, names = min(TIMES, len(runs) - 1), _names(run.edition)
    if times < FEWEST:
        return WatchList(0, tuple(years.values()), (), ())
    keys = _keys(run.edition, lives_of(run.edition.province_id), list(years.values()))
    tables = _tables(runs, years, keys)
    moved = _moved(runs, sorted({block for block, _code in names}))
    _drop_incomparable(tables, runs, moved)
    blocks = {block: name for (block, _code), (name, _unit) in names.items()}
    return WatchList(
        times=times,
        years=tuple(years.values()),
        lines=tuple(_lines([tables[each.pk] for each in runs], list(years.values()), times, names)),
        moved=tuple(blocks[block] for block in moved),
    )


def _names(edition: Edition) -> dict[Key, tuple[str, str]]:
    """Names of block and unit by their codes, in order of publication."""
    rows = BlockUnit.objects.filter(block__edition=edition).select_related("block", "unit")
    rows = rows.order_by("block__position", "block__code", "unit__code")
    return {(row.block.code, row.unit.code): (row.block.name, row.unit.name) for row in rows}


def _keys(edition: Edition, lives: Lives, years: Sequence[int]) -> dict[tuple[int, str, int], Key]:
    """(year, block, unit id) → block and code in the edition shown, as far as the unit's life is unbroken."""
    found: dict[tuple[int, str, int], Key] = {}
    rows = BlockUnit.objects.filter(block__edition=edition).order_by("block__code", "unit__code")
    for block, unit, code in rows.values_list("block__code", "unit_id", "unit__code"):
        life = lives.of(unit, edition.year)
        for year in years:
            if life.since <= year:
                found |= {(year, block, each): (block, code) for each in life.unit_ids}
    return found


def _tables(
    runs: Sequence[ScoringRun], years: Mapping[int, int], keys: Mapping[tuple[int, str, int], Key]
) -> dict[int, Table]:
    """The values of every run by unit and item; of ranked units only. Four queries."""
    tables: dict[int, Table] = {each.pk: {} for each in runs}
    ranked: set[tuple[int, int]] = set()
    # Thousands of rows of a few hundred things: plain values, and each thing's facts once.
    scores = Score.objects.filter(run__in=tables, status=ScoreStatus.RANKED).order_by("run", "block_unit")
    for run, rated, block, unit, total, error in scores.values_list(*PLACE, "total", "se"):
        ranked.add((run, rated))
        key = keys.get((years[run], block, unit))
        if key is not None and total is not None:
            tables[run][key, (TOTAL, "")] = _Known(total, error, 1, "")
    parts = SubIndexScore.objects.filter(run__in=tables, value__isnull=False)
    parts = parts.order_by("run", "block_unit", "sub_index")
    for run, rated, block, unit, code, vi, en, value, error in parts.values_list(*PLACE, *SUB_INDEX_FACTS):
        key = keys.get((years[run], block, unit))
        if key is not None and (run, rated) in ranked:
            tables[run][key, (SUB_INDEX, code)] = _Known(value or 0.0, error, 1, in_language(vi, en))
    facts = _facts({each.edition_id for each in runs})
    items = IndicatorScore.objects.filter(run__in=tables, raw__isnull=False).order_by("run", "block_unit", "indicator")
    for run, rated, block, unit, indicator, raw, error in items.values_list(*PLACE, "indicator_id", "raw", "raw_se"):
        key = keys.get((years[run], block, unit))
        if key is not None and (run, rated) in ranked:
            fact = facts[indicator]
            tables[run][key, (INDICATOR, fact[0])] = _Known(raw or 0.0, None if fact[1] else error, *fact[2:])
    return tables


def _facts(editions: set[int]) -> dict[int, tuple[str, bool, int, str, str, str]]:
    """Code of each indicator, whether records give it, the sign by which falling is worse, name, statistic, measure."""
    return {
        each.pk: (
            each.code,
            each.kind == IndicatorKind.HARD,
            -1 if each.direction == Direction.NEGATIVE else 1,
            each.name,
            each.statistic,
            each.measure,
        )
        for each in Indicator.objects.filter(edition__in=editions).order_by("pk")
    }


def _moved(runs: Sequence[ScoringRun], blocks: Sequence[str]) -> list[str]:
    """Blocks whose points do not mean the same in all editions."""
    now = runs[-1].recipe.content
    return [block for block in blocks if not all(same_yardstick(now, each.recipe.content, block) for each in runs)]


def _drop_incomparable(tables: Mapping[int, Table], runs: Sequence[ScoringRun], moved: Sequence[str]) -> None:
    """Take out totals and sub-indices on moved yardsticks, and indicators that were defined in another way."""
    defined = {each.pk: _definitions(each.recipe.content) for each in runs}
    now = defined[runs[-1].pk]
    for pk, table in tables.items():
        for (block, code), (kind, item) in list(table):
            other = kind == INDICATOR and defined[pk].get((block, item)) != now.get((block, item))
            if other or (kind != INDICATOR and block in moved):
                del table[(block, code), (kind, item)]


def _definitions(recipe: Mapping[str, Any]) -> dict[Key, list[Any]]:
    return {
        (block, item["code"]): [item.get(name) for name in DEFINES]
        for block, parts in recipe["blocks"].items()
        for item in parts["indicators"]
    }


def _lines(
    tables: Sequence[Table], years: Sequence[int], times: int, names: Mapping[Key, tuple[str, str]]
) -> list[Line]:
    """What `falling` finds, block by block: most falls beyond chance first, then by unit, totals before their parts."""
    found = falling([_frame(table) for table in tables], "item", times=times)
    fell: dict[Key, list[Item]] = defaultdict(list)
    for unit, item in found[["unit", "item"]].to_numpy():
        block, code = unit.split(GAP)
        kind, part = item.split(GAP)
        fell[block, code].append((kind, part))
    order = (TOTAL, SUB_INDEX, INDICATOR)
    lines = [
        _line(names[key], (key, item), tables[-times - 1 :], years[-times - 1 :])
        for key in names
        for item in sorted(fell[key], key=lambda each: (order.index(each[0]), each[1]))
    ]
    blocks = list(dict.fromkeys(block for block, _unit in names.values()))
    return sorted(lines, key=lambda line: (blocks.index(line.block), -len(line.beyond)))


def _frame(table: Table) -> pd.DataFrame:
    """As the engine reads it: codes joined to one text, values turned so that falling is worse."""
    rows = [
        (GAP.join(unit), GAP.join(item), known.sign * known.value, known.se) for (unit, item), known in table.items()
    ]
    return pd.DataFrame(rows, columns=["unit", "item", "score", "se"]).astype({"score": float, "se": float})


def _line(names: tuple[str, str], place: tuple[Key, Item], tables: Sequence[Table], years: Sequence[int]) -> Line:
    known = [table[place] for table in tables]
    values = [Value(years[0], known[0].value, None)]
    for year, before, after in zip(years[1:], known, known[1:], strict=False):
        fall, errors = before.sign * (before.value - after.value), (before.se, after.se)
        beyond = None if None in errors else fall > BEYOND * hypot(*(error or 0.0 for error in errors))
        values.append(Value(year, after.value, beyond))
    last = known[-1]
    (_block, unit), (kind, _code) = place
    return Line(names[0], unit, names[1], kind, last.name, last.statistic, last.measure, tuple(values))
