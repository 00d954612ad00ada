"""Workbooks for tests: the example of the template as lines that a test can spoil, written cell by cell."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from surveys.workbook import workbook_read
from surveys.workbook.columns import WEIGHT_PREFIX
from surveys.workbook.example import EXAMPLE
from surveys.workbook.faults import WorkbookFaults
from surveys.workbook.lines import Line, cell_of, lines_of
from surveys.workbook.sheets import SHEETS
from surveys.workbook.tables import Tables, tables_read

Lines = dict[str, list[Line]]


def example_lines() -> Lines:
    return lines_of(EXAMPLE)


def titles_of(code: str, lines: Sequence[Line]) -> list[str]:
    """The titles in the order of the template, then any that a test has added."""
    sheet = next(sheet for sheet in SHEETS if sheet.code == code)
    own = [column.code for column in sheet.columns]
    return [*own, *dict.fromkeys(title for line in lines for title in line if title not in own)]


def book(lines: Mapping[str, Sequence[Line]], *, titles: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """An XLSX of these lines; a value is written as it is, a `Formula` as a formula with that result."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as made:
        for code, rows in lines.items():
            page = made.add_worksheet(code)
            names = list((titles or {}).get(code) or titles_of(code, rows))
            grid = (
                [("field", "value"), *((name, rows[0].get(name)) for name in names)]
                if code == "edition"
                else [names, *([line.get(name) for name in names] for line in rows)]
            )
            for row, cells in enumerate(grid):
                for column, cell in enumerate(cells):
                    _write(page, row, column, cell)
    return target.getvalue()


class Formula(str):
    """The result that a formula shows, such as #DIV/0!."""


def _write(page: Any, row: int, column: int, value: Any) -> None:
    cell = value if isinstance(value, Formula) else cell_of(value)
    if isinstance(cell, Formula):
        page.write_formula(row, column, "=1/0", None, str(cell))
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell)
    elif isinstance(cell, str) and cell:
        page.write_string(row, column, cell)
    elif cell not in (None, ""):
        page.write(row, column, cell)


def faults_of(data: bytes) -> list[tuple[str, str]]:
    """Place and sentence of every fault; empty for a clean workbook."""
    try:
        workbook_read(data)
    except WorkbookFaults as refused:
        return [(fault.place, fault.sentence) for fault in refused.faults]
    return []


def tables_of(data: bytes) -> Tables:
    return tables_read(data)[0]


__all__ = ["WEIGHT_PREFIX", "Formula", "Lines", "book", "example_lines", "faults_of", "tables_of"]
