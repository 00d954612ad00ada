"""Forms of the scoring pages."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.enums import Exclusions, Verdict
from scoring.models import Recipe
from scoring.selectors.recipes import margin_names, recipes_of
from scoring.selectors.runs import years_published_before
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import datasets_of

LARGEST_SEED = 2**31 - 1
LARGEST_RECIPE = 1_000_000
FEWEST_LEVEL = 5
MEANS = [
    ("arithmetic", _("Weighted arithmetic mean")),
    ("geometric", _("Weighted geometric mean")),
    ("harmonic", _("Weighted harmonic mean")),
]


class DatasetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Dataset) -> str:
        return str(_("Dataset %(number)s (%(ratings)s ratings)")) % {"number": obj.number, "ratings": obj.ratings}


class RecipeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Recipe) -> str:
        label = str(_("Recipe %(number)s")) % {"number": obj.number}
        return f"{label}: {obj.reason}" if obj.reason else label


class RunForm(forms.Form):
    """What a run is computed from. Without a recipe the standard one of the edition is written and used."""

    dataset = DatasetChoice(label=_("Dataset"), queryset=None, empty_label=None)
    recipe = RecipeChoice(
        label=_("Recipe"),
        queryset=None,
        required=False,
        empty_label=_("Standard recipe of this edition"),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text=_("Any number. Rank ranges rest on random draws; the same seed repeats them exactly."),
    )

    exclusions = forms.ChoiceField(
        label=_("Responses used"),
        choices=Exclusions.choices,
        required=False,
        help_text=_("Either way the page of the run shows scores and ranks with and without the excluded responses."),
    )

    def clean_exclusions(self) -> Exclusions:
        return Exclusions(self.cleaned_data["exclusions"] or Exclusions.REVIEWED)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("dataset", datasets_of(edition)), ("recipe", recipes_of(edition))):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(Verdict.APPROVED, _("Approve this run")), (Verdict.REJECTED, _("Send it back"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed when the run is sent back. It is kept with the run and read by its author."),
    )

    def clean(self) -> dict[str, Any]:
        """A run sent back says why."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("verdict") == Verdict.REJECTED and not given.get("note", "").strip():
            self.add_error("note", _("Say why the run is sent back."))
        return given


class CompareForm(forms.Form):
    """Two complete runs of one edition."""

    first = forms.TypedChoiceField(label=_("From run"), coerce=int)
    second = forms.TypedChoiceField(label=_("To run"), coerce=int)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.choices = [(number, number) for number in numbers]


class RecipeForm(forms.Form):
    """The choices that differ most between provinces; everything else stays as in the recipe it starts from."""

    weights = forms.ChoiceField(label=_("Weights"))
    goalposts = forms.ChoiceField(label=_("Ends of the scale of an indicator (goalposts)"))
    indicator_mean = forms.ChoiceField(label=_("Indicators into sub-indices"), choices=MEANS)
    total_mean = forms.ChoiceField(label=_("Sub-indices into the total"), choices=MEANS)
    min_ratings = forms.IntegerField(label=_("Fewest ratings for a ranked unit"), min_value=0, max_value=10_000)
    reason = forms.CharField(label=_("What is different and why"), max_length=300, required=False)

    def __init__(self, *args: Any, edition: Edition, start: Mapping[str, Any], **kwargs: Any) -> None:
        self.start, self.margins = start, margin_names(edition)
        self.years = [str(year) for year in years_published_before(edition)]
        super().__init__(*args, **{**kwargs, "initial": self._initial()})
        self._choices("weights", self._weights())
        self._choices("goalposts", self._goalposts())

    def _initial(self) -> dict[str, Any]:
        aggregate = self.start["aggregate"]
        return {
            "weights": self.start["weight"]["method"],
            "goalposts": self.start["normalise"]["goalposts"],
            "indicator_mean": aggregate["indicator"],
            "total_mean": aggregate["total"],
            "min_ratings": self.start["measure"]["min_ratings"],
        }

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _weights(self) -> list[tuple[str, Any]]:
        plain = [("none", _("No weights: every response counts the same")), ("design", _("Design weights"))]
        return [("rake", _("Raking to the population counts")), *plain] if self.margins else plain

    def _goalposts(self) -> list[tuple[str, Any]]:
        own = [("edition", _("The units of this edition")), ("fixed", _("Fixed ends of each indicator"))]
        earlier = [
            ("pooled", _("This and all earlier editions together")),
            ("envelope", _("Running since the first edition (envelope)")),
        ]
        return [*own, *earlier] if self.years else own

    def content(self) -> dict[str, Any]:
        """The recipe with these choices."""
        given, recipe = self.cleaned_data, deepcopy(dict(self.start))
        raked = given["weights"] == "rake"
        margins = (recipe["weight"]["margins"] or self.margins) if raked else []
        collapse = (recipe["weight"]["collapse_below"] or FEWEST_LEVEL) if raked else 0
        recipe["weight"] |= {"method": given["weights"], "margins": margins, "collapse_below": collapse}
        recipe["normalise"] |= {"goalposts": given["goalposts"]}
        if given["goalposts"] in {"pooled", "envelope"}:
            recipe["normalise"] |= {"editions": self.years, "base": self.years[0]}
        means = {"indicator": given["indicator_mean"], "group": given["indicator_mean"], "total": given["total_mean"]}
        recipe["aggregate"] |= means
        recipe["measure"] |= {"min_ratings": given["min_ratings"]}
        return recipe


class TrialForm(RecipeForm):
    """Other choices for a run: what it was computed from, and how. A reason only where it becomes a recipe."""

    dataset = DatasetChoice(label=_("Dataset"), queryset=None, empty_label=None)
    field_order = ("dataset",)

    def __init__(self, *args: Any, edition: Edition, start: Mapping[str, Any], dataset: Dataset, **kwargs: Any) -> None:
        self.used = dataset
        super().__init__(*args, edition=edition, start=start, **kwargs)
        field = self.fields["dataset"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = datasets_of(edition)

    def _initial(self) -> dict[str, Any]:
        return {**super()._initial(), "dataset": self.used.pk}


class RecipeTextForm(forms.Form):
    """A whole recipe as JSON, typed or as a file; a file comes before the text."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Recipe as JSON"),
        required=False,
        max_length=LARGEST_RECIPE,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "hash"}),
    )
    reason = forms.CharField(label=_("What is different and why"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Adds `content`, the data of the recipe; what it means is checked when it is written."""
        given: dict[str, Any] = super().clean() or {}
        upload = given.get("file")
        raw = upload.read(LARGEST_RECIPE) if upload else str(given.get("text", "")).encode()
        try:
            given["content"] = json.loads(raw)
            _storable(given["content"])
        except (ValueError, RecursionError) as error:
            where = getattr(error, "lineno", 0)
            text = _("This is not JSON: see line %(line)s.") if where else _("This is not JSON.")
            self.add_error("file" if upload else "text", str(text) % {"line": where} if where else str(text))
        return given


def _storable(content: Any) -> None:
    """Refuse escapes that no database stores: NUL, and halves of characters (a `ValueError` of the encoding)."""
    text = json.dumps(content, ensure_ascii=False)
    if "\\u0000" in text:
        raise ValueError(text)
    text.encode()
