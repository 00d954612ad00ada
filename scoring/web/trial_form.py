"""The few choices that a trial beside a run offers; the whole recipe has a form of its own."""

from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.enums import Counting
from scoring.models import ScoringRun
from scoring.selectors.recipes import margin_names
from scoring.selectors.runs import years_published_before
from scoring.web.forms import DatasetChoice
from surveys.models import Dataset
from surveys.selectors.datasets import datasets_of

FEWEST_LEVEL = 5
MEANS = [
    ("arithmetic", _("Weighted arithmetic mean")),
    ("geometric", _("Weighted geometric mean")),
    ("harmonic", _("Weighted harmonic mean")),
]


class TrialForm(forms.Form):
    """Other choices for a run: what it was computed from, and those of its recipe that differ most between provinces.

    Everything else stays as in the recipe it starts from. A reason is needed only where it becomes a recipe.
    `keeping`: it is to become one.
    """

    dataset = DatasetChoice(label=_("Dataset"), queryset=None, empty_label=None)
    exclusions = forms.ChoiceField(label=_("Responses used"), choices=Counting.choices, required=False)
    weights = forms.ChoiceField(label=_("Weights"))
    goalposts = forms.ChoiceField(label=_("Ends of the scale of an indicator (goalposts)"))
    indicator_mean = forms.ChoiceField(label=_("Indicators into sub-indices"), choices=MEANS)
    total_mean = forms.ChoiceField(label=_("Sub-indices into the total"), choices=MEANS)
    min_ratings = forms.IntegerField(label=_("Fewest ratings for a ranked unit"), min_value=0, max_value=10_000)
    reason = forms.CharField(label=_("What is different and why"), max_length=300, required=False)

    def __init__(self, *args: Any, run: ScoringRun, keeping: bool, **kwargs: Any) -> None:
        edition = run.edition
        self.start, self.margins = run.recipe.content, margin_names(edition)
        self.own, self.keeping = run.exclusions or Counting.REVIEWED.value, keeping
        self.years = [str(year) for year in years_published_before(edition)]
        super().__init__(*args, **{**kwargs, "initial": self._initial(run.dataset)})
        self._choices("weights", self._weights())
        self._choices("goalposts", self._goalposts())
        field = self.fields["dataset"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = datasets_of(edition)

    def _initial(self, dataset: Dataset) -> dict[str, Any]:
        aggregate = self.start["aggregate"]
        return {
            "dataset": dataset.pk,
            "exclusions": self.own,
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

    def clean_exclusions(self) -> str:
        """The responses used; left open, those of the run. A flag alone leaves nobody out of a run."""
        given: str = self.cleaned_data["exclusions"] or self.own
        if self.keeping and given == Counting.FLAGGED:
            raise forms.ValidationError(
                _("A run leaves out only responses that people excluded. Decide about the flagged ones in the review.")
            )
        return given

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
