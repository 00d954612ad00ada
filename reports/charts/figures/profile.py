"""A unit's sub-indices on one axis, among all units of its block: narrow enough for a phone."""

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from reports.charts.drawing import ACCENT, EDGE, INK, INK_SOFT, LINE, PAPER
from reports.selectors.scale import Axis, axis_round
from reports.selectors.unit_page import ProfileRow, UnitResult
from reports.sentences import points, strength_sentence

WIDTH = 320
ROW_HEIGHT = 46
LABEL_UP = -15


def title(unit: UnitResult) -> str:
    return _("%(name)s on each sub-index, among the units of its block") % {"name": unit.row.name}


def describe(unit: UnitResult) -> str:
    """The sub-indices in words: own score, median, best."""
    return f"{strength_sentence(unit)} " + _("The table beside the figure gives every number.")


def spec(unit: UnitResult) -> alt.LayerChart:
    """For each sub-index: peers as faint ticks, median as a bar, best as a ring, the unit as a dot with interval."""
    axis = axis_of(unit)
    rows = [row for row in unit.profile if row.cell.value is not None]
    order = [row.column.code for row in rows]
    x = alt.X("value:Q", scale=alt.Scale(domain=list(axis), zero=False), title=None, axis=_axis(axis))
    y = alt.Y("code:N", sort=order, axis=None)

    def layer(values: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.InlineData(values=values)).encode(y=y)

    own = layer([_datum(row, axis) for row in rows])
    peers = layer([{"code": row.column.code, "value": peer} for row in rows for peer in row.peers])
    layers = [
        own.mark_rule(color=LINE, strokeWidth=1).encode(x=alt.X("start:Q"), x2="end:Q"),
        peers.mark_tick(color=EDGE, opacity=0.45, thickness=1, size=9).encode(x=x),
        own.mark_bar(color=ACCENT, opacity=0.28, height=7).encode(x=alt.X("low:Q"), x2="high:Q"),
        own.mark_tick(color=INK, thickness=2, size=17).encode(x=alt.X("median:Q")),
        own.mark_point(color=INK, fill=PAPER, size=64, strokeWidth=1.5, opacity=1).encode(x=alt.X("best:Q")),
        own.mark_point(color=ACCENT, fill=ACCENT, size=88, opacity=1).encode(x=alt.X("value:Q")),
        _label(own, "name", 0, align="left", fontWeight=400),
        _label(own, "score", WIDTH, align="right", fontWeight=600),
    ]
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=ROW_HEIGHT * max(len(rows), 1))


def axis_of(unit: UnitResult) -> Axis:
    """The axis that holds every value of the block and this unit's intervals."""
    ends = [end for row in unit.profile for end in (row.low, row.high, *row.peers)]
    return axis_round(ends, 1, (unit.scale.part_low, unit.scale.part_high))


def _datum(row: ProfileRow, axis: Axis) -> dict[str, Any]:
    value = row.cell.value
    return {
        "code": row.column.code,
        "name": row.column.name,
        "score": points(value),
        "value": value,
        "low": max(value if row.low is None else row.low, axis[0]) if value is not None else None,
        "high": min(value if row.high is None else row.high, axis[1]) if value is not None else None,
        "median": row.median,
        "best": row.best,
        "start": axis[0],
        "end": axis[1],
    }


def _axis(axis: Axis) -> alt.Axis:
    ticks = [axis[0] + place for place in range(int(axis[1] - axis[0]) + 1)]
    return alt.Axis(
        orient="bottom",
        values=ticks,
        format="d",
        grid=False,
        domain=False,
        tickColor=LINE,
        labelColor=INK_SOFT,
        labelFontSize=11,
    )


def _label(base: Any, field: str, x: float, **look: Any) -> Any:
    mark = base.mark_text(color=INK, fontSize=12.5, dy=LABEL_UP, baseline="middle", **look)
    return mark.encode(x=alt.value(x), text=f"{field}:N")
