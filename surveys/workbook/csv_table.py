"""A CSV file as lines that know where each cell stands, for tables too long for a workbook."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.workbook.archive import column_letters
from surveys.workbook.cells import cell_text
from surveys.workbook.faults import Fault, FileFaults

LARGEST_FILE = 60_000_000
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class CsvLine:
    """One line: its number as a spreadsheet shows it, and its cells by title ("" where empty)."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class CsvTable:
    titles: tuple[str, ...]
    lines: tuple[CsvLine, ...]

    def fault(self, row: int, title: str, sentence: str) -> Fault:
        letter = column_letters(self.titles.index(title) + 1) if title in self.titles else ""
        return Fault("", row, letter, sentence, title)


def csv_read(data: bytes, *, refusal: type[FileFaults]) -> CsvTable:
    """Read a CSV in UTF-8 whose first line holds the titles; commas, semicolons or tabs part the cells.

    Raises:
        FileFaults: (of the class `refusal`) not readable as such a table.
    """
    if len(data) > LARGEST_FILE:
        raise refusal([Fault("", 0, "", _("The file is larger than 60 MB."))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal([Fault("", 0, "", _("The file is not in UTF-8. Save it as “CSV UTF-8”."))]) from error
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise refusal([Fault("", 0, "", _("The file is not a readable CSV table."))]) from error
    titles = tuple(cell_text(title) for title in rows[0]) if rows else ()
    faults = list(_title_faults(titles))
    wide = [number for number, row in enumerate(rows[1:], 2) if any(cell_text(cell) for cell in row[len(titles) :])]
    faults += [Fault("", number, "", _("This line has more cells than there are titles.")) for number in wide]
    if faults:
        raise refusal(faults)
    return CsvTable(titles, tuple(_lines(rows, titles)))


def _title_faults(titles: tuple[str, ...]) -> Iterator[Fault]:
    if not any(titles):
        yield Fault("", 1, "", _("The file has no titles in its first line."))
    for place, title in enumerate(titles):
        if title and title in titles[:place]:
            sentence = _("The column “%(title)s” stands here twice.") % {"title": title}
            yield Fault("", 1, column_letters(place + 1), sentence, title)


def _lines(rows: list[list[str]], titles: tuple[str, ...]) -> Iterator[CsvLine]:
    for number, row in enumerate(rows[1:], 2):
        cells = {title: cell_text(cell) for title, cell in zip(titles, row, strict=False) if title}
        if any(cells.values()):
            yield CsvLine(number, {title: cells.get(title, "") for title in titles if title})
