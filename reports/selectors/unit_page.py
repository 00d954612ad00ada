"""One unit's result: its profile against the others, its indicators, what cost points, its years."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from accounts.models import in_language
from reports.selectors.history import earlier_publications, same_yardstick
from reports.selectors.publications import PublicationFacts
from reports.selectors.ranking import Block, Cell, Column, Ranking, Row, ranking
from reports.selectors.scale import NOTHING, Scale, half_width, median_of, part_interval
from reports.selectors.words import MISSING, reason_sentence
from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Publication, Score
from scoring.selectors.contradictions import Contrast, contrasts_of
from surveys.enums import CommentState, IndicatorKind
from surveys.models import Comment, HardValue
from surveys.selectors.lineage import Life, lives_of

YEARS_SHOWN = 5
Medians = dict[int, float | None]


class UnitNotRated(LookupError):
    """The release has no unit of this code."""


@dataclass(frozen=True)
class ProfileRow:
    """A sub-index of the unit beside the median and the best of its block (ranked units only)."""

    column: Column
    cell: Cell
    low: float | None
    high: float | None
    median: float | None
    best: float | None
    peers: tuple[float, ...]

    @property
    def ahead(self) -> float | None:
        """How far above the median of the block (negative: below)."""
        return None if self.cell.value is None or self.median is None else self.cell.value - self.median


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator of the unit.

    `raw` is in its own unit (a share as 0..1), `points` on the scale of sub-indices, `lost` on that of the total.
    `reason` says in a sentence why `raw` or `points` is missing; `period` and `source` belong to administrative data.
    """

    code: str
    name: str
    sub_index: str
    sub_index_name: str
    group: str
    hard: bool
    direction: str
    statistic: str
    measure: str
    raw: float | None
    raw_se: float | None
    raw_median: float | None
    points: float | None
    n: int
    reason: str
    lost: float | None
    lost_low: float | None
    lost_high: float | None
    period: str = ""
    source: str = ""


@dataclass(frozen=True)
class Year:
    """The unit in one published edition. `comparable`: a point means the same as in the edition shown.

    Of the edition shown itself it says whether its recipe can be compared with anything at all.
    """

    year: int
    total: float
    low: float | None
    high: float | None
    rank: int
    rank_low: int | None
    rank_high: int | None
    units: int
    n: int
    comparable: bool


@dataclass(frozen=True)
class UnitResult:
    """Everything a unit's page and scorecard say. `years` begin with the oldest and end with this one."""

    facts: PublicationFacts
    scale: Scale
    block: Block
    row: Row
    profile: tuple[ProfileRow, ...]
    indicators: tuple[IndicatorRow, ...]
    tied_with: tuple[Row, ...]
    comments: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    years: tuple[Year, ...]
    broken_by: str
    broken_on: date | None

    @property
    def soft(self) -> tuple[IndicatorRow, ...]:
        return tuple(item for item in self.indicators if not item.hard)

    @property
    def hard(self) -> tuple[IndicatorRow, ...]:
        return tuple(item for item in self.indicators if item.hard)

    @property
    def losses(self) -> tuple[IndicatorRow, ...]:
        found = [item for item in self.indicators if item.lost is not None and item.lost > 0]
        return tuple(sorted(found, key=lambda item: (-(item.lost or 0.0), item.code)))

    @property
    def strengths(self) -> tuple[ProfileRow, ...]:
        """Sub-indices above the median, furthest first."""
        found = [row for row in self.profile if row.ahead is not None and row.ahead > 0]
        return tuple(sorted(found, key=lambda row: (-(row.ahead or 0.0), row.column.code)))


def unit_result(publication: Publication, unit_code: str, *, tables: Ranking | None = None) -> UnitResult:
    """A unit's result in a release, in the active language. Withheld units have no figures.

    `tables` spares reading the league tables again; for all units of a release `unit_results` is quicker still.

    Raises:
        UnitNotRated: the release has no such unit.
    """
    tables = tables or ranking(publication)
    try:
        block = tables.block_of(unit_code)
    except KeyError as error:
        raise UnitNotRated(unit_code) from error
    row, shared = block.by_code[unit_code], _shared(publication, block)
    return _result(publication, tables, block, row, shared)


def unit_results(publication: Publication) -> Iterator[UnitResult]:
    """Every unit's result, block by block in order of the tables; what units share is read once."""
    tables = ranking(publication)
    for block in tables.blocks:
        shared = _shared(publication, block)
        for row in block.all_rows:
            yield _result(publication, tables, block, row, shared)


@dataclass(frozen=True)
class _Shared:
    """What the pages of all units of a block are made from."""

    medians: Medians
    contrasts: dict[str, list[Contrast]]


def _shared(publication: Publication, block: Block) -> _Shared:
    contrasts: dict[str, list[Contrast]] = defaultdict(list)
    for each in contrasts_of(publication.run, block=block.code):
        contrasts[each.unit_code].append(each)
    return _Shared(_raw_medians(publication, block), contrasts)


def _result(publication: Publication, tables: Ranking, block: Block, row: Row, shared: _Shared) -> UnitResult:
    withheld = row.status == ScoreStatus.WITHHELD
    years, life = _years(publication, block, row)
    return UnitResult(
        facts=tables.facts,
        scale=tables.scale,
        block=block,
        row=row,
        profile=tuple(_profile(block, row, tables.scale)),
        indicators=() if withheld else tuple(_indicators(publication, row, shared.medians, tables.scale)),
        tied_with=tuple(block.by_code[code] for code in row.tied_with if code in block.by_code),
        comments=() if withheld else tuple(comments_shown(row.block_unit_id)),
        contrasts=() if withheld else tuple(shared.contrasts.get(row.code, ())),
        years=years,
        broken_by=life.broken_by,
        broken_on=life.broken_on,
    )


def _raw_medians(publication: Publication, block: Block) -> Medians:
    """The median measured value of each indicator over the ranked units of a block."""
    found = IndicatorScore.objects.filter(
        run_id=publication.run_id, block_unit__in=[r.block_unit_id for r in block.rows]
    )
    peers: dict[int, list[float | None]] = defaultdict(list)
    for indicator, raw in found.order_by("indicator_id").values_list("indicator_id", "raw"):
        peers[indicator].append(raw)
    return {indicator: median_of(values) for indicator, values in peers.items()}


def _profile(block: Block, row: Row, scale: Scale) -> list[ProfileRow]:
    rows = []
    for column, cell in zip(block.columns, row.cells, strict=True):
        peers = block.values(column.code)
        low, high = part_interval(cell.value, cell.se, scale)
        best = max(peers) if peers else None
        rows.append(ProfileRow(column, cell, low, high, median_of(peers), best, tuple(peers)))
    return rows


def _indicators(publication: Publication, row: Row, medians: Medians, scale: Scale) -> list[IndicatorRow]:
    found = HardValue.objects.filter(block_unit_id=row.block_unit_id).select_related("document")
    records = {value.indicator_id: value for value in found.order_by("pk")}
    own = (
        IndicatorScore.objects.filter(run_id=publication.run_id, block_unit_id=row.block_unit_id)
        .select_related("indicator__sub_index")
        .order_by("indicator__sub_index__position", "indicator__position", "indicator__code")
    )
    return [_indicator(score, medians.get(score.indicator_id), records, scale) for score in own]


def _indicator(
    score: IndicatorScore, raw_median: float | None, records: dict[int, HardValue], scale: Scale
) -> IndicatorRow:
    indicator, record = score.indicator, records.get(score.indicator_id)
    half = half_width(score.lost_se, scale.confidence)
    lost = score.lost
    # A standard error of zero is no certainty: a record, or the unit that sets the end of the scale.
    low = high = None
    if lost is not None and half is not None and half > NOTHING:
        low, high = max(lost - half, 0.0), lost + half
    return IndicatorRow(
        code=indicator.code,
        name=indicator.name,
        sub_index=indicator.sub_index.code,
        sub_index_name=indicator.sub_index.name,
        group=indicator.group,
        hard=indicator.kind == IndicatorKind.HARD,
        direction=indicator.direction,
        statistic=indicator.statistic,
        measure=indicator.measure,
        raw=score.raw,
        raw_se=score.raw_se,
        raw_median=raw_median,
        points=score.points,
        n=score.n,
        reason=_missing_sentence(score),
        lost=lost,
        lost_low=low,
        lost_high=high,
        period=record.period if record else "",
        source=_source(record) if record else "",
    )


def _source(record: HardValue) -> str:
    """The source with the document on which the value rests."""
    source = in_language(record.source_vi, record.source_en)
    return f"{source}; {record.document.title}" if record.document else source


def _missing_sentence(score: IndicatorScore) -> str:
    if score.raw is not None and score.points is not None:
        return ""
    return reason_sentence(score.reason) or str(MISSING)


def comments_shown(block_unit_id: int) -> list[str]:
    """Remarks that a person has approved, as approved."""
    found = Comment.objects.filter(block_unit_id=block_unit_id, state__in=[CommentState.SHOWN, CommentState.EDITED])
    return [comment.shown_text or comment.text for comment in found.order_by("id")]


def _years(publication: Publication, block: Block, row: Row) -> tuple[tuple[Year, ...], Life]:
    """The unit's published years without a break in its life, oldest first, and that life."""
    year = publication.edition.year
    life = lives_of(publication.edition.province_id).of(row.unit_id, year)
    if not row.ranked:
        return (), life
    earlier = [found for found in earlier_publications(publication.edition) if found.edition.year >= life.since]
    shown = {found.run_id: found for found in [publication, *earlier[:YEARS_SHOWN]]}
    ranked = Score.objects.filter(run__in=shown, block__code=block.code, status=ScoreStatus.RANKED)
    own: dict[int, Score] = {}
    units: Counter[int] = Counter()
    for score in ranked.select_related("block_unit").order_by("run_id", "rank", "block_unit_id"):
        units[score.run_id] += 1
        if score.block_unit.unit_id in life.unit_ids:
            own[score.run_id] = score
    recipe = publication.run.recipe.content
    years = [
        _year(score, shown[run], units[run], same_yardstick(recipe, shown[run].run.recipe.content, block.code))
        for run, score in own.items()
    ]
    return tuple(sorted(years, key=lambda item: item.year)), life


def _year(score: Score, publication: Publication, units: int, steady: bool) -> Year:
    return Year(
        year=publication.edition.year,
        total=score.total or 0.0,
        low=score.low,
        high=score.high,
        rank=score.rank or 0,
        rank_low=score.rank_low,
        rank_high=score.rank_high,
        units=units,
        n=score.n,
        comparable=steady,
    )
