"""The rows of a frame file, XLSX or CSV, as lists of text cells. Refuses what would fill the memory."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from ddci.core.errors import Invalid

LARGEST_FILE = 60_000_000
LARGEST_CONTENT = 600_000_000
MOST_ROWS = 300_000
MOST_COLUMNS = 100
LONGEST_CELL = 2_000
EMPTY_ABOVE = 200  # rows that may be empty before the last one that is wanted
PIECE = 1 << 20
DELIMITERS = ",;\t"
_PLACE = re.compile(rb"""\br=["']([A-Z]{0,3})(\d{1,7})["']""")


class FrameFileUnreadable(Invalid):
    code = "frame_file_unreadable"
    sentence = _("The file cannot be read: it must be an Excel workbook (.xlsx) or a CSV file in UTF-8.")


class FrameFileTooLarge(Invalid):
    code = "frame_file_too_large"
    sentence = _("The file is too large: 60 MB, 300,000 rows and 100 columns at most. Delete empty rows and columns.")


class FrameFileEmpty(Invalid):
    code = "frame_file_empty"
    sentence = _("The file needs a first row with headings and at least one row of data.")


@dataclass(frozen=True)
class Grid:
    """`headings` of the first row that holds any; `rows` after it with their numbers as a spreadsheet shows them."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def grid_read(data: bytes, *, most: int = MOST_ROWS) -> Grid:
    """The first sheet of an XLSX file, or a CSV file, whatever it is called.

    Args:
        most: rows after the headings that are wanted; the rest is not looked at.

    Raises:
        FrameFileUnreadable, FrameFileTooLarge, FrameFileEmpty
    """
    if len(data) > LARGEST_FILE:
        raise FrameFileTooLarge
    lines = _sheet(data, most) if data[:4] == b"PK\x03\x04" else _csv(data)
    grid = Grid([], [])
    for number, cells in enumerate(lines, 1):
        if number > MOST_ROWS + 1 or len(cells) > MOST_COLUMNS:
            raise FrameFileTooLarge
        if not any(cells):
            continue
        if len(grid.rows) == most:
            break
        if grid.headings:
            grid.rows.append((number, cells))
        else:
            grid.headings.extend(cells)
    if not grid.rows:
        raise FrameFileEmpty
    return grid


def text_of(raw: object) -> str:
    """A cell as text in one line; whole numbers without a decimal point, days as YYYY-MM-DD."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = " ".join(str(raw).replace("\0", "").split())
    return text if text.isprintable() else "".join(sign for sign in text if sign.isprintable())


def _sheet(data: bytes, most: int) -> Iterator[list[str]]:
    _guard(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=most + EMPTY_ABOVE)
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise FrameFileUnreadable from error
    for row in rows:
        yield _trimmed(row)


def _trimmed(row: Iterable[object]) -> list[str]:
    cells = [text_of(raw)[:LONGEST_CELL] for raw in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _guard(data: bytes) -> None:
    """The reader lays a sheet out as a full rectangle up to its last cell: refuse a stray one far away, and bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            left = LARGEST_CONTENT
            for info in archive.infolist():
                with archive.open(info) as member:
                    left = _measured(member, left, info.filename.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, NotImplementedError) as error:
        raise FrameFileUnreadable from error


def _measured(member: IO[bytes], left: int, is_sheet: bool) -> int:
    """Bytes that may still be unpacked after this part; what a part says about its own size is not believed."""
    rest = b""
    while piece := member.read(PIECE):
        left -= len(piece)
        if left < 0:
            raise FrameFileTooLarge
        if is_sheet:
            text = rest + piece
            rest = text[-40:]
            if _far(text):
                raise FrameFileTooLarge
    return left


def _far(text: bytes) -> bool:
    """Whether a place such as XFD1048576 stands in this piece: more than two letters, or a high row number."""
    places = set(_PLACE.findall(text))
    return any(len(letters) > 2 or int(row) > MOST_ROWS + 1 for letters, row in places)


def _csv(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FrameFileUnreadable from error
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter):
            yield _trimmed(row)
    except csv.Error as error:
        raise FrameFileUnreadable from error
