"""The plan of fieldwork and its new last day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.web.forms import DayInput


class PlanRateForm(forms.Form):
    response_rate = forms.FloatField(
        label=_("Response rate to reach, per cent"), min_value=1, max_value=100, localize=True,
        help_text=_("It holds for every stratum; the line of the plan goes straight to it by the last day."),
    )  # fmt: skip

    def __init__(self, data: Any, *, rate: float | None) -> None:
        super().__init__(data, initial={"response_rate": round(100 * rate, 1) if rate else None})

    def rate(self) -> float:
        return float(self.cleaned_data["response_rate"]) / 100


class ExtensionForm(forms.Form):
    closes_on = forms.DateField(label=_("New last day of answering"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stands in the audit trail."))

    def facts(self) -> dict[str, Any]:
        return {"closes_on": self.cleaned_data["closes_on"], "reason": self.cleaned_data["reason"]}
