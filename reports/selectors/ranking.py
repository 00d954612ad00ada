"""The league tables of a release: blocks, rows, cells. A constant number of queries, whatever the number of units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import hypot
from typing import Any

from ddci.core.text import vietnamese_sort_key
from reports.selectors.history import earlier_publications, same_yardstick, scores_by_unit
from reports.selectors.publications import PublicationFacts, facts_of
from reports.selectors.scale import Axis, Scale, axis_round, heat_of, median_of, normal_quantile, scale_of
from reports.selectors.words import INSUFFICIENT, WITHHELD, band_name, kind_name, reason_sentence
from scoring.enums import ScoreStatus
from scoring.models import Publication, Score, SubIndexScore
from scoring.selectors.firmness import Firmness, firmness_of
from surveys.models import SubIndex
from surveys.selectors.lineage import lives_of


@dataclass(frozen=True)
class Column:
    """A sub-index of a block; `weight` is its share of the total (0..1)."""

    code: str
    name: str
    meaning: str
    weight: float


@dataclass(frozen=True)
class Cell:
    """A unit's score on a sub-index, with the step 1..7 of its heat."""

    code: str
    value: float | None
    se: float | None
    rank: int | None
    heat: int | None


@dataclass(frozen=True)
class Change:
    """The difference to an earlier edition measured with the same yardstick.

    The interval takes both samples as independent: with businesses in common it errs on the wide side. `p` is Holm's,
    over the `tests` units of the table that can be compared; None where the run was computed before the test was kept.
    """

    year: int
    difference: float
    low: float | None
    high: float | None
    p: float | None = None
    tests: int = 0

    @property
    def certain(self) -> bool:
        """Whether the interval excludes no change."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Parts:
    """What moved a score since an earlier edition, in points that sum to the difference.

    `values`: what was measured; `goalposts`: the ends of the scales; `weights`: weights, means, indicators;
    `adjustment`: bonus and penalty points. `same`: a point means the same in both editions.
    """

    year: int
    difference: float
    values: float
    goalposts: float
    weights: float
    adjustment: float
    same: bool


@dataclass(frozen=True)
class Row:
    """A unit in its league table. `bracket` numbers runs of neighbours that cannot be told apart (None: alone)."""

    code: str
    name: str
    short: str
    kind: str
    status: str
    reason: str
    n: int
    total: float | None
    se: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    marginal_low: int | None
    marginal_high: int | None
    band: str
    band_name: str
    tied_with: tuple[str, ...]
    adjustment: float
    cells: tuple[Cell, ...]
    unit_id: int
    block_unit_id: int
    change: Change | None = None
    parts: Parts | None = None
    bracket: int | None = None

    @property
    def ranked(self) -> bool:
        return self.status == ScoreStatus.RANKED


@dataclass(frozen=True)
class Block:
    """One league table: ranked rows in order of rank, then units without rank in order of name."""

    code: str
    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unranked: tuple[Row, ...]
    axis: Axis
    heat_axis: Axis
    median: float | None
    firmness: Firmness

    @property
    def all_rows(self) -> tuple[Row, ...]:
        return self.rows + self.unranked

    @cached_property
    def by_code(self) -> dict[str, Row]:
        return {row.code: row for row in self.all_rows}

    def values(self, column: str) -> list[float]:
        """The scores of the ranked units on a sub-index."""
        cells = (cell for row in self.rows for cell in row.cells)
        return [cell.value for cell in cells if cell.code == column and cell.value is not None]


@dataclass(frozen=True)
class Ranking:
    facts: PublicationFacts
    scale: Scale
    blocks: tuple[Block, ...]

    def block_of(self, unit_code: str) -> Block:
        """The block in which a unit stands.

        Raises:
            KeyError: the unit is not in this release.
        """
        for block in self.blocks:
            if unit_code in block.by_code:
                return block
        raise KeyError(unit_code)


def ranking(publication: Publication, facts: PublicationFacts | None = None) -> Ranking:
    """The league tables of a release, in the active language. Eight queries at most."""
    scale = scale_of(publication.run.recipe.content)
    cells = _cells(publication)
    grouped: dict[str, list[Score]] = defaultdict(list)
    found = Score.objects.filter(run_id=publication.run_id).select_related("block", "block_unit__unit")
    for score in found.order_by("block__position", "block__code", "block_unit__unit__code"):
        grouped[score.block.code].append(score)
    columns = _columns(publication)
    blocks = [
        _block(scores, columns[code], cells, scale, firmness_of(publication.run.diagnostics, code))
        for code, scores in grouped.items()
    ]
    changed = _with_changes(publication, blocks, scale)
    return Ranking(facts or facts_of(publication), scale, tuple(changed))


def _columns(publication: Publication) -> dict[str, tuple[Column, ...]]:
    """The sub-indices of each block as the recipe weights them, named as the framework names them."""
    named = {item.code: item for item in SubIndex.objects.filter(edition_id=publication.edition_id)}
    by_block = {}
    for block, parts in publication.run.recipe.content["blocks"].items():
        total = sum(item["weight"] for item in parts["sub_indices"]) or 1.0
        by_block[block] = tuple(
            Column(item["code"], named[item["code"]].name, named[item["code"]].meaning, item["weight"] / total)
            for item in parts["sub_indices"]
        )
    return by_block


def _cells(publication: Publication) -> dict[tuple[int, str], tuple[float | None, float | None, int | None]]:
    rows = SubIndexScore.objects.filter(run_id=publication.run_id)
    found = rows.values_list("block_unit_id", "sub_index__code", "value", "se", "rank")
    return {(unit, code): (value, se, rank) for unit, code, value, se, rank in found}


def _block(
    scores: Sequence[Score],
    columns: tuple[Column, ...],
    cells: dict[tuple[int, str], tuple[float | None, float | None, int | None]],
    scale: Scale,
    firmness: Firmness,
) -> Block:
    shown = [score for score in scores if score.status != ScoreStatus.WITHHELD]
    values = [cells.get((score.block_unit_id, column.code), (None,))[0] for score in shown for column in columns]
    heat_axis = axis_round(values, 1, (scale.part_low, scale.part_high))
    rows = [_row(score, columns, cells, heat_axis) for score in scores]
    ranked = sorted((row for row in rows if row.ranked), key=lambda row: (row.rank or 0, vietnamese_sort_key(row.name)))
    others = sorted((row for row in rows if not row.ranked), key=lambda row: vietnamese_sort_key(row.name))
    ends = [end for row in ranked for end in (row.low, row.high, row.total)]
    return Block(
        code=scores[0].block.code,
        name=scores[0].block.name,
        columns=columns,
        rows=tuple(bracketed(ranked)),
        unranked=tuple(others),
        axis=axis_round(ends, 10, (scale.low, scale.high)),
        heat_axis=heat_axis,
        median=median_of(row.total for row in ranked),
        firmness=firmness,
    )


def _row(
    score: Score,
    columns: tuple[Column, ...],
    cells: dict[tuple[int, str], tuple[float | None, float | None, int | None]],
    heat_axis: Axis,
) -> Row:
    unit, ranked = score.block_unit.unit, score.status == ScoreStatus.RANKED
    withheld = score.status == ScoreStatus.WITHHELD
    return Row(
        code=unit.code,
        name=unit.name,
        short=unit.short,
        kind=kind_name(unit.kind),
        status=score.status,
        reason=_reason(score),
        n=score.n,
        total=score.total if ranked else None,
        se=score.se if ranked else None,
        low=score.low if ranked else None,
        high=score.high if ranked else None,
        rank=score.rank,
        rank_low=score.rank_low,
        rank_high=score.rank_high,
        marginal_low=score.marginal_low,
        marginal_high=score.marginal_high,
        band=score.band if score.rank else "",
        band_name=band_name(score.band) if score.rank else "",
        tied_with=tuple(score.tied_with),
        adjustment=score.adjustment,
        cells=tuple(
            Cell(column.code, value, se, rank, heat_of(value, heat_axis))
            for column in columns
            for value, se, rank in [
                (None, None, None) if withheld else cells.get((score.block_unit_id, column.code), (None, None, None))
            ]
        ),
        unit_id=unit.pk,
        block_unit_id=score.block_unit_id,
    )


def _reason(score: Score) -> str:
    if score.status == ScoreStatus.WITHHELD:
        return score.block_unit.withheld_reason or str(WITHHELD)
    if score.status == ScoreStatus.INSUFFICIENT:
        return reason_sentence(score.reason, INSUFFICIENT) or str(INSUFFICIENT)
    return ""


def bracketed(rows: Sequence[Row]) -> list[Row]:
    """Rows in order of rank, with neighbours joined while every pair of them cannot be told apart."""
    runs: list[list[Row]] = []
    for row in rows:
        if runs and all(row.code in member.tied_with or member.code in row.tied_with for member in runs[-1]):
            runs[-1].append(row)
        else:
            runs.append([row])
    joined = (run for run in runs if len(run) > 1)
    numbers = {row.code: number for number, run in enumerate(joined, start=1) for row in run}
    return [replace(row, bracket=numbers.get(row.code)) for row in rows]


def _with_changes(publication: Publication, blocks: Iterable[Block], scale: Scale) -> list[Block]:
    """The blocks with each unit's change since the latest earlier edition, and what it is made of."""
    earlier, found = earlier_publications(publication.edition)[:1], list(blocks)
    if not earlier:
        return found
    recipe, then = publication.run.recipe.content, earlier[0]
    steady = {block.code for block in found if same_yardstick(recipe, then.run.recipe.content, block.code)}
    lives, before = lives_of(publication.edition.province_id), scores_by_unit(then)
    year, kept = then.edition.year, {block.code: _kept(publication, then, block.code) for block in found}

    def changed(row: Row, block: str) -> Row:
        facts = kept[block].get(row.code, {})
        row = replace(row, parts=_parts(facts, year, same=block in steady))
        life = lives.of(row.unit_id, publication.edition.year)
        score = next((before[unit, block] for unit in sorted(life.unit_ids) if (unit, block) in before), None)
        if block not in steady or score is None or life.since > year:
            return row
        tests = sum(1 for each in kept[block].values() if each.get("p") is not None)
        return replace(row, change=_tested(change_between(row, score, year, scale), facts, tests))

    return [replace(block, rows=tuple(changed(row, block.code) for row in block.rows)) for block in found]


def _kept(publication: Publication, earlier: Publication, block: str) -> Mapping[str, Mapping[str, Any]]:
    """Tests and parts by unit that the run kept, if the earlier edition still stands as it did then."""
    facts = publication.run.diagnostics["blocks"][block].get("change") or {}
    found: Mapping[str, Mapping[str, Any]] = facts.get("units", {})
    return found if facts.get("result") == earlier.run.result_sha256 else {}


def _parts(facts: Mapping[str, Any], year: int, *, same: bool) -> Parts | None:
    if "values" not in facts:
        return None
    return Parts(
        year=year,
        difference=facts["change"],
        values=facts["values"],
        goalposts=facts["goalposts"],
        weights=facts["weights"],
        adjustment=facts["adjustment"],
        same=same,
    )


def _tested(change: Change | None, facts: Mapping[str, Any], tests: int) -> Change | None:
    """The change with the test over all units of the table, where the run kept one."""
    if change is None or facts.get("p_holm") is None:
        return change
    return replace(change, p=facts["p_holm"], tests=tests)


def change_between(row: Row, then: Score, year: int, scale: Scale) -> Change | None:
    """The change of a ranked unit since an earlier score; None unless both are ranked in the same block's table."""
    if row.total is None or then.total is None or then.status != ScoreStatus.RANKED:
        return None
    difference = row.total - then.total
    if row.se is None or then.se is None:
        return Change(year, difference, None, None)
    half = hypot(row.se, then.se) * normal_quantile(scale.confidence)
    return Change(year, difference, difference - half, difference + half)
