"""Contrast of every pair of colours used, computed from the tokens (WCAG 2.2: 4.5 for text, 3 for marks and edges)."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
TEXT, MARK = 4.5, 3.0
STEPS = range(1, 8)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", block))


def block_after(selector: str, start: int = 0) -> str:
    begin = TOKENS.index("{", TOKENS.index(selector, start)) + 1
    return TOKENS[begin : TOKENS.index("}", begin)]


LIGHT = colours(block_after(":root {"))
DARK_BY_SYSTEM = colours(block_after(':root:not([data-theme="light"])'))
DARK_BY_CHOICE = colours(block_after(':root[data-theme="dark"]'))
THEMES = {"light": LIGHT, "dark": DARK_BY_SYSTEM}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink", "accent-wash"),
    ("ink", "warning-wash"),
    ("ink", "danger-wash"),
    ("ink", "ok-wash"),
    ("ink-soft", "paper"),
    ("ink-soft", "wash"),
    ("ink-soft", "accent-wash"),
    ("accent", "paper"),
    ("accent", "wash"),
    ("accent", "accent-wash"),
    ("accent", "warning-wash"),
    ("accent-strong", "paper"),
    ("accent-strong", "accent-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ok", "paper"),
    ("ok", "ok-wash"),
    ("warning", "paper"),
    ("warning", "warning-wash"),
    ("danger", "paper"),
    ("danger", "danger-wash"),
    *[(f"heat-ink-{step}", f"heat-{step}") for step in STEPS],
]
MARK_PAIRS = [
    ("edge", "paper"),
    ("edge", "wash"),
    ("focus", "paper"),
    ("focus", "wash"),
    ("focus", "accent-wash"),
    ("focus", "danger-wash"),
    ("accent", "line"),
]


def test_black_on_white_is_the_largest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_edges_and_focus_are_visible(theme: str, mark: str, ground: str) -> None:
    assert contrast(THEMES[theme][mark], THEMES[theme][ground]) >= MARK


def test_accent_on_white_reaches_seven() -> None:
    assert contrast(LIGHT["accent"], LIGHT["paper"]) >= 7


@pytest.mark.parametrize("theme", THEMES)
def test_heat_steps_keep_their_order_in_greyscale(theme: str) -> None:
    grounds = [luminance(THEMES[theme][f"heat-{step}"]) for step in STEPS]
    assert grounds == sorted(grounds, reverse=theme == "light")
    neighbours = [
        contrast(THEMES[theme][f"heat-{step}"], THEMES[theme][f"heat-{step + 1}"]) for step in list(STEPS)[:-1]
    ]
    assert min(neighbours) >= 1.12


def test_dark_by_choice_is_dark_by_system() -> None:
    assert DARK_BY_CHOICE == DARK_BY_SYSTEM
    assert set(DARK_BY_SYSTEM) == set(LIGHT)
