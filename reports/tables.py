"""The numbers of a release as files: CSV and JSON for machines, a workbook for each language for people.

The same release gives the same bytes. Withheld units stand in every table with their reason and without figures.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from ddci.core.text import csv_cell
from reports.enums import FileFormat
from reports.selectors.ranking import Ranking, Row, ranking
from reports.selectors.unit_page import IndicatorRow, UnitResult, unit_results
from scoring.engine.dataset import canonical_json
from scoring.models import Publication

# Excel takes a CSV file for UTF-8 only if it begins with this mark; other readers skip it ("utf-8-sig").
BYTE_ORDER_MARK = "\ufeff"
SCORE_COLUMNS = (
    "block", "unit", "name_vi", "name_en", "status", "n", "score", "standard_error", "low", "high", "rank",
    "rank_low", "rank_high", "own_rank_low", "own_rank_high", "band", "tied_with", "adjustment", "reason_vi",
    "reason_en", "simulated",
)  # fmt: skip
Cell = str | int | float | None


@dataclass(frozen=True)
class TableFile:
    """A file to download. `language` is empty where the file holds both languages."""

    name: str
    format: FileFormat
    content: bytes
    language: str = ""


@dataclass(frozen=True)
class Both:
    """A release read in both languages."""

    vi: Ranking
    en: Ranking

    def rows(self) -> Iterator[tuple[str, Row, Row]]:
        for block_vi, block_en in zip(self.vi.blocks, self.en.blocks, strict=True):
            for row in block_vi.all_rows:
                yield block_vi.code, row, block_en.by_code[row.code]


def tables_of(publication: Publication) -> list[TableFile]:
    """Every table of a release: scores.csv, results.json, and one workbook per language."""
    with override("vi"):
        vi, units = ranking(publication), list(unit_results(publication))
    with override("en"):
        both = Both(vi, ranking(publication))
    stem = both.vi.facts.file_stem
    books = [
        TableFile(f"{stem}-results-{language}.xlsx", FileFormat.XLSX, workbook(publication, language), language)
        for language in ("vi", "en")
    ]
    return [
        TableFile(f"{stem}-scores.csv", FileFormat.CSV, scores_csv(both)),
        *books,
        TableFile(f"{stem}-results.json", FileFormat.JSON, results_json(publication, both, units)),
    ]


# --- CSV -------------------------------------------------------------------------------------------------------------


def scores_csv(both: Both) -> bytes:
    """One line per unit; full precision, decimal point, comma between cells, UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(SCORE_COLUMNS)
    simulated = str(both.vi.facts.simulated).lower()
    for block, row, english in both.rows():
        cells = [csv_cell(cell) if isinstance(cell, str) else cell for cell in _score_cells(block, row, english)]
        writer.writerow([*cells, simulated])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _score_cells(block: str, row: Row, english: Row) -> list[Cell]:
    names: list[Cell] = [block, row.code, row.name, english.name, row.status, row.n]
    figures: list[Cell] = [row.total, row.se, row.low, row.high, row.rank, row.rank_low, row.rank_high]
    own: list[Cell] = [row.marginal_low, row.marginal_high, row.band, " ".join(row.tied_with)]
    adjustment = row.adjustment if row.ranked else None
    return [*names, *figures, *own, adjustment, row.reason, english.reason]


# --- JSON ------------------------------------------------------------------------------------------------------------


def results_json(publication: Publication, both: Both, units: Iterable[UnitResult]) -> bytes:
    """Everything in one canonical JSON text (sorted keys, no spaces): release, recipe, scores, parts, indicators."""
    facts = both.vi.facts
    by_code = {unit.row.code: unit for unit in units}
    content = {
        "format": "ddci-results/1",
        "province": facts.province_slug,
        "year": facts.year,
        "title": {"vi": facts.title, "en": both.en.facts.title},
        "simulated": facts.simulated,
        "release": facts.release,
        "reason": facts.reason,
        "published_at": facts.published_at.isoformat(),
        "engine_version": facts.engine_version,
        "result_sha256": facts.result_sha256,
        "dataset_sha256": facts.dataset_sha256,
        "recipe_sha256": facts.recipe_sha256,
        "responses": facts.responses,
        "ratings": facts.ratings,
        "recipe": publication.run.recipe.content,
        "units": [_unit_json(block, row, english, by_code[row.code]) for block, row, english in both.rows()],
    }
    return (canonical_json(content) + "\n").encode()


def _unit_json(block: str, row: Row, english: Row, unit: UnitResult) -> dict[str, Any]:
    cells = dict(zip(SCORE_COLUMNS, _score_cells(block, row, english), strict=False))
    return cells | {
        "tied_with": list(row.tied_with),
        "sub_indices": {
            cell.code: {"score": cell.value, "standard_error": cell.se, "rank": cell.rank} for cell in row.cells
        },
        "indicators": {
            item.code: {
                "raw": item.raw,
                "raw_standard_error": item.raw_se,
                "points": item.points,
                "lost": item.lost,
                "n": item.n,
                "hard": item.hard,
            }
            for item in unit.indicators
        },
    }


# --- workbook --------------------------------------------------------------------------------------------------------


def workbook(publication: Publication, language: str) -> bytes:
    """Sheets of notes, scores, sub-indices and indicators, with headings in one language."""
    with override(language):
        tables, units = ranking(publication), list(unit_results(publication))
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": tables.facts.title, "created": tables.facts.published_at.replace(tzinfo=None)})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        _notes(book, tables)
        _sheet(book, head, _("Scores"), _score_heads(), _score_lines(tables))
        _sheet(book, head, _("Sub-indices"), _part_heads(), _part_lines(tables))
        _sheet(book, head, _("Indicators"), _indicator_heads(), _indicator_lines(units))
        book.close()
    return buffer.getvalue()


def _notes(book: Any, tables: Ranking) -> None:
    facts, sheet = tables.facts, book.add_worksheet(_("Notes"))
    lines: list[tuple[str, Cell]] = [
        (_("Edition"), facts.title),
        (_("Release"), facts.release),
        (_("Published on"), facts.published_at.strftime("%d/%m/%Y")),
        (_("Reason for this release"), facts.reason),
        (_("Responses"), facts.responses),
        (_("Ratings"), facts.ratings),
        (_("Hash of the result"), facts.result_sha256),
        (_("Hash of the dataset"), facts.dataset_sha256),
        (_("Hash of the recipe"), facts.recipe_sha256),
        (_("Engine version"), facts.engine_version),
        (_("Scale of the score"), f"{tables.scale.low:g}–{tables.scale.high:g}"),
        (_("Scale of a sub-index"), f"{tables.scale.part_low:g}–{tables.scale.part_high:g}"),
        (_("Empty cell"), _("There is no value; it is not zero.")),
        (_("Shares"), _("Shares of answers are written as numbers between 0 and 1.")),
    ]
    if facts.simulated:
        lines.insert(0, (_("Simulated data"), _("No real business gave these answers; the figures judge no one.")))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    for place, (label, value) in enumerate(lines):
        sheet.write(place, 0, label)
        sheet.write(place, 1, value)


def _sheet(book: Any, head: Any, title: str, heads: Sequence[str], lines: Iterable[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, heads, head)
    last = 0
    for last, line in enumerate(lines, start=1):
        sheet.write_row(last, 0, line)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 36)


def _score_heads() -> list[str]:
    return [
        _("Block"), _("Code"), _("Unit"), _("Status"), _("Ratings"), _("Score"), _("Standard error"), _("Lower end"),
        _("Upper end"), _("Rank"), _("Best rank"), _("Worst rank"), _("Best rank, unit alone"),
        _("Worst rank, unit alone"), _("Band"), _("Not distinguishable from"), _("Bonus or penalty"), _("Reason"),
    ]  # fmt: skip


def _score_lines(tables: Ranking) -> Iterator[list[Cell]]:
    for block in tables.blocks:
        for row in block.all_rows:
            yield [
                block.name, row.code, row.name, row.status, row.n, row.total, row.se, row.low, row.high, row.rank,
                row.rank_low, row.rank_high, row.marginal_low, row.marginal_high, row.band_name,
                ", ".join(row.tied_with), row.adjustment if row.ranked else None, row.reason,
            ]  # fmt: skip


def _part_heads() -> list[str]:
    return [
        _("Block"), _("Code"), _("Unit"), _("Sub-index"), _("Weight"), _("Score"), _("Standard error"), _("Rank"),
    ]  # fmt: skip


def _part_lines(tables: Ranking) -> Iterator[list[Cell]]:
    for block in tables.blocks:
        for row in block.all_rows:
            for column, cell in zip(block.columns, row.cells, strict=True):
                yield [block.name, row.code, row.name, column.name, column.weight, cell.value, cell.se, cell.rank]


def _indicator_heads() -> list[str]:
    return [
        _("Block"), _("Code"), _("Unit"), _("Sub-index"), _("Indicator"), _("Name"), _("Kind"),
        _("Measured value"), _("Unit of measure"), _("Standard error"), pgettext("indicator score", "Points"),
        _("Points lost in the total"), _("Valid answers or dossiers"), _("Period"), _("Source"), _("Why missing"),
    ]  # fmt: skip


def _indicator_lines(units: Iterable[UnitResult]) -> Iterator[list[Cell]]:
    for unit in units:
        for item in unit.indicators:
            yield [unit.block.name, unit.row.code, unit.row.name, *_indicator_cells(item)]


def _indicator_cells(item: IndicatorRow) -> list[Cell]:
    kind = _("Administrative records") if item.hard else _("Survey")
    return [
        item.sub_index_name, item.code, item.name, kind, item.raw, item.measure, item.raw_se, item.points, item.lost,
        item.n, item.period, item.source, item.reason,
    ]  # fmt: skip
