"""Geometry of the small drawings and the icons: `{% load ddci_figures %}`.

Coordinates leave here as text with a decimal point, because SVG does not read the decimal comma that templates write.
"""

from decimal import Decimal
from functools import cache
from typing import TypedDict

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ddci.templatetags.ddci_format import Number, as_decimal

register = template.Library()

HEAT_STEPS = 7
STRIP_WIDTH = 200
POINT = 6

ICONS = {
    "arrow-left": '<path d="M15 5l-7 7 7 7"/>',
    "arrow-right": '<path d="M9 5l7 7-7 7"/>',
    "arrow-up": '<path d="M12 20V5M5 12l7-7 7 7"/>',
    "arrow-down": '<path d="M12 4v15M5 12l7 7 7-7"/>',
    "check": '<path d="M4 12.5l5.5 5.5L20 7"/>',
    "check-circle": '<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "warning": '<path d="M12 3.5L22 20.5H2z"/><path d="M12 10v4.5M12 17.5v.1"/>',
    "stop": '<path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"/><path d="M12 7v6M12 16.5v.1"/>',
    "info": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.5v.1"/>',
    "lock": '<rect x="4.5" y="10.5" width="15" height="10" rx="1.5"/><path d="M8 10.5V7a4 4 0 018 0v3.5"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M4.5 20h15"/>',
    "document": '<path d="M6 2.5h8l4.5 4.5v14.5H6z"/><path d="M14 2.5V7h4.5M9 12h6.5M9 16h6.5"/>',
    "mail": '<rect x="2.5" y="5" width="19" height="14" rx="1.5"/><path d="M3 6.5l9 7 9-7"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 000 17z" fill="currentColor"/>',
    "empty": '<path d="M3 14l3-9h12l3 9v6H3z"/><path d="M3 14h5.5l1 2.5h5l1-2.5H21"/>',
}


class Strip(TypedDict):
    """Attributes of an interval strip in a view box 200 wide and 14 high."""

    x: str
    width: str
    point: str
    reference: str | None


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """A drawn sign beside a text, hidden from screen readers: the text must say it all."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" {extra}" if extra else "",
        mark_safe(ICONS[name]),  # noqa: S308 - our own constant
    )


def position(value: Number, low: Number, high: Number, length: float = STRIP_WIDTH) -> float | None:
    """Where a value falls on an axis from `low` to `high`: 0..length, held inside; None without a value or an axis."""
    number, start, end = as_decimal(value), as_decimal(low), as_decimal(high)
    if number is None or start is None or end is None or end <= start:
        return None
    share = (number - start) / (end - start)
    return float(min(max(share, Decimal(0)), Decimal(1))) * length


def coordinate(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@register.simple_tag
def at(value: Number, low: Number, high: Number, length: float = 100, start: float = 0) -> str:
    """`{% at score 1 10 300 20 %}`: the coordinate of `score` on an axis 300 long that begins at 20, or nothing."""
    place = position(value, low, high, float(length))
    return "" if place is None else coordinate(place + float(start))


@register.simple_tag
def strip(
    value: Number, low: Number, high: Number, axis: tuple[Number, Number], reference: Number = None
) -> Strip | None:
    """The drawing of a score with its interval on `axis` = (from, to); None where there is nothing to draw."""
    inner = STRIP_WIDTH - 2 * POINT
    middle = position(value, axis[0], axis[1], inner)
    if middle is None:
        return None
    left, right = position(low, axis[0], axis[1], inner), position(high, axis[0], axis[1], inner)
    begin, end = (middle, middle) if left is None or right is None else (left, right)
    line = position(reference, axis[0], axis[1], inner)
    return Strip(
        x=coordinate(begin + POINT),
        width=coordinate(max(end - begin, 0)),
        point=coordinate(middle + POINT),
        reference=None if line is None else coordinate(line + POINT),
    )


@register.filter
def heat_step(value: Number, axis: str = "1,10") -> int | None:
    """The step 1..7 of a value on an axis "low,high" (`{{ score|heat_step:"10,100" }}`); None without a value."""
    low, _, high = axis.partition(",")
    place = position(value, low, high, HEAT_STEPS)
    return None if place is None else min(int(place) + 1, HEAT_STEPS)


@register.filter
def heat_class(value: Number, axis: str = "1,10") -> str:
    """`heat heat-4`, or `heat heat--none` for an absent value."""
    step = heat_step(value, axis)
    return "heat heat--none" if step is None else f"heat heat-{step}"


@register.simple_tag
def heat_bounds(low: float = 1, high: float = 10) -> list[tuple[int, float, float]]:
    """Step, from, to of each of the seven heat steps, for a legend."""
    size = (float(high) - float(low)) / HEAT_STEPS
    return [(step + 1, low + step * size, low + (step + 1) * size) for step in range(HEAT_STEPS)]


@register.simple_tag
def axis(low: Number, high: Number) -> tuple[Number, Number]:
    """A pair for `strip`: `{% axis 10 100 as whole %}`."""
    return (low, high)
