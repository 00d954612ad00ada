"""All units of a league table with their intervals: one row each, in order of rank."""

from collections.abc import Sequence
from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from reports.charts.drawing import ACCENT, EDGE, INK, INK_SOFT, LINE
from reports.selectors.ranking import Block, Row
from reports.sentences import interval, points, ranks

ROWS_A_CHART = 45
ROW_HEIGHT = 22
WIDTH = 380


def describe(block: Block, rows: Sequence[Row]) -> str:
    """What the chart shows, with the ends of the order."""
    if not rows:
        return _("No unit has a rank.")
    first, last = rows[0], rows[-1]
    facts = {
        "block": block.name,
        "first": first.name,
        "first_score": points(first.total),
        "last": last.name,
        "last_score": points(last.total),
    }
    return (
        _(
            "%(block)s in order of rank, each with its score and interval: from %(first)s (%(first_score)s) to "
            "%(last)s (%(last_score)s)."
        )
        % facts
    )


def spec(block: Block, rows: Sequence[Row]) -> alt.LayerChart:
    """A point and a bar for each unit, name at the left, score and rank range at the right, the median as a line."""
    data = alt.InlineData(values=[_datum(row) for row in rows])
    low, high = block.axis
    y = alt.Y("code:N", sort=[row.code for row in rows], axis=None)
    x = alt.X("total:Q", scale=alt.Scale(domain=[low, high], zero=False), title=None, axis=_axis(low, high))
    base = alt.Chart(data).encode(y=y)
    layers: list[Any] = [
        base.mark_bar(height=8, color=ACCENT, opacity=0.28)
        .encode(x=x.copy(), x2="high:Q")
        .transform_calculate(total="datum.low"),
        base.mark_tick(thickness=3, size=14, color=ACCENT, opacity=1).encode(x=x),
        _text(base, "name", -12, align="right", color=INK),
        _text(base, "score", WIDTH + 48, align="right", color=INK, fontWeight=600),
        _text(base, "interval", WIDTH + 60, align="left", color=INK_SOFT),
        _text(base, "ranks", WIDTH + 206, align="right", color=INK_SOFT),
    ]
    if block.median is not None:
        line = alt.Chart(alt.InlineData(values=[{"median": block.median}])).mark_rule(color=EDGE, strokeDash=[3, 3])
        layers.insert(0, line.encode(x=alt.X("median:Q")))
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=ROW_HEIGHT * max(len(rows), 1))


def _datum(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": f"{row.short}",
        "total": row.total,
        "low": row.total if row.low is None else row.low,
        "high": row.total if row.high is None else row.high,
        "score": points(row.total),
        "interval": interval(row.low, row.high),
        "ranks": _("ranks %(ranks)s") % {"ranks": ranks(row.rank_low, row.rank_high)},
    }


def _axis(low: float, high: float) -> alt.Axis:
    step = 10 if high - low > 20 else 5
    ticks = [low + step * place for place in range(int((high - low) / step) + 1)]
    return alt.Axis(
        orient="top", values=ticks, gridColor=LINE, domain=False, ticks=False, labelColor=INK_SOFT, labelFontSize=11
    )


def _text(base: alt.Chart, field: str, x: float, **look: Any) -> Any:
    return base.mark_text(fontSize=12, baseline="middle", **look).encode(x=alt.value(x), text=f"{field}:N")
