"""What a section consists of, and how its figures become a CSV file."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ddci.core.text import csv_cell
from ddci.templatetags.ddci_format import write_number
from scoring.sentences.diagnostics import HOW, TITLES

# Excel takes a CSV file for UTF-8 only if it begins with this mark; other readers skip it ("utf-8-sig").
BYTE_ORDER_MARK = "\ufeff"
OK, WARN, NONE = "ok", "warn", "none"

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """`key` heads the column in the file, `label` on the page; `kind` says how a figure is written there: text, count,
    number, percent or yes; a key (a code for machines) stands in the file only.
    """

    key: str
    label: str
    kind: str = "text"
    places: int = 2

    @property
    def numeric(self) -> bool:
        return self.kind not in {"text", "yes", "key"}

    @property
    def shown(self) -> bool:
        return self.kind != "key"


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Iterable[Mapping[str, Cell]]) -> "Table":
        """Rows that name their cells by the keys of the columns."""
        return cls(columns, [tuple(row[column.key] for column in columns) for row in rows])

    @property
    def heads(self) -> list[Column]:
        """The columns that the page shows; the first of them heads the row."""
        return [column for column in self.columns if column.shown]


@dataclass(frozen=True)
class Span:
    """A stretch of the axis. `kind`: bar (from the zero line), sampling, recipes, weights, interval."""

    kind: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Mark:
    """A point on the axis. `kind`: dot (filled), ring (hollow), tick (line), peer (small, pale)."""

    kind: str
    at: float | None


@dataclass(frozen=True)
class PlotRow:
    """One line of a drawing; the text of `figure` and `note` says what is drawn. `under`: a second line of the label;
    `group`: a heading above the first row that has it.
    """

    label: str
    figure: str
    spans: Sequence[Span] = ()
    marks: Sequence[Mark] = ()
    note: str = ""
    warn: bool = False
    under: str = ""
    group: str = ""


@dataclass(frozen=True)
class Plot:
    """Rows on one axis. `legend`: (kind, words); `lines`: where a thin line crosses all rows; `unit`: what the axis
    counts.
    """

    low: float
    high: float
    rows: Sequence[PlotRow]
    legend: Sequence[tuple[str, str]] = ()
    lines: Sequence[float] = ()
    unit: str = ""
    places: int = 0
    percent: bool = False

    @property
    def ends(self) -> tuple[str, str]:
        return self.written(self.low), self.written(self.high)

    def written(self, value: float) -> str:
        return percent(value, self.places) if self.percent else write_number(value, self.places)


@dataclass(frozen=True)
class Section:
    """`finding` is the sentence computed from the figures. A section without table has nothing to show but its finding,
    which then says why.
    """

    key: str
    finding: str
    state: str = OK
    table: Table | None = None
    plot: Plot | None = None
    export: Callable[[], Table] | None = None
    n: int | None = None
    stats: Sequence[tuple[str, str]] = field(default=())

    @property
    def title(self) -> str:
        return str(TITLES[self.key])

    @property
    def how(self) -> str:
        return str(HOW[self.key])

    @property
    def file(self) -> Table | None:
        """What is downloaded: more than the page shows, where the section says so."""
        return self.export() if self.export else self.table


def unit_heads() -> tuple[Column, ...]:
    """The columns of `BlockFacts.named`, with which every table of units begins."""
    return Column("unit", "", "key"), Column("name", _("Unit")), Column("n", _("Ratings"), "count")


def percent(value: float | None, places: int = 0) -> str:
    return f"{write_number(None if value is None else value * 100, places)}{'' if value is None else '%'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:most])
    if len(names) <= most:
        return shown
    return _("%(names)s and %(more)s more") % {"names": shown, "more": len(names) - most}


def counted(n: float | None) -> str:
    return f"n = {write_number(n, 0)}"


def top(values: Sequence[float | None], least: float) -> float:
    """The upper end of an axis that shows all values, and at least `least`."""
    return max([least, *(value for value in values if value is not None)])


def section_csv(table: Table) -> bytes:
    """Full precision, decimal point, comma between cells, UTF-8 with a byte order mark; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(cell) for cell in row])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return str(cell).lower()
    return csv_cell(cell) if isinstance(cell, str) else cell
