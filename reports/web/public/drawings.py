"""Stored drawings on pages: in the colours of the reader's light or dark theme."""

from django.utils.safestring import SafeString, mark_safe

# The colours in which charts are drawn (those of the light theme and of paper), and the tokens that hold them.
TOKENS = {
    "#1b2430": "--ink",
    "#4b5866": "--ink-soft",
    "#d8dee6": "--line",
    "#7b8794": "--edge",
    "#0b5c7a": "--accent",
    "#ffffff": "--paper",
}


def themed(svg: str) -> SafeString:
    """A drawing of ours, read from its stored file, with tokens in place of its colours; empty stays empty."""
    for colour, token in TOKENS.items():
        svg = svg.replace(f'"{colour}"', f'"var({token})"')
    return mark_safe(svg)  # noqa: S308 - drawn by reports.charts, every text in it escaped
