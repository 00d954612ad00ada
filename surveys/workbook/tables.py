"""From the bytes of a file to tables of read cells, each knowing where it stands. Faults are collected, never raised
one by one.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from surveys.workbook.archive import column_letters, column_number, formula_errors
from surveys.workbook.cells import CellFault, cell_is_empty, cell_text, cell_value
from surveys.workbook.columns import WEIGHT_PREFIX, Column, Sheet
from surveys.workbook.faults import Fault, FileFaults, WorkbookFaults
from surveys.workbook.sheets import EDITION, SHEETS

Grid = Sequence[Sequence[object]]
Place = tuple[int, str]


@dataclass(frozen=True)
class Row:
    """One line. `values` holds every column of the sheet; those in `broken` had a fault and hold None."""

    sheet: str
    number: int
    values: Mapping[str, Any]
    places: Mapping[str, Place]
    broken: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def fault(self, column: str, sentence: str) -> Fault:
        row, letter = self.places.get(column, (self.number, ""))
        return Fault(self.sheet, row, letter, sentence, column)


@dataclass
class Table:
    """A sheet's lines; `places` holds the cells of the titles."""

    sheet: Sheet
    rows: list[Row] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def fault(self, sentence: str, column: str = "") -> Fault:
        row, letter = self.places.get(column, (0, ""))
        return Fault(self.sheet.code, row, letter, sentence, column)

    @property
    def weight_columns(self) -> list[str]:
        return [column for column in self.places if column.startswith(WEIGHT_PREFIX)]


Tables = dict[str, Table]


def tables_read(data: bytes) -> tuple[Tables, list[Fault]]:
    """Every sheet of the workbook as a table, and the faults of single cells, titles and sheets.

    Raises:
        WorkbookFaults: the file cannot be read at all.
    """
    errors = formula_errors(data, refusal=WorkbookFaults)
    grids = grids_read(data, [sheet.code for sheet in SHEETS], refusal=WorkbookFaults)
    tables, faults = {}, []
    for sheet in SHEETS:
        table = Table(sheet)
        tables[sheet.code] = table
        if sheet.code not in grids:
            faults.append(table.fault(_("The sheet “%(sheet)s” is missing.") % {"sheet": sheet.code}))
            continue
        read = _upright if sheet.upright else _flat
        faults.extend(read(table, grids[sheet.code], errors.get(sheet.code, set())))
        if not table.rows and not sheet.may_be_empty:
            faults.append(table.fault(_("The sheet “%(sheet)s” has no lines.") % {"sheet": sheet.code}))
    return tables, faults


def table_read(data: bytes, sheet: Sheet, *, refusal: type[FileFaults]) -> tuple[Table, list[Fault]]:
    """One sheet of a workbook that holds nothing else, and its faults.

    Raises:
        FileFaults: (of the class `refusal`) the file cannot be read at all, or has no such sheet.
    """
    errors = formula_errors(data, refusal=refusal)
    grids = grids_read(data, [sheet.code], refusal=refusal)
    table = Table(sheet)
    if sheet.code not in grids:
        raise refusal([table.fault(_("The sheet “%(sheet)s” is missing.") % {"sheet": sheet.code})])
    return table, list(_flat(table, grids[sheet.code], errors.get(sheet.code, set())))


def grids_read(data: bytes, names: Iterable[str], *, refusal: type[FileFaults]) -> dict[str, Grid]:
    """The cells of the named sheets (those that exist), from A1 on.

    Raises:
        FileFaults: (of the class `refusal`) the reader cannot open the file.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in names
            if name in workbook.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise refusal([Fault("", 0, "", _("This is not an Excel workbook (.xlsx)."))]) from error
    except BaseException as error:
        # A panic inside the reader is no Exception; all others are not ours to stop.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal([Fault("", 0, "", _("The workbook is damaged and cannot be read."))]) from error


def _flat(table: Table, grid: Grid, errors: set[Place]) -> Iterator[Fault]:
    titles = [cell_text(cell) for cell in grid[0]] if grid else []
    known = [column.code for column in table.sheet.columns]
    yield from _titles(table, titles, known)
    columns = [table.sheet.column(code) for code in [*known, *table.weight_columns]]
    for number, line in enumerate(grid[1:], 2):
        if all(cell_is_empty(cell) for cell in line) and not any(row == number for row, _letter in errors):
            continue
        cells = {column: line[column_number(place[1]) - 1] for column, place in table.places.items()}
        places = {column: (number, letter) for column, (_row, letter) in table.places.items()}
        yield from _line(table, columns, cells, places, errors)


def _titles(table: Table, titles: list[str], known: list[str]) -> Iterator[Fault]:
    """Where each column stands; unknown, repeated and missing titles are faults."""
    sheet = table.sheet
    for number, title in enumerate(titles, 1):
        place = (1, column_letters(number))
        is_weight = sheet.weights and title.startswith(WEIGHT_PREFIX) and len(title) > len(WEIGHT_PREFIX)
        if title in table.places:
            sentence = _("The column “%(title)s” stands here twice.") % {"title": title}
            yield Fault(sheet.code, *place, sentence, title)
        elif title in known or is_weight:
            table.places[title] = place
        elif title:
            yield Fault(sheet.code, *place, _unknown_title(title, known), title)
    for code in known:
        if code not in table.places and sheet.column(code).required:
            yield table.fault(_("The column “%(title)s” is missing.") % {"title": code})


def _unknown_title(title: str, known: list[str]) -> str:
    close = get_close_matches(title, known, n=1)
    if close:
        facts = {"title": title[:60], "close": close[0]}
        return _("The column “%(title)s” is unknown. Is “%(close)s” meant?") % facts
    return _("The column “%(title)s” is unknown.") % {"title": title[:60]}


def _upright(table: Table, grid: Grid, errors: set[Place]) -> Iterator[Fault]:
    """The sheet `edition`: field in column A, value in column B, explanation (not read) in C."""
    known = [column.code for column in table.sheet.columns]
    cells: dict[str, object] = {}
    places: dict[str, Place] = {}
    for number, line in enumerate(grid[1:], 2):
        title = cell_text(line[0]) if line else ""
        if title in places:
            sentence = _("The field “%(title)s” stands here twice.") % {"title": title}
            yield Fault(table.sheet.code, number, "A", sentence, title)
        elif title in known:
            cells[title] = line[1] if len(line) > 1 else ""
            places[title] = (number, "B")
        elif title:
            yield Fault(table.sheet.code, number, "A", _unknown_title(title, known), title)
    if places:
        yield from _line(table, list(table.sheet.columns), cells, places, errors)


def _line(
    table: Table, columns: list[Column], cells: Mapping[str, object], places: dict[str, Place], errors: set[Place]
) -> Iterator[Fault]:
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column in columns:
        raw = cells.get(column.code)
        if places.get(column.code) in errors:
            wrong[column.code] = _("The formula in this cell gives an error.")
        elif cell_is_empty(raw):
            values[column.code] = column.default
            if column.required:
                wrong[column.code] = _("“%(column)s” must be filled in.") % {"column": column.code}
        else:
            try:
                values[column.code] = cell_value(raw, column)
            except CellFault as fault:
                wrong[column.code] = str(fault)
    values.update(dict.fromkeys(wrong))
    number = 0 if table.sheet is EDITION else next(iter(places.values()))[0]
    row = Row(table.sheet.code, number, values, places, frozenset(wrong))
    table.rows.append(row)
    yield from (row.fault(column, sentence) for column, sentence in wrong.items())
