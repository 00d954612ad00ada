"""What every column of a release means, in Vietnamese and English, with how often it is filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from surveys.exports.columns import NON_ANSWERS, Column, Table
from surveys.exports.files import STATA_LETTERS, counts_of

HEADINGS = (
    "table", "column", "text_vi", "text_en", "value", "code", "value_vi", "value_en", "n", "na", "dk", "not_told",
    "empty",
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A value with how many cells have it; `number` is what SPSS holds, `letter` what Stata holds for non-answers."""

    number: str
    code: str
    vi: str
    en: str
    n: int
    letter: str = ""


@dataclass(frozen=True)
class Entry:
    """A column of a table: its wording, its values, cells with a value (`n`), a non-answer, nothing."""

    table: Table
    column: Column
    values: tuple[Value, ...]
    n: int
    na: int
    dk: int
    not_told: int
    empty: int


def codebook_of(tables: Sequence[Table]) -> list[Entry]:
    return [
        Entry(table, column, _values(table, column), **counts_of(column, table.cells[column.name]))
        for table in tables
        for column in table.columns
    ]


def _values(table: Table, column: Column) -> tuple[Value, ...]:
    if column.kind == "text":
        return ()
    counted = table.cells[column.name].value_counts()
    values = [
        Value(
            f"{each.number:g}",
            each.code,
            each.words[0],
            each.words[1] or each.words[0],
            int(counted.get(each.number, 0)),
        )
        for each in column.options
    ]
    for number in column.missing:
        code, (vi, en) = NON_ANSWERS[number]
        values.append(Value(f"{number:g}", code, vi, en, int(counted.get(number, 0)), f".{STATA_LETTERS[number]}"))
    return tuple(values)


def codebook_xlsx(entries: Sequence[Entry], path: Path) -> None:
    """One line per column, followed by one line per value."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("codebook")
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 3, 48, wrapped)
    sheet.set_column(6, 7, 28)
    sheet.write_row(0, 0, HEADINGS, bold)
    row = 1
    for entry in entries:
        counts = (entry.n, entry.na, entry.dk, entry.not_told, entry.empty)
        sheet.write_row(row, 0, (entry.table.name, entry.column.name, *entry.column.label, "", "", "", "", *counts))
        row += 1
        for value in entry.values:
            cells = (entry.table.name, entry.column.name, "", "", float(value.number), value.code, value.vi, value.en)
            sheet.write_row(row, 0, (*cells, value.n))
            row += 1
    book.close()
