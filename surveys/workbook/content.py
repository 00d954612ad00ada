"""An edition's framework as plain data: what a workbook says and what the database holds, in one form.

Everything that a workbook may leave open is decided here (blocks of a question, ends of an indicator's scale), so that
two contents are equal when they mean the same.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from surveys.enums import RespondentType, ScaleKind, Statistic
from surveys.workbook.checks import checked
from surveys.workbook.columns import WEIGHT_PREFIX
from surveys.workbook.faults import Fault, WorkbookFaults
from surveys.workbook.lookup import (
    ScaleFacts,
    blocks_of,
    by_code,
    grouped,
    limits_of,
    record_of,
    scales,
    sub_index_blocks,
)
from surveys.workbook.records import record_dossiers, record_value
from surveys.workbook.tables import Row, Table, Tables, tables_read

PER_CENT = (0.0, 100.0)
TYPES = RespondentType.values
Facts = TypeVar("Facts")
Code = TypeVar("Code", bound=Hashable)


@dataclass(frozen=True)
class EditionFacts:
    year: int
    title_vi: str
    title_en: str
    decision_vi: str
    decision_en: str
    is_simulated: bool
    readers_first: bool
    opens_on: date | None
    closes_on: date | None
    minutes_to_answer: int
    minimum_ratings: int


@dataclass(frozen=True)
class BlockFacts:
    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class UnitFacts:
    code: str
    kind: str
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str
    block: str
    valid_from: date | None
    valid_to: date | None
    predecessors: tuple[str, ...]
    lineage: str
    lineage_on: date | None


@dataclass(frozen=True)
class SubIndexFacts:
    code: str
    name_vi: str
    name_en: str
    meaning_vi: str
    meaning_en: str
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class OptionFacts:
    """An option of a scale (`value` a whole number) or of a profile question (`value` a code)."""

    value: int | str
    vi: str
    en: str


@dataclass(frozen=True)
class ScaleContent:
    code: str
    kind: str
    options: tuple[OptionFacts, ...]
    minimum: float | None
    maximum: float | None
    decimals: int
    measure_vi: str
    measure_en: str


@dataclass(frozen=True)
class QuestionFacts:
    code: str
    sub_index: str
    blocks: tuple[str, ...]
    scale: str
    text_vi: str
    text_en: str
    help_vi: str
    help_en: str
    not_applicable: bool
    dont_know: bool
    shown_if: tuple[str, tuple[float, ...]] | None


@dataclass(frozen=True)
class IndicatorFacts:
    code: str
    sub_index: str
    blocks: tuple[str, ...]
    name_vi: str
    name_en: str
    kind: str
    direction: str
    group: str
    weight: float
    statistic: str
    question: str
    share_of: tuple[float, ...]
    measure_vi: str
    measure_en: str
    scale_low: float | None
    scale_high: float | None
    minimum_n: int
    basis: str
    counted: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileFacts:
    code: str
    text_vi: str
    text_en: str
    options: tuple[OptionFacts, ...]


@dataclass(frozen=True)
class EligibilityFacts:
    block: str
    respondent_type: str
    min_units: int
    max_units: int


@dataclass(frozen=True)
class MarginFacts:
    field: str
    option: str
    count: int


@dataclass(frozen=True)
class HardFacts:
    unit: str
    indicator: str
    value: float
    dossiers: int | None
    period: str
    source_vi: str
    source_en: str
    handled: int | None = None
    early: int | None = None
    on_time: int | None = None
    late: int | None = None
    document: str = ""


@dataclass(frozen=True)
class EditionContent:
    """A whole framework. Every tuple is in the order of the workbook, which is the order shown."""

    edition: EditionFacts
    blocks: tuple[BlockFacts, ...]
    units: tuple[UnitFacts, ...]
    sub_indices: tuple[SubIndexFacts, ...]
    scales: tuple[ScaleContent, ...]
    questions: tuple[QuestionFacts, ...]
    indicators: tuple[IndicatorFacts, ...]
    profile: tuple[ProfileFacts, ...]
    eligibility: tuple[EligibilityFacts, ...]
    margins: tuple[MarginFacts, ...]
    hard_data: tuple[HardFacts, ...]


@dataclass(frozen=True)
class Workbook:
    """A workbook without faults: its content, and its tables for faults that only the database can find."""

    content: EditionContent
    tables: Tables = field(repr=False)

    def unit_fault(self, code: str, column: str, sentence: str) -> Fault:
        return by_code(self.tables["units"])[code].fault(column, sentence)

    def edition_fault(self, column: str, sentence: str) -> Fault:
        return self.tables["edition"].rows[0].fault(column, sentence)


def workbook_read(data: bytes) -> Workbook:
    """The content of a workbook.

    Raises:
        WorkbookFaults: with every fault of the file, ordered by sheet, row and column.
    """
    tables, faults = tables_read(data)
    faults += checked(tables)
    if faults:
        order = {name: number for number, name in enumerate(tables)}
        raise WorkbookFaults(sorted(set(faults), key=lambda each: (order.get(each.sheet, -1), each)))
    return Workbook(_content(tables), tables)


def _content(tables: Tables) -> EditionContent:
    of_sub_index, known_scales = sub_index_blocks(tables), scales(tables)
    questions = by_code(tables["questions"])

    def scale_of(row: Row) -> ScaleFacts | None:
        return known_scales[questions[row["question"]]["scale"]] if row["question"] else None

    return ordered(
        EditionContent(
            edition=EditionFacts(**tables["edition"].rows[0].values),
            blocks=_plain(BlockFacts, tables["blocks"]),
            units=_plain(UnitFacts, tables["units"]),
            sub_indices=tuple(_sub_index(row, of_sub_index) for row in tables["sub_indices"]),
            scales=tuple(_scale(code, rows) for code, rows in grouped(tables["scales"]).items()),
            questions=tuple(
                QuestionFacts(**{**row.values, "blocks": tuple(blocks_of(row, of_sub_index))})
                for row in tables["questions"]
            ),
            indicators=tuple(_indicator(row, of_sub_index, scale_of(row)) for row in tables["indicators"]),
            profile=tuple(_profile(code, rows) for code, rows in grouped(tables["profile"]).items()),
            eligibility=_plain(EligibilityFacts, tables["eligibility"]),
            margins=_plain(MarginFacts, tables["margins"]),
            hard_data=tuple(_hard(row, by_code(tables["indicators"])) for row in tables["hard_data"]),
        )
    )


def ordered(content: EditionContent) -> EditionContent:
    """The content in the order that the database keeps: blocks, sub-indices and profile as given, the rest by them."""
    blocks = _places(block.code for block in content.blocks)
    sub_indices = _places(each.code for each in content.sub_indices)
    options = _places((field.code, option.value) for field in content.profile for option in field.options)
    questions = sorted(content.questions, key=lambda each: sub_indices[each.sub_index])
    indicators = sorted(content.indicators, key=lambda each: sub_indices[each.sub_index])
    at = _places(each.code for each in indicators)
    return replace(
        content,
        units=tuple(sorted(content.units, key=lambda each: (blocks.get(each.block, len(blocks)), each.code))),
        scales=tuple(sorted(content.scales, key=lambda each: each.code)),
        questions=tuple(questions),
        indicators=tuple(indicators),
        eligibility=tuple(
            sorted(content.eligibility, key=lambda each: (blocks[each.block], TYPES.index(each.respondent_type)))
        ),
        margins=tuple(sorted(content.margins, key=lambda each: options[each.field, each.option])),
        hard_data=tuple(sorted(content.hard_data, key=lambda each: (at[each.indicator], each.unit))),
    )


def _places(codes: Iterable[Code]) -> dict[Code, int]:
    return {code: number for number, code in enumerate(codes)}


def _plain(kind: type[Facts], table: Table) -> tuple[Facts, ...]:
    return tuple(kind(**row.values) for row in table)


def _sub_index(row: Row, of_sub_index: dict[str, list[str]]) -> SubIndexFacts:
    names = {name: row[name] for name in ("code", "name_vi", "name_en", "meaning_vi", "meaning_en")}
    weights = tuple((block, float(row[f"{WEIGHT_PREFIX}{block}"])) for block in of_sub_index[row["code"]])
    return SubIndexFacts(**names, weights=weights)


def _scale(code: str, rows: Sequence[Row]) -> ScaleContent:
    first = rows[0]
    options = tuple(
        OptionFacts(row["value"], row["label_vi"], row["label_en"]) for row in rows if row["value"] is not None
    )
    rest = {name: first[name] for name in ("minimum", "maximum", "decimals", "measure_vi", "measure_en")}
    if first["kind"] != ScaleKind.NUMBER:
        rest = {"minimum": None, "maximum": None, "decimals": 0, "measure_vi": "", "measure_en": ""}
    return ScaleContent(code=code, kind=first["kind"], options=options, **rest)


def _profile(code: str, rows: Sequence[Row]) -> ProfileFacts:
    options = tuple(OptionFacts(row["option"], row["option_vi"], row["option_en"]) for row in rows)
    return ProfileFacts(code, rows[0]["text_vi"], rows[0]["text_en"], options)


def _hard(row: Row, indicators: dict[str, Row]) -> HardFacts:
    """A value from records; counts of dossiers give the value and the number of dossiers."""
    record, limits = record_of(row), limits_of(indicators[row["indicator"]])
    return HardFacts(
        **{**row.values, "value": record_value(record, limits), "dossiers": record_dossiers(record)},
    )


def _indicator(row: Row, of_sub_index: dict[str, list[str]], scale: ScaleFacts | None) -> IndicatorFacts:
    """An indicator's scale runs over per cent for a share, else over its question's answers, unless it says."""
    values: dict[str, Any] = {**row.values, "blocks": tuple(blocks_of(row, of_sub_index))}
    low, high = PER_CENT if row["statistic"] == Statistic.SHARE else scale.ends if scale else (None, None)
    values["scale_low"] = low if row["scale_low"] is None else row["scale_low"]
    values["scale_high"] = high if row["scale_high"] is None else row["scale_high"]
    return IndicatorFacts(**values)
