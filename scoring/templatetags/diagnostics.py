"""Drawings and figures of the diagnostics: `{% load diagnostics %}`.

Places along the axis are percent of the drawing's width, so that a drawing is as wide as its column.
"""

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ddci.templatetags.ddci_figures import coordinate, position
from ddci.templatetags.ddci_format import ABSENT, plain, write_number
from scoring.tables.section import Cell, Column, Mark, Plot, PlotRow, Span, Table, percent

register = template.Library()

HEIGHT = 24
# Where a stretch lies across the row: top, height.
LANES = {
    "bar": (5, 14),
    "way": (11, 2),
    "interval": (10, 4),
    "sampling": (7, 10),
}
THREE_LANES = {"sampling": (1, 6), "recipes": (9, 6), "weights": (17, 6)}
NARROWEST = 0.4
EMPTY_AT_ZERO = frozenset({"bar", "way"})
RADIUS = {"dot": "6", "ring": "5", "peer": "4"}


@register.simple_tag
def drawing(row: PlotRow, plot: Plot) -> SafeString:
    """What a row draws, in the order of drawing: elements for an SVG that is HEIGHT pixels high."""
    lanes = THREE_LANES if {span.kind for span in row.spans} & {"recipes", "weights"} else LANES
    found = [_line("reference", line, plot) for line in plot.lines]
    found += [_stretch(span, plot, lanes) for span in row.spans]
    found += [_mark(mark, plot) for mark in row.marks]
    return mark_safe("".join(found))  # noqa: S308 - numbers and our own words for kinds, nothing that anybody typed


def _place(value: float | None, plot: Plot) -> float | None:
    return position(value, plot.low, plot.high, 100)


def _stretch(span: Span, plot: Plot, lanes: dict[str, tuple[int, int]]) -> str:
    low, high = _place(span.low, plot), _place(span.high, plot)
    if low is None or high is None or (span.kind in EMPTY_AT_ZERO and low == high):
        return ""
    y, height = lanes[span.kind]
    x, width = coordinate(min(low, high)), coordinate(max(abs(high - low), NARROWEST))
    return f'<rect class="plot-{span.kind}" x="{x}%" y="{y}" width="{width}%" height="{height}"/>'


def _mark(mark: Mark, plot: Plot) -> str:
    if mark.kind == "tick":
        return _line("tick", mark.at, plot)
    place = _place(mark.at, plot)
    if place is None:
        return ""
    return f'<circle class="plot-{mark.kind}" cx="{coordinate(place)}%" cy="{HEIGHT // 2}" r="{RADIUS[mark.kind]}"/>'


def _line(kind: str, at: float | None, plot: Plot) -> str:
    place = _place(at, plot)
    if place is None:
        return ""
    x = coordinate(place)
    return f'<line class="plot-{kind}" x1="{x}%" x2="{x}%" y1="0" y2="{HEIGHT}"/>'


@register.simple_tag
def table_rows(table: Table) -> SafeString:
    """The body of a table: its first column heads the row. Hundreds of cells: a template would take its time."""
    shown = [(place, column, escape(column.label)) for place, column in enumerate(table.columns) if column.shown]
    return mark_safe("".join(_row(shown, row) for row in table.rows))  # noqa: S308 - every text is escaped


def _row(shown: Sequence[tuple[int, Column, str]], row: Sequence[Cell]) -> str:
    cells: list[str] = []
    for place, column, label in shown:
        text = escape(figure(column, row[place]))
        number = f' class="num" data-value="{plain(row[place])}"' if column.numeric else ""
        cells.append(f'<td{number} data-label="{label}">{text}</td>' if cells else f'<th scope="row">{text}</th>')
    return f"<tr>{''.join(cells)}</tr>"


def figure(column: Column, value: Cell) -> str:
    """A figure as its column wants it written; a dash where there is none."""
    if value is None or value == "":
        return ABSENT
    if column.kind == "yes":
        return _("yes") if value else _("no")
    if column.kind == "text":
        return str(value)
    if column.kind == "percent":
        return percent(float(value), column.places)
    return write_number(value, 0 if column.kind == "count" else column.places)
