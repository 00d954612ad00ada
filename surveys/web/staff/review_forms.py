"""Forms of the review of answers: the shape of what is typed, nothing more."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.enums import Decision, ExclusionReason, FlagCode
from surveys.models import Edition
from surveys.selectors.quality import UNDECIDED, Wanted
from surveys.selectors.units import rated_units
from surveys.sentences import THRESHOLDS, threshold_words
from surveys.services.reviews import Verdict

LONGEST_COMMENT = 500
EXCLUDE = "exclude"


class ReviewFilterForm(forms.Form):
    """The filters of the review list; what is not understood filters nothing."""

    flag = forms.ChoiceField(label=_("Flag"), required=False, choices=[("", _("All")), *FlagCode.choices])
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), (UNDECIDED, _("Undecided")), *Decision.choices]
    )
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, edition: Edition) -> None:
        super().__init__(data)
        units = self.fields["unit"]
        if isinstance(units, forms.ChoiceField):
            units.choices = [("", _("All")), *((unit.pk, unit.unit.name) for unit in rated_units(edition))]

    def wanted(self) -> Wanted:
        self.full_clean()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


# How each threshold is typed: least and greatest value.
LIMITS = {
    "least": (2, 100),
    "complete": (0.0, 1.0),
    "run": (3, 100),
    "run_share": (0.5, 1.0),
    "spread": (0.0, 0.5),
    "differ": (0, 5),
    "excess": (0.0, 0.05),
    "burst": (0.001, 0.05),
    "burst_days": (1, 14),
    "even_odd": (-1.0, 1.0),
    "unusual": (0.0, 0.05),
    "too_many": (0.01, 1.0),
}


class ThresholdsForm(forms.Form):
    """When a sign becomes a flag, by the names of the thresholds; the hint tells the usual value."""

    def __init__(self, data: Any, *, chosen: Mapping[str, float], usual: Mapping[str, float]) -> None:
        super().__init__(data, initial=dict(chosen))
        words = dict(threshold_words(usual))
        for name, (low, high) in LIMITS.items():
            label = str(THRESHOLDS[name])
            given: dict[str, Any] = {"label": label, "min_value": low, "max_value": high, "localize": True}
            given["help_text"] = _("Usual: %(value)s") % {"value": words[label]}
            given["widget"] = forms.TextInput(attrs={"inputmode": "decimal"})
            self.fields[name] = forms.IntegerField(**given) if isinstance(low, int) else forms.FloatField(**given)


class DecisionForm(forms.Form):
    """Keep or exclude; whether reason and comment are needed is the service's to say."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("keep", _("Keep: the response counts")), (EXCLUDE, _("Exclude: the response is left out"))],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label=_("Reason for excluding"), required=False, choices=[("", _("Choose a reason")), *ExclusionReason.choices]
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you saw. An exclusion needs it; it stands in the audit trail."),
    )

    def verdict(self) -> Verdict:
        given = self.cleaned_data
        return Verdict(given["decision"] == EXCLUDE, given["reason"], given["comment"])


class CopiesForm(forms.Form):
    comment = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One comment for all of these decisions."),
    )


class RenewForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for the new version"),
        max_length=300,
        help_text=_("It stands beside the dataset for as long as that is kept."),
    )
