"""Which field of the form stands for which place of a recipe."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.engine.channels import CHANNELS
from scoring.engine.recipe_diff import Place
from scoring.selectors.names import EditionNames
from scoring.sentences import methods
from scoring.sentences.notices import band_words
from scoring.sentences.recipe_places import indicator_words, place_words
from scoring.web.recipe_form.fields import (
    LightChoice,
    LightNumber,
    LightSelect,
    LightText,
    LightWhole,
    NumberField,
    NumbersField,
    PairField,
)
from surveys.enums import Channel, Direction, Statistic

Content = Mapping[str, Any]
AS_ABOVE = ("", _("as above"))
SPARE_ROWS = 3


@dataclass(frozen=True)
class Part:
    """A field and the place of the recipe that it stands for. `also`: further places that get the same value.

    `vanishes`: an empty value takes the last key of the place out of the recipe.
    """

    name: str
    place: Place
    field: forms.Field
    vanishes: bool = False
    also: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the edition offers for choosing."""

    names: EditionNames
    margins: list[str]
    years: list[str]


def field_name(place: Place) -> str:
    return "__".join(str(part) for part in place)


def read_at(recipe: Any, place: Place) -> Any:
    """What stands at a place; None where nothing does."""
    for part in place:
        try:
            recipe = recipe[part]
        except (KeyError, IndexError):
            return None
    return recipe


def write_at(recipe: Any, place: Place, value: Any, *, vanishes: bool = False) -> None:
    """Set a place, making objects on the way; `vanishes` takes the key out where the value is empty."""
    for part in place[:-1]:
        recipe = recipe.setdefault(part, {}) if isinstance(recipe, dict) else recipe[part]
    if vanishes and value in (None, ""):
        recipe.pop(place[-1], None)
    else:
        recipe[place[-1]] = value


def choice(
    words: Iterable[methods.MethodWords], *, first: tuple[str, Any] | None = None, **options: Any
) -> LightChoice:
    offered = [(each.code, each.title) for each in words]
    return LightChoice(choices=[first, *offered] if first else offered, **options)


def _part(place: Place, made: forms.Field, known: Known, **options: Any) -> Part:
    """A part whose label is the place in words, unless the field brings one."""
    if made.label is None:
        made.label = place_words(place, known.names).rsplit(" › ", maxsplit=1)[-1]
    return Part(field_name(place), place, made, **options)


def goalpost_rules(start: Content, known: Known) -> list[methods.MethodWords]:
    """Rules that look at earlier editions are offered where there are earlier editions, or the start uses them."""
    earlier = bool(known.years)
    own = {start["normalise"]["goalposts"], *(r.get("goalposts") for r in start["normalise"]["indicators"].values())}
    rules = methods.goalpost_rules()
    return [rule for rule in rules if earlier or rule.code in {"edition", "fixed"} | own]


def _boxes(choices: list[tuple[str, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, choices=choices)


def channel_parts(_start: Content, known: Known) -> Iterator[Part]:
    """Which responses count by the way in which they came."""
    yield _part(("channels",), _boxes([(code, Channel(code).label) for code in CHANNELS]), known)


def weighting_parts(start: Content, known: Known) -> Iterator[Part]:
    """How responses are weighted, and how few make a figure."""
    fields = known.names.fields
    margins = dict.fromkeys([*known.margins, *start["weight"]["margins"]])
    trim = _("Multiples of the median weight, e.g. 0.3 and 3. Empty: no trimming.")
    collapse = _("Levels of a margin with fewer respondents are joined before weighting. 0: never.")
    few = _("Below it no figure is computed, so that nobody's own answer is shown. At least 3.")
    yield _part(("weight", "method"), choice(methods.weighting_methods()), known)
    yield _part(("weight", "margins"), _boxes([(code, fields.get(code, code)) for code in margins]), known)
    yield _part(("weight", "trim"), PairField(required=False, help_text=trim), known)
    yield _part(("weight", "collapse_below"), forms.IntegerField(help_text=collapse), known)
    ratings = _("A unit with fewer ratings gets no score and no rank.")
    yield _part(("measure", "min_ratings"), forms.IntegerField(help_text=ratings), known)
    yield _part(("measure", "min_n"), forms.IntegerField(help_text=few), known)


def scale_parts(start: Content, known: Known) -> Iterator[Part]:
    """How indicators are brought to a scale; earlier editions only where there are any."""
    normalise = start["normalise"]
    yield _part(("normalise", "method"), choice(methods.normalisation_methods()), known)
    yield _part(("normalise", "target"), PairField(help_text=_("The field's custom is 1 to 10.")), known)
    yield _part(("normalise", "goalposts"), choice(goalpost_rules(start, known)), known)
    years = sorted({*known.years, *normalise["editions"], *filter(None, [normalise["base"]])})
    if years:
        named = [(year, year) for year in years]
        base = LightChoice(required=False, choices=[("", _("the first edition")), *named])
        yield _part(("normalise", "editions"), _boxes(named), known)
        yield _part(("normalise", "base"), base, known)


def averaging_parts(_start: Content, known: Known) -> Iterator[Part]:
    """How parts are brought together, and the limits of bonus and penalty points."""
    for level in ("indicator", "group", "total"):
        yield _part(("aggregate", level), choice(methods.aggregation_methods()), known)
    share = _("With less of its parts a score is missing instead of being guessed from the rest.")
    times = _("10 on a scale of 1 to 10: the total then runs from 10 to 100.")
    yield _part(("aggregate", "threshold"), NumberField(times=100, help_text=share), known)
    yield _part(("aggregate", "availability"), choice(methods.availability_rules()), known)
    yield _part(("aggregate", "multiplier"), NumberField(help_text=times), known)
    yield _part(("adjust", "max_bonus"), NumberField(), known)
    yield _part(("adjust", "max_penalty"), NumberField(), known)


def uncertainty_parts(_start: Content, known: Known) -> Iterator[Part]:
    draws = _("At least 1,000; 10,000 steadies the ends of rank ranges.")
    narrow = _("Gives narrower ranges with the same confidence.")
    yield _part(("uncertainty", "method"), choice(methods.uncertainty_methods()), known)
    yield _part(("uncertainty", "confidence"), NumberField(times=100), known)
    yield _part(("uncertainty", "draws"), forms.IntegerField(help_text=draws), known)
    yield _part(("uncertainty", "step_down"), forms.BooleanField(required=False, help_text=narrow), known)


def block_parts(start: Content, known: Known) -> Iterator[Part]:
    """Weights of sub-indices; weight, direction, statistic and minimum of every indicator of every block."""
    times = 100 if start["aggregate"]["weights"] == "sum_to_one" else 1
    weight = _("Weight (%)") if times == 100 else _("Weight")
    for block, content in start["blocks"].items():
        for row, item in enumerate(content["sub_indices"]):
            name = known.names.sub_indices.get(item["code"], item["code"])
            label = f"{known.names.blocks.get(block, block)} › {name}: {weight}"
            place: Place = ("blocks", block, "sub_indices", row, "weight")
            yield _part(place, LightNumber(label=label, times=times), known)
        for row, item in enumerate(content.get("groups", ())):
            label = f"{item['code']}: {_('Weight')}"
            yield _part(("blocks", block, "groups", row, "weight"), LightNumber(label=label), known)
        for row, item in enumerate(content["indicators"]):
            yield from _indicator_parts(("blocks", block, "indicators", row), item, known)


def _indicator_parts(place: Place, item: Content, known: Known) -> Iterator[Part]:
    def label(key: str) -> str:
        return place_words((*place[:3], item["code"], key), known.names).split(" › ", maxsplit=1)[-1]

    def select(key: str, choices: list[tuple[str, Any]]) -> LightChoice:
        return LightChoice(label=label(key), choices=choices, widget=LightSelect(attrs={"aria-label": label(key)}))

    yield _part((*place, "weight"), LightNumber(label=label("weight")), known)
    yield _part((*place, "direction"), select("direction", list(Direction.choices)), known)
    yield _part((*place, "min_n"), LightWhole(label=label("min_n")), known)
    if item["statistic"] != "hard":
        soft = [pair for pair in Statistic.choices if pair[0] != Statistic.VALUE]
        yield _part((*place, "statistic"), select("statistic", soft), known)
        text = LightText(attrs={"aria-label": label("share_of"), "autocomplete": "off"})
        yield _part((*place, "share_of"), NumbersField(label=label("share_of"), required=False, widget=text), known)


def indicator_codes(start: Content) -> dict[str, list[Place]]:
    """Indicators in the order of the blocks, each with every place where it stands."""
    found: dict[str, list[Place]] = {}
    for block, content in start["blocks"].items():
        for row, item in enumerate(content["indicators"]):
            found.setdefault(item["code"], []).append(("blocks", block, "indicators", row))
    return found


def rule_parts(start: Content, known: Known) -> Iterator[Part]:
    """Fixed ends, target, a rule of its own and the restart of every indicator: the same in all blocks."""
    for code, places in indicator_codes(start).items():
        name = indicator_words(code, known.names)

        def named(key: Any, name: str = name) -> str:
            return f"{name}: {key}"

        ends = (named(_("lower end")), named(_("upper end")))
        fixed = PairField(label=named(_("Fixed ends")), labels=ends, required=False)
        yield _part(("normalise", "fixed", code), fixed, known, vanishes=True)
        target = LightNumber(label=named(_("Target")), required=False)
        more = tuple((*place, "target") for place in places[1:])
        yield _part((*places[0], "target"), target, known, also=more)
        own: Place = ("normalise", "indicators", code)
        for key, words in (
            ("method", methods.normalisation_methods()),
            ("goalposts", goalpost_rules(start, known)),
        ):
            label = named(_("Method") if key == "method" else _("Goalposts"))
            select = choice(words, first=AS_ABOVE, label=label, required=False)
            select.widget.attrs["aria-label"] = label
            yield _part((*own, key), select, known, vanishes=True)
        if known.years:
            label = named(_("Restart of the envelope"))
            years = LightChoice(label=label, required=False, choices=[("", "–"), *((y, y) for y in known.years)])
            years.widget.attrs["aria-label"] = label
            yield _part(("normalise", "restarts", code), years, known, vanishes=True)


def band_parts(start: Content, known: Known) -> Iterator[Part]:
    """The threshold of every band."""
    for row, item in enumerate(start["rank"]["bands"]):
        label = band_words(item["code"]) or item["code"]
        yield _part(("rank", "bands", row, "from"), NumberField(label=label, required=False), known)


def point_parts(start: Content, known: Known) -> Iterator[Part]:
    """Rows of bonus and penalty points: those there are and some spare ones."""
    units = [("", _("choose a unit")), *known.names.units.items()]
    for row in range(len(start["adjust"]["points"]) + SPARE_ROWS):
        place: Place = ("adjust", "points", row)
        number = {"number": row + 1}
        yield _part(
            (*place, "unit"),
            LightChoice(label=_("Row %(number)s: unit") % number, required=False, choices=units),
            known,
        )
        points = NumberField(label=_("Row %(number)s: points") % number, required=False)
        yield _part((*place, "points"), points, known)
        for key, label in (("reason", _("Row %(number)s: reason")), ("document", _("Row %(number)s: document"))):
            yield _part((*place, key), forms.CharField(label=label % number, required=False, max_length=300), known)
