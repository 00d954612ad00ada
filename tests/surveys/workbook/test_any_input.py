"""Whatever is in the cells or in the file: faults, never a crash."""

from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.workbook import EditionContent, Fault, WorkbookFaults, workbook_read, workbook_write
from surveys.workbook.cells import CellFault, cell_is_empty, cell_value
from surveys.workbook.columns import Column
from surveys.workbook.sheets import SHEETS
from tests.surveys.workbook.books import book, example_lines, titles_of

RAW = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(date(1900, 1, 1), date(9999, 12, 31)),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001 - a spreadsheet knows no zones
)
TYPED = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from(["KC1 = 3, 4", "1,2", "31/12/2024", "departments", "yes", "", "ẵ", "e\u0301"]),
)
COLUMNS = [(sheet, column) for sheet in SHEETS for column in sheet.columns]
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> tuple[EditionContent | None, list[Fault]]:
    """The content, or the faults."""
    try:
        return workbook_read(data).content, []
    except WorkbookFaults as refused:
        return None, refused.faults


def cell(raw: Any, column: Column) -> str:
    """The sentence of a refused cell, "read" for any other."""
    try:
        cell_value(raw, column)
    except CellFault as fault:
        return str(fault)
    return "read"


@given(raw=RAW, place=st.sampled_from(COLUMNS))
def test_any_cell_is_read_or_refused(raw: Any, place: Any) -> None:
    _sheet, column = place

    assert cell_is_empty(raw) or cell(raw, column)


@slow
@given(
    spoilt=st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(0, 5), TYPED), min_size=1, max_size=12),
)
def test_any_cells_in_a_workbook_give_faults_or_a_content(spoilt: list[Any]) -> None:
    lines = example_lines()
    for (sheet, column), line, value in spoilt:
        rows = lines[sheet.code]
        rows[line % len(rows)][column.code] = value

    content, faults = read(book(lines))

    assert (content is None) == bool(faults)
    assert all(fault.sentence and fault.sheet in lines for fault in faults)
    if content is not None:
        assert read(workbook_write(content)) == (content, [])


@slow
@given(dropped=st.sets(st.sampled_from([sheet.code for sheet in SHEETS]), min_size=1, max_size=len(SHEETS) - 1))
def test_any_sheets_may_be_missing(dropped: set[str]) -> None:
    lines = {code: rows for code, rows in example_lines().items() if code not in dropped}
    _content, faults = read(book(lines))

    assert {(fault.sheet, fault.row) for fault in faults} >= {(code, 0) for code in dropped}


@slow
@given(data=st.binary(max_size=400), keep=st.integers(0, 9000))
def test_any_bytes_are_refused_with_a_sentence(data: bytes, keep: int) -> None:
    whole = book(example_lines())

    for spoilt in (data, whole[:keep] + data):
        content, faults = read(spoilt)
        assert (content is None) == bool(faults)


def test_titles_of_every_sheet_are_unique() -> None:
    for sheet in SHEETS:
        titles = titles_of(sheet.code, [])
        assert len(titles) == len(set(titles))
