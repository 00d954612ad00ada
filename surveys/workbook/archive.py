"""A look into the XLSX archive before the spreadsheet reader opens it.

The reader lays every sheet out as a full rectangle, so one stray cell in the last row and column would ask for
17 thousand million cells; and it shows a formula's error as an empty cell. Both are found here.
"""

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from surveys.workbook.faults import Fault, FileFaults

LARGEST_FILE = 10_000_000
LARGEST_CONTENT = 80_000_000
MOST_CELLS = 2_000_000

_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d{1,7})["']""")
_ERROR = re.compile(rb"""\bt=["']e["']""")
_SHEET = re.compile(r"""<(?:\w+:)?sheet\b[^>]*>""")
_RELATION = re.compile(r"""<(?:\w+:)?Relationship\b[^>]*>""")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")


def formula_errors(data: bytes, *, refusal: type[FileFaults]) -> dict[str, set[tuple[int, str]]]:
    """By sheet, the row numbers and column letters of cells that hold an error such as #DIV/0!.

    Raises:
        FileFaults: (of the class `refusal`) not an XLSX file, or too large.
    """
    if len(data) > LARGEST_FILE:
        raise _file_fault(refusal, _("The file is larger than 10 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive, refusal)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise _file_fault(refusal, _("This is not an Excel workbook (.xlsx).")) from error
    if "xl/workbook.xml" not in members:
        raise _file_fault(refusal, _("This is not an Excel workbook (.xlsx)."))
    for name, text in members.items():
        if name.startswith("xl/worksheets/") and _cells(text) > MOST_CELLS:
            raise _file_fault(refusal, _("A sheet reaches over too many rows and columns. Delete the empty ones."))
    return {sheet: _errors(members.get(path, b"")) for sheet, path in _paths(members).items()}


def _file_fault(refusal: type[FileFaults], sentence: str) -> FileFaults:
    return refusal([Fault("", 0, "", sentence)])


def _members(archive: zipfile.ZipFile, refusal: type[FileFaults]) -> dict[str, bytes]:
    """Every part that the reader would unpack; what a part says about its own size is not believed."""
    members, left = {}, LARGEST_CONTENT
    for info in archive.infolist():
        with archive.open(info) as member:
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _file_fault(refusal, _("The workbook unpacks to more than 80 MB."))
        if info.filename.endswith((".xml", ".rels")):
            members[info.filename.lstrip("/")] = content
    return members


def _cells(sheet: bytes) -> int:
    places = [(column_number(letters.decode()), int(row)) for letters, row in _CELL.findall(sheet)]
    rows = [int(row) for row in _ROW.findall(sheet)]
    widest = max((column for column, _row in places), default=1)
    return widest * max([row for _column, row in places] + rows, default=1)


def _errors(sheet: bytes) -> set[tuple[int, str]]:
    return {
        (int(found.group(2)), found.group(1).decode())
        for found in _CELL.finditer(sheet)
        if _ERROR.search(found.group(0))
    }


def _paths(members: dict[str, bytes]) -> dict[str, str]:
    """Path of the part of each sheet, by the sheet's name."""
    relations = {}
    for found in _RELATION.findall(members.get("xl/_rels/workbook.xml.rels", b"").decode(errors="replace")):
        attributes = dict(_ATTRIBUTE.findall(found))
        target = attributes.get("Target", "")
        relations[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    paths = {}
    for found in _SHEET.findall(members["xl/workbook.xml"].decode(errors="replace")):
        attributes = dict(_ATTRIBUTE.findall(found))
        paths[attributes.get("name", "")] = relations.get(attributes.get("r:id", ""), "")
    return paths


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
