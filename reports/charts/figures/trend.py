"""A unit's score over its published years; years measured with another yardstick are hollow and not joined."""

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from reports.charts.drawing import ACCENT, INK, INK_SOFT, LINE, PAPER
from reports.selectors.scale import axis_round
from reports.selectors.unit_page import UnitResult, Year
from reports.sentences import points

WIDTH, HEIGHT = 320, 180


def title(unit: UnitResult) -> str:
    facts = {"name": unit.row.name, "first": unit.years[0].year, "last": unit.years[-1].year}
    return _("Scores of %(name)s, %(first)s to %(last)s") % facts


def spec(unit: UnitResult) -> alt.LayerChart:
    """A point with its interval for each year, the score above it."""
    ends = [end for year in unit.years for end in (year.low, year.high, year.total)]
    low, high = axis_round(ends, 10, (unit.scale.low, unit.scale.high))
    latest = unit.years[-1].year
    values = [_datum(year, latest) for year in unit.years]
    base = alt.Chart(alt.InlineData(values=values)).encode(x=_x([str(year.year) for year in unit.years]))
    y = alt.Y("total:Q", scale=alt.Scale(domain=[low, high], zero=False), title=None, axis=_axis(low, high))
    steady, moved = "datum.comparable", "!datum.comparable"
    layers = [
        base.mark_rule(color=ACCENT, opacity=0.28, strokeWidth=7).encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_line(color=ACCENT, strokeWidth=2).encode(y=y).transform_filter(steady),
        _point(base, ACCENT).encode(y=alt.Y("total:Q")).transform_filter(steady),
        _point(base, PAPER).encode(y=alt.Y("total:Q")).transform_filter(moved),
        base.mark_text(color=INK, fontSize=12.5, fontWeight=600, dy=-10).encode(y=alt.Y("high:Q"), text="score:N"),
    ]
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=HEIGHT)


def _datum(year: Year, latest: int) -> dict[str, Any]:
    return {
        "year": str(year.year),
        "total": year.total,
        "low": year.total if year.low is None else year.low,
        "high": year.total if year.high is None else year.high,
        "score": points(year.total),
        "comparable": year.comparable or year.year == latest,
    }


def _x(years: list[str]) -> alt.X:
    axis = alt.Axis(labelAngle=0, labelColor=INK, labelFontSize=12, domainColor=LINE, ticks=False, title=None)
    return alt.X("year:O", sort=years, axis=axis, scale=alt.Scale(padding=0.5))


def _axis(low: float, high: float) -> alt.Axis:
    ticks = [low + 10 * place for place in range(int((high - low) / 10) + 1)]
    return alt.Axis(
        values=ticks, format="d", gridColor=LINE, domain=False, ticks=False, labelColor=INK_SOFT, labelFontSize=11
    )


def _point(base: alt.Chart, fill: str) -> Any:
    return base.mark_point(color=ACCENT, fill=fill, size=80, strokeWidth=1.5, opacity=1)
