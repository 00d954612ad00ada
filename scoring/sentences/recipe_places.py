"""Where something stands in a recipe, and what stands there, in words: for faults, for fields, for differences."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from scoring.engine.recipe_diff import Place
from scoring.selectors.names import EditionNames
from scoring.sentences import methods
from scoring.sentences.notices import band_words
from scoring.sentences.numbers import plain_number
from surveys.enums import Channel, Direction, Statistic

SECTIONS: dict[str, Promise] = {
    "channels": _("Ways of coming in that count"),
    "weight": _("Weighting of responses"),
    "measure": _("Measuring"),
    "normalise": _("Scale and goalposts"),
    "aggregate": _("Averaging"),
    "adjust": _("Bonus and penalty points"),
    "rank": _("Bands"),
    "uncertainty": _("Uncertainty"),
    "edition": _("Label of the edition"),
    "title": _("Title"),
    "format": _("Format"),
    "blocks": _("Blocks"),
}
KEYS: dict[str, Promise] = {
    "weight.method": _("Method of weighting"),
    "weight.margins": _("Margins"),
    "weight.trim": _("Trimming: lowest and highest weight"),
    "weight.tolerance": _("Tolerance of raking"),
    "weight.max_iterations": _("Most sweeps of raking"),
    "weight.collapse_below": _("Join levels with fewer respondents than"),
    "measure.min_n": _("Fewest valid answers of an indicator"),
    "measure.min_ratings": _("Fewest ratings for a ranked unit"),
    "normalise.method": _("Method of bringing to the scale"),
    "normalise.target": _("Scale of points: lowest and highest"),
    "normalise.goalposts": _("Ends of an indicator (goalposts)"),
    "normalise.editions": _("Earlier editions that count"),
    "normalise.base": _("Base edition of the envelope"),
    "normalise.restarts": _("Restart of the envelope"),
    "normalise.fixed": _("Fixed ends"),
    "normalise.indicators": _("Rule of its own"),
    "aggregate.indicator": _("Indicators into sub-indices"),
    "aggregate.group": _("Groups into sub-indices"),
    "aggregate.total": _("Sub-indices into the total"),
    "aggregate.threshold": _("Share of the parts that must be there (%)"),
    "aggregate.availability": _("How that share is counted"),
    "aggregate.multiplier": _("The total is the mean times"),
    "aggregate.weights": _("Kind of weights"),
    "adjust.max_bonus": _("Most bonus points of a unit"),
    "adjust.max_penalty": _("Most penalty points of a unit"),
    "adjust.points": _("Points given"),
    "rank.bands": _("Thresholds"),
    "uncertainty.method": _("Method of uncertainty"),
    "uncertainty.confidence": _("Confidence (%)"),
    "uncertainty.draws": _("Random draws for rank ranges"),
    "uncertainty.step_down": _("Narrow rank ranges step by step"),
    "sub_indices": _("Sub-indices"),
    "groups": _("Groups"),
    "indicators": _("Indicators"),
    "weight": _("Weight"),
    "code": _("Code"),
    "sub_index": _("Sub-index"),
    "group": _("Group"),
    "direction": _("Direction"),
    "statistic": _("Statistic"),
    "question": _("Question"),
    "share_of": _("Answers that count"),
    "min_n": _("Fewest answers"),
    "scale": _("Ends of the answer scale"),
    "target": _("Target"),
    "method": _("Method"),
    "goalposts": _("Goalposts"),
    "unit": _("Unit"),
    "points": _("Points"),
    "reason": _("Reason"),
    "document": _("Document"),
    "from": _("from"),
}
BY_CODE = ("fixed", "restarts", "indicators")
PER_CENT = frozenset({("aggregate", "threshold"), ("uncertainty", "confidence")})
CHOICES: dict[tuple[str, str], Callable[[], list[methods.MethodWords]]] = {
    ("weight", "method"): methods.weighting_methods,
    ("normalise", "method"): methods.normalisation_methods,
    ("normalise", "goalposts"): methods.goalpost_rules,
    ("aggregate", "indicator"): methods.aggregation_methods,
    ("aggregate", "group"): methods.aggregation_methods,
    ("aggregate", "total"): methods.aggregation_methods,
    ("aggregate", "availability"): methods.availability_rules,
    ("uncertainty", "method"): methods.uncertainty_methods,
}


def place_of(path: str) -> Place:
    """The place behind a path of the checker: `blocks.dept.indicators[3].direction`."""
    return tuple(int(part) if number else part for part, number in _pieces(path))


def _pieces(path: str) -> Iterator[tuple[str, bool]]:
    for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        yield (number, True) if number else (name, False)


def place_words(place: Place, names: EditionNames, recipe: Mapping[str, Any] | None = None) -> str:
    """`Sở, ban, ngành › TG1 Số ngày chờ › Chiều`. Numbers of rows are looked up in the recipe."""
    if not place:
        return _now("The recipe as a whole")
    if place[0] == "blocks" and len(place) > 1:
        return " › ".join(_in_block(place, names, recipe or {}))
    return " › ".join(_in_section(place, names, recipe or {}))


def _in_block(place: Place, names: EditionNames, recipe: Mapping[str, Any]) -> Iterator[str]:
    block = str(place[1])
    yield names.blocks.get(block, block)
    kind = str(place[2]) if len(place) > 2 else ""
    if len(place) == 3:
        yield str(KEYS.get(kind, kind))
    if len(place) > 3:
        yield _item_words(kind, place[3], names, recipe.get("blocks", {}).get(block, {}))
    for key in place[4:]:
        yield _key_words(key)


def _item_words(kind: str, item: str | int, names: EditionNames, block: Mapping[str, Any]) -> str:
    """A sub-index, group or indicator, by code or by its number in the list."""
    code = item
    if isinstance(item, int):
        rows = block.get(kind, ())
        known = item < len(rows) and isinstance(rows[item], Mapping)
        code = str(rows[item].get("code", item + 1)) if known else str(item + 1)
    if kind == "indicators":
        return indicator_words(str(code), names)
    return names.sub_indices.get(str(code), str(code))


def indicator_words(code: str, names: EditionNames) -> str:
    """Code and name of an indicator."""
    return f"{code} {names.indicators[code]}" if code in names.indicators else code


def _in_section(place: Place, names: EditionNames, recipe: Mapping[str, Any]) -> Iterator[str]:
    section, rest = str(place[0]), place[1:]
    yield str(SECTIONS.get(section, section))
    if not rest:
        return
    key = f"{section}.{rest[0]}"
    yield str(KEYS.get(key, rest[0]))
    for part in rest[1:]:
        if rest[0] in BY_CODE and isinstance(part, str) and part in names.indicators:
            yield indicator_words(part, names)
        elif key == "rank.bands" and isinstance(part, int):
            yield _band(part, recipe)
        elif key not in ("normalise.target", "weight.trim", "weight.margins", "normalise.fixed"):
            yield _key_words(part)


def _band(row: int, recipe: Mapping[str, Any]) -> str:
    bands = recipe.get("rank", {}).get("bands", ())
    known = row < len(bands) and isinstance(bands[row], Mapping)
    return band_words(str(bands[row].get("code", ""))) if known else str(row + 1)


def _key_words(key: str | int) -> str:
    if isinstance(key, int):
        return _now("row %(number)s") % {"number": key + 1}
    return str(KEYS.get(key, key))


def path_words(path: str, names: EditionNames, recipe: Any) -> str:
    """A path of the checker in words; the path itself stays readable behind it for whoever edits JSON."""
    return place_words(place_of(path), names, recipe if isinstance(recipe, Mapping) else {})


def value_words(place: Place, value: Any, names: EditionNames) -> str:
    """What stands at a place of a recipe, for people."""
    if value is None or isinstance(value, bool):
        return "–" if value is None else _now("yes") if value else _now("no")
    if isinstance(value, (int, float)):
        return plain_number(value * 100 if place[:2] in PER_CENT else value, 6)
    if isinstance(value, str):
        return _text(place, value, names)
    if place[:2] == ("rank", "bands"):
        return "; ".join(f"{band_words(str(band['code']))} {value_words((), band['from'], names)}" for band in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{_key_words(key)}: {value_words((*place, key), part, names)}" for key, part in value.items())
    return "; ".join(_items(place, value, names)) or "–"


def _items(place: Place, value: Iterable[Any], names: EditionNames) -> list[str]:
    return [value_words((*place, number), item, names) for number, item in enumerate(value)]


def _text(place: Place, value: str, names: EditionNames) -> str:
    key = place[-1] if place and isinstance(place[-1], str) else ""
    short = (str(place[0]), str(key)) if place else ("", "")
    offered = CHOICES[short]() if short in CHOICES else []
    titles = {words.code: str(words.title) for words in offered}
    if key == "direction" and value in Direction.values:
        return str(Direction(value).label)
    if key == "statistic" and value in {"hard", *Statistic.values}:
        return str(Statistic(Statistic.VALUE if value == "hard" else value).label)
    if place[:1] == ("channels",) and value in Channel.values:
        return str(Channel(value).label)
    if place[:2] == ("weight", "margins"):
        return names.fields.get(value, value)
    if key == "unit":
        return names.units.get(value, value)
    return titles.get(value, value) or "–"
