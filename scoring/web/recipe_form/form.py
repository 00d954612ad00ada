"""The recipe form: fields for every decision, the recipe that they make, faults at the field where they lie."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from scoring.engine.channels import USUAL
from scoring.engine.checks import Fault
from scoring.engine.recipe import path_text, recipe_sha256
from scoring.engine.recipe_diff import Place
from scoring.selectors.names import EditionNames
from scoring.sentences import recipe_fault_sentence
from scoring.sentences.recipe_places import indicator_words, path_words
from scoring.web.recipe_form import parts
from scoring.web.recipe_form.fields import parse_number
from scoring.web.recipe_form.parts import Content, Known, Part, field_name, read_at, write_at

NEED_MARGINS = frozenset({"poststratify", "rake", "calibrate"})
POINT_KEYS = ("unit", "points", "reason", "document")


class RecipeForm(forms.Form):
    """Every part of a recipe that a province decides. What is left as it was stays exactly as in the start.

    `start` is the complete recipe that the form begins with; `start_sha256` goes along hidden, so that choices made on
    one recipe are never laid over another.
    """

    start_sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("What is different and why"),
        max_length=300,
        required=False,
        help_text=_("Name the decision or document on which it rests. Kept with the recipe and shown in lists."),
    )

    def __init__(self, *args: Any, start: Content, known: Known, **kwargs: Any) -> None:
        self.start, self.known = start, known
        self.parts: dict[str, Part] = {part.name: part for part in self._parts()}
        initial = {part.name: read_at(start, part.place) for part in self.parts.values()}
        initial["channels"] = start.get("channels", list(USUAL))
        initial["start_sha256"] = recipe_sha256(start)
        super().__init__(*args, **{**kwargs, "initial": initial})
        own = {name: self.fields.pop(name) for name in ("start_sha256", "reason")}
        self.fields = {**{part.name: part.field for part in self.parts.values()}, **own}

    def _parts(self) -> Iterator[Part]:
        for make in (
            parts.channel_parts,
            parts.weighting_parts,
            parts.block_parts,
            parts.scale_parts,
            parts.rule_parts,
            parts.averaging_parts,
            parts.point_parts,
            parts.band_parts,
            parts.uncertainty_parts,
        ):
            yield from make(self.start, self.known)

    def clean_start_sha256(self) -> str:
        given = str(self.cleaned_data["start_sha256"])
        if given and given != self.initial["start_sha256"]:
            raise forms.ValidationError(_("The recipe that this form started from has changed. Open the form anew."))
        return given

    # --- the recipe -------------------------------------------------------------------------------------------------
    def content(self) -> dict[str, Any]:
        """The recipe with what was typed; for a valid form."""
        recipe = deepcopy(dict(self.start))
        for part in self.parts.values():
            if part.name in self.changed_data and part.place[:2] != ("adjust", "points"):
                for place in (part.place, *part.also):
                    write_at(recipe, place, self.cleaned_data[part.name], vanishes=part.vanishes)
        if "channels" not in self.start and set(recipe.get("channels", USUAL)) == set(USUAL):
            recipe.pop("channels", None)
        recipe["adjust"]["points"] = [self._point(row) for row in self._point_rows()]
        own = recipe["normalise"]["indicators"]
        recipe["normalise"]["indicators"] = {code: rules for code, rules in own.items() if rules}
        last = len(recipe["rank"]["bands"]) - 1
        bands = enumerate(recipe["rank"]["bands"])
        recipe["rank"]["bands"] = [band for row, band in bands if band["from"] is not None or row == last]
        if recipe["weight"]["method"] not in NEED_MARGINS:
            recipe["weight"] |= {"margins": [], "collapse_below": 0, "trim": None}
        return recipe

    def _point_rows(self) -> list[int]:
        """Rows of bonus and penalty points in which anything was typed."""
        rows = range(len(self.start["adjust"]["points"]) + parts.SPARE_ROWS)
        return [row for row in rows if any(self._typed(row, key) not in (None, "") for key in POINT_KEYS)]

    def _typed(self, row: int, key: str) -> Any:
        return self.cleaned_data.get(field_name(("adjust", "points", row, key)))

    def _point(self, row: int) -> dict[str, Any]:
        """A row as the recipe has it; an untouched document that the start did not give is not written either."""
        before = read_at(self.start, ("adjust", "points", row)) or {}
        found = {key: self._typed(row, key) for key in POINT_KEYS}
        if not found["document"] and "document" not in before:
            del found["document"]
        return found

    # --- faults -----------------------------------------------------------------------------------------------------
    def faults_add(self, faults: Sequence[Fault], recipe: Mapping[str, Any]) -> list[dict[str, str]]:
        """Put every fault at the field where it lies; what has no field is returned for the summary."""
        places = self._places(recipe)
        homeless = []
        for fault in faults:
            words = recipe_fault_sentence(fault)
            name = _nearest(fault.path, places)
            if name is not None and words not in self.errors.get(name, []):
                self.add_error(name, words)
            elif name is None:
                homeless.append({"text": f"{path_words(fault.path, self.known.names, recipe)}: {words}", "anchor": ""})
        return homeless

    def _places(self, recipe: Mapping[str, Any]) -> dict[str, str]:
        """Path of the checker → field. Rows of points count only those in which anything was typed."""
        rows = {row: number for number, row in enumerate(self._point_rows())}
        found = {}
        for part in self.parts.values():
            place: Place = part.place
            if place[:2] == ("adjust", "points"):
                place = (*place[:2], rows.get(int(place[2]), -1), *place[3:])
            for each in (place, *part.also):
                found[path_text(each)] = part.name
        for code, placed in parts.indicator_codes(recipe).items():
            for place in placed:
                found[path_text((*place, "scale"))] = field_name(("normalise", "fixed", code))
        return found

    # --- for the page -----------------------------------------------------------------------------------------------
    def _field(self, *place: Any) -> BoundField | None:
        name = field_name(place)
        return self[name] if name in self.fields else None

    def blocks(self) -> list[dict[str, Any]]:
        """Blocks with their sub-indices, groups and indicators, each with its fields."""
        names = self.known.names
        return [
            {
                "code": code,
                "name": names.blocks.get(code, code),
                "per_cent": self.start["aggregate"]["weights"] == "sum_to_one",
                "total": self._weights_total(code, content),
                "sub_indices": self._sub_indices(code, content, names),
                "groups": [
                    {"code": item["code"], "weight": self._field("blocks", code, "groups", row, "weight")}
                    for row, item in enumerate(content.get("groups", ()))
                ],
            }
            for code, content in self.start["blocks"].items()
        ]

    def _weights_total(self, block: str, content: Content) -> float | None:
        """The weights of a block as they stand in the form, in per cent; None where one is no number."""
        fields = [
            self._field("blocks", block, "sub_indices", row, "weight") for row in range(len(content["sub_indices"]))
        ]
        try:
            return sum(
                parse_number(str(field.value())) if self.is_bound else 100 * field.initial for field in fields if field
            )
        except forms.ValidationError:
            return None

    def _sub_indices(self, block: str, content: Content, names: EditionNames) -> list[dict[str, Any]]:
        keys = ("weight", "direction", "statistic", "share_of", "min_n")
        return [
            {
                "name": names.sub_indices.get(item["code"], item["code"]),
                "weight": self._field("blocks", block, "sub_indices", row, "weight"),
                "faulty": self._faulty(block, content, item["code"]),
                "indicators": [
                    {"name": indicator_words(each["code"], names), "hard": each["statistic"] == "hard"}
                    | {key: self._field("blocks", block, "indicators", place, key) for key in keys}
                    for place, each in enumerate(content["indicators"])
                    if each["sub_index"] == item["code"]
                ],
            }
            for row, item in enumerate(content["sub_indices"])
        ]

    def _faulty(self, block: str, content: Content, sub_index: str) -> bool:
        """Whether an indicator of the sub-index has a fault, so that its table must stand open."""
        if not self.is_bound:
            return False
        rows = [row for row, each in enumerate(content["indicators"]) if each["sub_index"] == sub_index]
        inside = tuple(f"{field_name(('blocks', block, 'indicators', row))}__" for row in rows)
        return any(name.startswith(inside) for name in self.errors)

    def rules(self) -> list[dict[str, Any]]:
        """Rows of the table of ends and rules by indicator."""
        return [
            {
                "name": indicator_words(code, self.known.names),
                "scale": read_at(self.start, (*places[0], "scale")),
                "fixed": self._field("normalise", "fixed", code),
                "target": self._field(*places[0], "target"),
                "method": self._field("normalise", "indicators", code, "method"),
                "goalposts": self._field("normalise", "indicators", code, "goalposts"),
                "restart": self._field("normalise", "restarts", code),
            }
            for code, places in parts.indicator_codes(self.start).items()
        ]

    def points(self) -> list[dict[str, Any]]:
        rows = range(len(self.start["adjust"]["points"]) + parts.SPARE_ROWS)
        return [{key: self._field("adjust", "points", row, key) for key in POINT_KEYS} for row in rows]

    def bands(self) -> list[BoundField | None]:
        return [self._field("rank", "bands", row, "from") for row in range(len(self.start["rank"]["bands"]))]


def _nearest(path: str, places: Mapping[str, str]) -> str | None:
    """The field of a path: its own, else the first one below it."""
    if path in places:
        return places[path]
    inside = (f"{path}.", f"{path}[")
    return next((name for place, name in places.items() if path and place.startswith(inside)), None)
