"""From a specification to an SVG text that a strict content security policy and a screen reader accept."""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import altair as alt
import vl_convert
from django.conf import settings

INK, INK_SOFT, LINE, EDGE = "#1b2430", "#4b5866", "#d8dee6", "#7b8794"
ACCENT, PAPER = "#0b5c7a", "#ffffff"
# Pages put the reader's theme in place of these colours (reports.web.public.drawings); print and PDF keep them.
FONT = "Be Vietnam Pro"
CLEAR = "transparent"
VEGA_LITE = "6.1"


@dataclass(frozen=True)
class Text:
    """What a drawing says to those who do not see it. `key` makes the ids unique in a page."""

    key: str
    title: str
    description: str


@cache
def _font_known() -> bool:
    vl_convert.register_font_directory(str(settings.BASE_DIR / "static" / "fonts" / "pdf"))
    return True


def drawn(chart: alt.LayerChart, text: Text) -> str:
    """The SVG of a chart; the same chart gives the same text."""
    _font_known()
    svg = vl_convert.vegalite_to_svg(_configured(chart).to_dict(), vl_version=VEGA_LITE)
    return _tidied(str(svg), text)


def _configured(chart: alt.LayerChart) -> Any:
    return chart.configure(font=FONT, aria=False, background=CLEAR, padding=4).configure_view(stroke=None)


def _tidied(svg: str, text: Text) -> str:
    """The drawing as one image for screen readers: a title, a description, no roles inside."""
    svg = re.sub(r' (?:aria-hidden|aria-roledescription|role|class|pointer-events)="[^"]*"', "", svg)
    svg = re.sub(rf'<rect [^>]*fill="{CLEAR}"/>', "", svg)
    svg = re.sub(r'<path d="" [^>]*/>|<path d="M0,0h0v0h0Z"[^>]*/>', "", svg)
    svg = re.sub(r"<g>(?:<g></g>)*</g>", "", svg)
    size = re.search(r'viewBox="([^"]*)"', svg)
    box = size.group(1) if size else "0 0 0 0"
    _, _, width, height = box.split()
    inner = svg[svg.index(">") + 1 :]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}" width="{width}" height="{height}" '
        f'aria-labelledby="{text.key}-title {text.key}-desc" font-family="{FONT}, sans-serif">'
        f'<title id="{text.key}-title">{escape(text.title)}</title>'
        f'<desc id="{text.key}-desc">{escape(text.description)}</desc>'
    )
    return head + inner
