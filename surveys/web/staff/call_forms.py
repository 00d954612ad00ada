"""Forms of the call lists and of the ways into an edition: the shape of what is typed, nothing more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.enums import CallOutcome
from surveys.models import Edition
from surveys.selectors.calls import NOBODY, Wanted, interviewers_of, localities_called
from surveys.selectors.guests import strata_of
from surveys.services.access import Ways
from surveys.services.calls import Tried


class WaysForm(forms.Form):
    self_registration = forms.BooleanField(label=_("Businesses may register themselves by tax code"), required=False)
    open_link = forms.BooleanField(label=_("Anybody with the link may answer without registering"), required=False)
    daily_limit = forms.IntegerField(
        label=_("Most new links on one day"),
        min_value=1,
        max_value=100_000,
        help_text=_("Keeps a program from asking for thousands of links in one night."),
    )

    def ways(self) -> Ways:
        return Ways(**self.cleaned_data)


class CallFilterForm(forms.Form):
    search = forms.CharField(label=_("Name or telephone"), required=False, max_length=100)
    stratum = forms.ChoiceField(label=_("Stratum"), required=False)
    locality = forms.ChoiceField(label=_("Locality"), required=False)
    interviewer = forms.ChoiceField(label=_("Interviewer"), required=False)

    def __init__(self, data: Any, *, edition: Edition) -> None:
        super().__init__(data)
        people = [(str(person.pk), str(person)) for person in interviewers_of(edition)]
        self._offer("stratum", [(name, name) for name in strata_of(edition)])
        self._offer("locality", [(code, code) for code in localities_called(edition)])
        self._offer("interviewer", [(NOBODY, _("nobody")), *people])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *choices]

    def wanted(self) -> Wanted:
        self.full_clean()
        return Wanted(**{name: self.cleaned_data.get(name, "") for name in self.fields})


class AssignForm(forms.Form):
    """Who gets how many of the businesses that the filter shows."""

    person = forms.ChoiceField(label=_("Give to"))
    most = forms.IntegerField(label=_("At most"), min_value=1, max_value=100_000, initial=50)

    def __init__(self, data: Any = None, *, edition: Edition) -> None:
        super().__init__(data)
        self.people = {str(person.pk): person for person in interviewers_of(edition)}
        person = self.fields["person"]
        if isinstance(person, forms.ChoiceField):
            person.choices = [(key, str(each)) for key, each in self.people.items()]


class TriedForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[(each.value, each.label) for each in CallOutcome if each != CallOutcome.COMPLETED],
        help_text=_(
            "While a business refuses, has closed or is not entitled to answer, no message of this edition goes to it."
        ),
    )
    call_back_at = forms.DateTimeField(
        label=_("Call back at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("Only with “Call back”."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        help_text=_("About reaching the business, such as whom to ask for. Never what somebody said about a unit."),
    )
    no_messages = forms.BooleanField(
        label=_("The business wants no more messages"),
        required=False,
        help_text=_("It gets no invitation and no reminder any more, this year and later. It can still answer."),
    )

    def tried(self) -> Tried:
        facts = self.cleaned_data
        return Tried(CallOutcome(facts["outcome"]), facts["call_back_at"], facts["note"], facts["no_messages"])
