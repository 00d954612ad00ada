"""The workbook as bytes. The same content always gives the same bytes."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from surveys.workbook import guide
from surveys.workbook.archive import column_letters
from surveys.workbook.columns import WEIGHT_PREFIX, Column, Kind, Sheet
from surveys.workbook.content import EditionContent
from surveys.workbook.example import EXAMPLE
from surveys.workbook.lines import Line, cell_of, lines_of
from surveys.workbook.sheets import GUIDE, RECORDS, SHEETS

MADE = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
LINES_PREPARED = 600
TEXTUAL = {Kind.TEXT, Kind.SLUG, Kind.MARK, Kind.CODES, Kind.MARKS, Kind.NUMBERS, Kind.CONDITION}
# Where the codes of a column are listed: the spreadsheet offers them.
REFERENCES = {
    ("units", "block"): "blocks",
    ("questions", "sub_index"): "sub_indices",
    ("indicators", "sub_index"): "sub_indices",
    ("indicators", "question"): "questions",
    ("eligibility", "block"): "blocks",
    ("hard_data", "unit"): "units",
    ("hard_data", "indicator"): "indicators",
}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "example": {"italic": True, "font_color": "#6b7280"},
    "required": {"bold": True, "font_color": "#ffffff", "bg_color": "#14524a", "border": 1, "border_color": "#ffffff"},
    "optional": {"bold": True, "font_color": "#14524a", "bg_color": "#d5ebe6", "border": 1, "border_color": "#ffffff"},
    "title": {"bold": True, "font_size": 16, "font_color": "#14524a"},
    "wrapped": {"text_wrap": True, "valign": "top"},
}


def workbook_write(content: EditionContent) -> bytes:
    """The workbook of this content, with guide, lists to choose from and notes on the titles."""
    return _written(lines_of(content), [block.code for block in content.blocks], style="plain")


def workbook_template() -> bytes:
    """An empty workbook to fill in: titles, explanations, and a small edition as example."""
    return _written(lines_of(EXAMPLE), [block.code for block in EXAMPLE.blocks], style="example")


def records_write(lines: Sequence[Line]) -> bytes:
    """The workbook of records alone: its lines with the names of units and indicators beside their codes."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": RECORDS.vi, "comments": RECORDS.en, "created": MADE})
    _Paper(book, "plain").flat(RECORDS, RECORDS.columns, lines)
    book.close()
    return target.getvalue()


def _written(lines: Mapping[str, Sequence[Line]], blocks: Sequence[str], *, style: str) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": guide.TITLE[0], "comments": guide.TITLE[1], "created": MADE})
    paper = _Paper(book, style)
    paper.guide()
    for sheet in SHEETS:
        columns = [*sheet.columns, *_weights(sheet, blocks)]
        paper.upright(sheet, lines[sheet.code][0]) if sheet.upright else paper.flat(sheet, columns, lines[sheet.code])
    book.close()
    return target.getvalue()


def _weights(sheet: Sheet, blocks: Iterable[str]) -> list[Column]:
    return [
        Column(f"{WEIGHT_PREFIX}{block}", Kind.NUMBER, guide.WEIGHT.vi, guide.WEIGHT.en, low=0, high=9999, width=20)
        for block in (blocks if sheet.weights else ())
    ]


class _Paper:
    """The formats of one workbook, and how its sheets are laid out."""

    def __init__(self, book: Any, style: str) -> None:
        self.book = book
        self.formats: dict[tuple[str, str], Any] = {}
        self.style = style

    def format(self, style: str, form: str = "") -> Any:
        if (style, form) not in self.formats:
            number = {"num_format": form} if form else {}
            self.formats[style, form] = self.book.add_format({"font_size": 11, **STYLES[style], **number})
        return self.formats[style, form]

    def cell_format(self, column: Column) -> Any:
        form = "@" if column.kind in TEXTUAL else "dd/mm/yyyy" if column.kind is Kind.DATE else ""
        return self.format(self.style, form)

    def guide(self) -> None:
        page = self.book.add_worksheet(GUIDE)
        page.hide_gridlines(2)
        page.set_column("A:B", 20)
        page.set_column("C:C", 18)
        page.set_column("D:D", 38)
        page.set_column("E:F", 70)
        page.write_string(0, 0, f"{guide.TITLE[0]} / {guide.TITLE[1]}", self.format("title"))
        row = 2
        for vi, en in guide.ADVICE:
            page.write_string(row, 0, vi)
            page.write_string(row + 1, 0, en, self.format("example"))
            row += 2
        row += 1
        for place, heading in enumerate(guide.HEADINGS):
            page.write_string(row, place, heading, self.format("required"))
        for number, (sheet, column) in enumerate(guide.explained(), row + 1):
            needed = "có / yes" if column.required else ""
            form = guide.form(column)[0]
            for place, text in enumerate((sheet, column.code, needed, form, column.vi, column.en)):
                page.write_string(number, place, text, self.format("wrapped"))

    def upright(self, sheet: Sheet, line: Line) -> None:
        page = self.book.add_worksheet(sheet.code)
        page.set_column("A:A", 22)
        page.set_column("B:B", 60)
        page.set_column("C:C", 90)
        page.freeze_panes(1, 1)
        for place, title in enumerate(("field", "value", "…")):
            page.write_string(0, place, title, self.format("required"))
        for row, column in enumerate(sheet.columns, 1):
            page.write_string(row, 0, column.code, self.format("required" if column.required else "optional"))
            self.write(page, (row, 1), column, line.get(column.code))
            page.write_string(row, 2, f"{column.vi} / {column.en}", self.format("example"))
            self.offer(page, (row, 1, row, 1), sheet, column)

    def flat(self, sheet: Sheet, columns: Sequence[Column], lines: Sequence[Line]) -> None:
        page = self.book.add_worksheet(sheet.code)
        page.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width, self.format("plain", "@") if column.kind in TEXTUAL else None)
            page.write_string(0, place, column.code, self.format("required" if column.required else "optional"))
            note = f"{column.vi}\n{column.en}"
            page.write_comment(0, place, note, {"x_scale": 2, "y_scale": 1.2, "author": "DDCI", "font_size": 10})
            self.offer(page, (1, place, max(LINES_PREPARED, len(lines) + 100), place), sheet, column)
        for row, line in enumerate(lines, 1):
            for place, column in enumerate(columns):
                self.write(page, (row, place), column, line.get(column.code))

    def write(self, page: Any, at: tuple[int, int], column: Column, value: Any) -> None:
        cell, form = cell_of(value), self.cell_format(column)
        if cell is None or cell == "":
            page.write_blank(*at, None, form)
        elif isinstance(cell, str):
            page.write_string(*at, cell, form)
        elif isinstance(cell, date):
            page.write_datetime(*at, cell, form)
        else:
            page.write_number(*at, cell, form)

    def offer(self, page: Any, area: tuple[int, int, int, int], sheet: Sheet, column: Column) -> None:
        """A list to choose from, where the words are known. It advises; what counts is decided on import."""
        reference = REFERENCES.get((sheet.code, column.code))
        source: Any = None
        if column.kind is Kind.FLAG:
            source = ["yes", "no"]
        elif column.choices:
            source = list(column.choices)
        elif reference:
            source = f"={reference}!${column_letters(1)}$2:${column_letters(1)}${LINES_PREPARED}"
        if source:
            page.data_validation(*area, {"validate": "list", "source": source, "error_type": "warning"})
