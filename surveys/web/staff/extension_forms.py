"""The plan of fieldwork and its new last day."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.web.forms import DayInput
from ddci.templatetags.ddci_format import percent
from surveys.selectors.progress import Steps

PER_CENT: dict[str, Any] = {
    "min_value": 1,
    "max_value": 100,
    "localize": True,
    "error_messages": dict.fromkeys(
        ("required", "invalid", "min_value", "max_value"), _("Give a percentage from 1 to 100.")
    ),
}


class PlanRateForm(forms.Form):
    response_rate = forms.FloatField(
        label=_("Response rate to reach, per cent"), **PER_CENT,
        help_text=_(
            "It holds for strata without a rate of their own; the line of the plan goes straight to it by the last day."
        ),
    )  # fmt: skip

    def __init__(self, data: Any, *, rate: float | None) -> None:
        super().__init__(data, initial={"response_rate": round(100 * rate, 1) if rate else None})

    def rate(self) -> float:
        return float(self.cleaned_data["response_rate"]) / 100


class StratumRatesForm(forms.Form):
    """A field for each stratum; the names of fields stand for those of strata, which may hold anything."""

    def __init__(
        self, data: Any, *, strata: Sequence[str], rates: Mapping[str, float], came: Mapping[str, Steps]
    ) -> None:
        super().__init__(data)
        self.strata = {sha256(stratum.encode()).hexdigest()[:16]: stratum for stratum in strata}
        for name, stratum in self.strata.items():
            rate = rates.get(stratum)
            self.fields[name] = forms.FloatField(
                label=stratum,
                required=False,
                initial=round(100 * rate, 1) if rate else None,
                help_text=_came_so_far(came.get(stratum)),
                **PER_CENT,
            )

    def rates(self) -> dict[str, float]:
        given = self.cleaned_data
        return {stratum: given[name] / 100 for name, stratum in self.strata.items() if given[name] is not None}


def _came_so_far(steps: Steps | None) -> str:
    if steps is None or steps.rate is None:
        return ""
    facts = {"done": steps.done, "invited": steps.invited, "rate": percent(steps.rate)}
    return gettext("%(done)s of %(invited)s have completed (%(rate)s).") % facts


class ExtensionForm(forms.Form):
    closes_on = forms.DateField(label=_("New last day of answering"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands in the audit trail."))

    def facts(self) -> dict[str, Any]:
        return {"closes_on": self.cleaned_data["closes_on"], "reason": self.cleaned_data["reason"]}
