"""The ranking book: cover, contents, summary, league tables, a page per sub-index, a page per unit, method."""

from dataclasses import dataclass
from typing import Any

from django.utils import translation

from ddci.core.text import vietnamese_sort_key
from reports import sentences
from reports.pdf.reading import Reading
from reports.pdf.render import pdf_render
from reports.pdf.scorecard import indicator_lines, unit_context
from reports.selectors.ranking import Block, Cell, Column, Ranking, Row
from reports.selectors.scale import part_interval
from reports.selectors.unit_page import UnitResult

LOSSES_SHOWN = 6


@dataclass(frozen=True)
class SubIndexTable:
    """A sub-index within one block: ranked units from the highest score to the lowest, with their intervals."""

    block: Block
    column: Column
    rows: tuple[tuple[Row, Cell, float | None, float | None], ...]


def book(reading: Reading) -> bytes:
    """A tagged, archival PDF (PDF/A-3a) in the language of the reading."""
    with translation.override(reading.language):
        context = book_context(reading)
    return pdf_render(template="reports/pdf/book.html", context=context, language=reading.language, variant="pdf/a-3a")


def book_context(reading: Reading) -> dict[str, Any]:
    """Everything the pages say, in the active language."""
    tables = reading.tables
    return {
        "facts": tables.facts,
        "tables": tables,
        "finding": sentences.finding(tables),
        "findings": [(block, sentences.block_finding(block)) for block in tables.blocks],
        "reading": sentences.how_to_read(tables),
        "sub_indices": sub_index_tables(tables),
        "units": [unit_page(result) for result in reading.units],
        "method": reading.method,
    }


def unit_page(result: UnitResult) -> dict[str, Any]:
    """One page; the sentence on the change takes the place of a loss."""
    shown = LOSSES_SHOWN - (result.row.change is not None)
    return {**unit_context(result), "losses": indicator_lines(result.losses[:shown])}


def sub_index_tables(tables: Ranking) -> list[tuple[Column, list[SubIndexTable]]]:
    """The sub-indices in the order of the framework, each with its table in every block that has it."""
    columns: dict[str, Column] = {}
    for block in tables.blocks:
        for column in block.columns:
            columns.setdefault(column.code, column)
    return [
        (column, [_table(block, code, tables) for block in tables.blocks if code in _codes(block)])
        for code, column in columns.items()
    ]


def _codes(block: Block) -> set[str]:
    return {column.code for column in block.columns}


def _table(block: Block, code: str, tables: Ranking) -> SubIndexTable:
    column = next(item for item in block.columns if item.code == code)
    pairs = [(row, next(cell for cell in row.cells if cell.code == code)) for row in block.rows]
    pairs.sort(key=lambda pair: (pair[1].value is None, -(pair[1].value or 0.0), vietnamese_sort_key(pair[0].name)))
    rows = ((row, cell, *part_interval(cell.value, cell.se, tables.scale)) for row, cell in pairs)
    return SubIndexTable(block, column, tuple(rows))
