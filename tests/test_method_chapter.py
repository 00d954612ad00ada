"""docs/method.md: a section for every part of the method, and examples that hold."""

from __future__ import annotations

import doctest
import pkgutil
import re
from pathlib import Path

import pytest

import scoring.engine
from scoring.engine import GROUND, PARTS
from scoring.engine.aggregate import AGGREGATORS
from scoring.engine.normalise import NORMALISERS
from scoring.engine.recipe import DEFAULTS
from scoring.engine.types import STATISTICS
from scoring.engine.weight import WEIGHTERS

CHAPTER = (Path(__file__).resolve().parent.parent / "docs" / "method.md").read_text(encoding="utf-8")
NUMBERED = re.compile(r"^## (\d+)\. (.+?) · (.+)$", re.MULTILINE)
HEADINGS = ("Bằng lời.", "In plain words.", "Formulas", "Defaults and reasons.", "Limits.")


def sections() -> dict[str, str]:
    """The text of each numbered section by its English title."""
    text = re.split(r"^## ", CHAPTER, flags=re.MULTILINE)
    found = {}
    for part in text[1:]:
        title = NUMBERED.match(f"## {part}")
        if title:
            found[title[2]] = part
    return found


def test_sections_are_the_parts_of_the_engine_in_their_order() -> None:
    titles = [(int(number), title) for number, title, _ in NUMBERED.findall(CHAPTER)]

    assert titles == list(enumerate(PARTS, start=1))


def test_every_module_of_the_engine_belongs_to_one_part() -> None:
    modules = sorted(module.name for module in pkgutil.iter_modules(scoring.engine.__path__))

    assert sorted([*GROUND, *(module for own in PARTS.values() for module in own)]) == modules


@pytest.mark.parametrize("title", PARTS)
def test_a_section_names_its_modules(title: str) -> None:
    assert [name for name in PARTS[title] if f"`{name}`" not in sections()[title]] == []


def test_what_the_parts_stand_on_is_named() -> None:
    assert [name for name in GROUND if f"`{name}`" not in CHAPTER] == []


@pytest.mark.parametrize("title", PARTS)
def test_a_section_goes_from_plain_words_to_limits(title: str) -> None:
    text = sections()[title]
    places = [text.find(f"**{heading}") for heading in HEADINGS]

    assert -1 not in places
    assert places == sorted(places)
    assert "\nSources: " in text
    assert "```pycon" in text


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Weight", WEIGHTERS),
        ("Measure", STATISTICS),
        ("Normalise", NORMALISERS),
        ("Aggregate", AGGREGATORS),
        ("Weight", [name for name in DEFAULTS["weight"] if name in ("tolerance", "collapse_below")]),
        ("Measure", DEFAULTS["measure"]),
        ("Aggregate", ["threshold", "availability", "multiplier"]),
        ("Adjust", ["max_bonus", "max_penalty"]),
    ],
)
def test_every_method_and_setting_has_its_line(title: str, names: list[str]) -> None:
    assert [name for name in names if f"`{name}`" not in sections()[title]] == []


def test_examples_of_the_chapter_hold() -> None:
    code = "\n".join(re.findall(r"```pycon\n(.*?)```", CHAPTER, re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(code, {}, "method.md", "docs/method.md", 0)

    found = doctest.DocTestRunner().run(examples)

    assert found.attempted > 2 * len(PARTS)
    assert found.failed == 0
    assert "logistic" not in NORMALISERS
