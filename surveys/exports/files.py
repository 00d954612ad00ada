"""Tables with labels as files: CSV with codes and with words, XLSX, SPSS and Stata."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

from ddci.core.text import csv_cell
from surveys.exports.columns import DONT_KNOW, NOT_APPLICABLE, NOT_TOLD, Column, Table

ROWS_IN_XLSX = 1_048_575
LONGEST_LABEL, LONGEST_STATA_LABEL = 250, 80
STATA_LETTERS = {NOT_APPLICABLE: "a", DONT_KNOW: "b", NOT_TOLD: "c"}
NUMBERED = {"labelled", "number"}


def csv_codes(table: Table) -> bytes:
    """Codes as they were stored; `na`, `dk`, `*` (not told), empty for not shown."""
    return _csv(table, lambda column: column.codes())


def csv_words(table: Table, language: str) -> bytes:
    return _csv(table, lambda column: column.words(language))


def _csv(table: Table, known: Callable[[Column], dict[float, str]]) -> bytes:
    cells = {column.name: _spoken(column, table.cells[column.name], known(column)) for column in table.columns}
    text: str = pd.DataFrame(cells).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _spoken(column: Column, cells: pd.Series[Any], known: dict[float, str]) -> pd.Series[Any]:
    if column.kind == "text":
        return cells.map(csv_cell)
    distinct = cells.dropna().unique()
    words = {
        number: csv_cell(known[number]) if number in known else f"{number:.12g}" for number in map(float, distinct)
    }
    return cells.map(words).fillna("")


def xlsx(tables: tuple[Table, ...], language: str, path: Path) -> None:
    """One sheet per table, in words; a table that is longer than a sheet is left out of the workbook."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    bold = book.add_format({"bold": True, "bottom": 1})
    place = 0 if language == "vi" else 1
    for table in tables:
        if len(table.cells) > ROWS_IN_XLSX:
            continue
        sheet = book.add_worksheet(table.title[place][:31])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(table.columns), 16)
        sheet.write_row(0, 0, [column.name for column in table.columns], bold)
        for at, row in enumerate(zip(*(_for_sheet(column, table, language) for column in table.columns), strict=True)):
            sheet.write_row(at + 1, 0, row)
    book.close()


def _for_sheet(column: Column, table: Table, language: str) -> list[Any]:
    """Numbers as numbers, everything else in words, nothing for an empty cell."""
    cells, known = table.cells[column.name], column.words(language)
    if column.kind == "text":
        return list(cells)
    return [None if isnan(number) else known.get(number, number) for number in cells.tolist()]


def sav(table: Table, language: str, path: Path) -> None:
    """SPSS: value labels, labels of variables; non-answers are user-missing numbers, not shown is system-missing."""
    numbered = [column for column in table.columns if column.kind in NUMBERED]
    pyreadstat.write_sav(
        table.cells,
        str(path),
        file_label=_label(table.title, language, 60),
        column_labels={column.name: _label(column.label, language) for column in table.columns},
        variable_value_labels={column.name: words for column in numbered if (words := column.words(language))},
        missing_ranges={column.name: list(column.missing) for column in numbered if column.missing},
        variable_measure={column.name: _measure(column) for column in table.columns},
    )


def dta(table: Table, language: str, path: Path) -> None:
    """Stata: value labels, labels of variables; non-answers are .a (not applicable), .b (don't know), .c (not told).

    A few rows may stand at the beginning that stand elsewhere in the other files (see `_telling_first`).
    """
    lettered = {column.name: _letters(column, table.cells[column.name]) for column in table.columns}
    cells = table.cells.iloc[_telling_first(table.cells, [name for name, letters in lettered.items() if letters])]
    pyreadstat.write_dta(
        pd.DataFrame({name: _lettered(cells[name], letters) for name, letters in lettered.items()}),
        str(path),
        file_label=_label(table.title, language, LONGEST_STATA_LABEL),
        column_labels={column.name: _label(column.label, language, LONGEST_STATA_LABEL) for column in table.columns},
        variable_value_labels={
            column.name: labels for column in table.columns if (labels := _stata_labels(column, language))
        },
        missing_user_values={name: sorted(letters.values()) for name, letters in lettered.items() if letters},
        version=15,
    )


def _letters(column: Column, cells: pd.Series[Any]) -> dict[float, str]:
    """The letters of the non-answers of a column, where it has any."""
    return {n: STATA_LETTERS[n] for n in column.missing} if cells.isin(list(column.missing)).any() else {}


def _stata_labels(column: Column, language: str) -> dict[Any, str]:
    """Stata labels whole numbers and missing values only."""
    return {
        STATA_LETTERS.get(number) or int(number): words
        for number, words in column.words(language).items()
        if number.is_integer()
    }


def _telling_first(cells: pd.DataFrame, names: list[str]) -> list[int]:
    """The rows in such an order that each of these columns has a number near the top, where it has any: the writer
    takes a column for text if its first hundred cells are nothing but letters of non-answers and gaps.
    """
    first: dict[int, None] = {}
    for name in names:
        numbers = ~(cells[name].isna() | cells[name].isin(list(STATA_LETTERS))).to_numpy()
        if numbers.any() and not numbers[list(first)].any():
            first[int(numbers.argmax())] = None
    return [*first, *(at for at in range(len(cells)) if at not in first)]


def _lettered(cells: pd.Series[Any], missing: dict[float, str]) -> pd.Series[Any]:
    if not missing:
        return cells
    found = cells.astype(object)
    for number, letter in missing.items():
        found[cells == number] = letter
    found[cells.isna()] = None
    return found


def _label(label: tuple[str, str], language: str, longest: int = LONGEST_LABEL) -> str:
    """SPSS and Stata cut labels; the codebook has the whole text."""
    text = label[0] if language == "vi" else label[1] or label[0]
    while len(text.encode()) > LONGEST_LABEL or len(text) > longest:
        text = text[:-1]
    return text


def _measure(column: Column) -> str:
    return "scale" if column.kind == "number" else "nominal" if column.kind == "text" else "ordinal"


def written(write: Callable[[Path], None], suffix: str) -> bytes:
    """What a writer that insists on a file on disk writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{suffix}"
        write(path)
        return path.read_bytes()


def counts_of(column: Column, cells: pd.Series[Any]) -> dict[str, int]:
    """How many cells hold a value, each non-answer, nothing: `n`, `na`, `dk`, `not_told`, `empty`."""
    if column.kind == "text":
        empty, told = int((cells == "").sum()), int((cells == "*").sum())
        return {"n": len(cells) - empty - told, "na": 0, "dk": 0, "not_told": told, "empty": empty}
    numbers = cells.to_numpy(dtype=np.float64)
    found = {
        name: int((numbers == number).sum())
        for name, number in (("na", NOT_APPLICABLE), ("dk", DONT_KNOW), ("not_told", NOT_TOLD))
    }
    empty = int(np.isnan(numbers).sum())
    return {"n": len(numbers) - empty - sum(found.values()), **found, "empty": empty}
