"""Forms of the scoring pages."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ddci.templatetags.ddci_format import write_number
from scoring.enums import Exclusions, Verdict
from scoring.models import Recipe
from scoring.selectors.recipes import recipes_of
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import datasets_of

LARGEST_SEED = 2**31 - 1
LARGEST_RECIPE = 1_000_000


class DatasetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Dataset) -> str:
        facts = {"number": obj.number, "ratings": write_number(obj.ratings, 0)}
        return str(_("Dataset %(number)s (%(ratings)s ratings)")) % facts


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
