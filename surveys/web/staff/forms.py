"""Forms of the staff pages about an edition and its units: the shape of what is typed, nothing more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.web.forms import DayInput
from surveys.enums import EditionState, InvitationState, LineageKind, UnitKind
from surveys.models import BlockUnit, Edition, Unit
from surveys.selectors.guests import strata_of
from surveys.selectors.units import other_units, rated_units
from surveys.services.edition_settings import CHANGEABLE, Settings
from surveys.services.units import UnitFacts

LIST_FILE_LIMIT = 4_000_000


class SettingsForm(forms.Form):
    """Settings that the state of the edition no longer lets change stand there greyed."""

    opens_on = forms.DateField(label=_("First day of answering"), required=False, widget=DayInput())
    closes_on = forms.DateField(label=_("Last day of answering"), required=False, widget=DayInput())
    minutes_to_answer = forms.IntegerField(
        label=_("Minutes to answer"), min_value=1, max_value=120, help_text=_("Told to businesses on the first page.")
    )
    minimum_ratings = forms.IntegerField(
        label=_("Fewest ratings for a ranked unit"),
        min_value=1,
        max_value=1000,
        help_text=_("A unit with fewer ratings is shown as “insufficient data”, without a rank."),
    )
    readers_first = forms.BooleanField(label=_("Units read their own page before publication"), required=False)

    def __init__(self, data: Any, *, edition: Edition) -> None:
        initial = {name: getattr(edition, name) for name in CHANGEABLE}
        super().__init__(data, initial=initial)
        for name, states in CHANGEABLE.items():
            self.fields[name].disabled = EditionState(edition.state) not in states
        if edition.state == EditionState.OPEN:
            self.fields["closes_on"].help_text = _(
                "Of an open edition it is moved with a reason, on the monitor's page."
            )

    def settings(self) -> Settings:
        return Settings(**self.cleaned_data)


class WithholdForm(forms.Form):
    block_unit: "forms.ModelChoiceField[BlockUnit]" = forms.ModelChoiceField(label=_("Unit"), queryset=None)
    reason_vi = forms.CharField(label=_("Reason, in Vietnamese"), max_length=300, help_text=_("It is published."))
    reason_en = forms.CharField(label=_("Reason, in English"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, edition: Edition) -> None:
        super().__init__(data)
        units = self.fields["block_unit"]
        if isinstance(units, forms.ModelChoiceField):
            units.queryset = rated_units(edition).filter(withheld=False)

    def facts(self) -> dict[str, Any]:
        return self.cleaned_data


class WorkbookForm(forms.Form):
    workbook = forms.FileField(
        label=_("Workbook of the edition (.xlsx)"), widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )


class GuestListForm(forms.Form):
    """A list of businesses, pasted or as a file."""

    text = forms.CharField(
        label=_("Paste the list here"),
        required=False,
        max_length=LIST_FILE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One business in a row: name, e-mail address, stratum, design weight. Only the name is needed."),
    )
    file = forms.FileField(
        label=_("Or choose a CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("text") and not given.get("file"):
            raise forms.ValidationError(_("Paste a list or choose a file."))
        if given.get("file") and given["file"].size > LIST_FILE_LIMIT:
            raise forms.ValidationError(_("The file is too large: 4 MB at most."))
        return given

    def content(self) -> str:
        """The list as text; a file that is not UTF-8 is read with replacement signs, which the faults then show."""
        file = self.cleaned_data.get("file")
        if file:
            return str(file.read().decode("utf-8-sig", errors="replace"))
        return str(self.cleaned_data["text"])


class GuestFilterForm(forms.Form):
    search = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *InvitationState.choices])
    stratum = forms.ChoiceField(label=_("Stratum"), required=False)

    def __init__(self, data: Any, *, edition: Edition) -> None:
        super().__init__(data)
        strata = self.fields["stratum"]
        if isinstance(strata, forms.ChoiceField):
            strata.choices = [("", _("All")), *((name, name) for name in strata_of(edition))]

    def wanted(self) -> dict[str, str]:
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in ("search", "state", "stratum")}


class UnitForm(forms.Form):
    name_vi = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    short_vi = forms.CharField(label=_("Short name"), max_length=60, required=False)
    short_en = forms.CharField(label=_("Short name in English"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)
    valid_from = forms.DateField(label=_("Exists since"), required=False, widget=DayInput())
    valid_to = forms.DateField(label=_("Existed until"), required=False, widget=DayInput())

    def __init__(self, data: Any, *, unit: Unit) -> None:
        super().__init__(data, initial={name: getattr(unit, name) for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        begins, ends = given.get("valid_from"), given.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("The last day must not come before the first."))
        return given

    def facts(self) -> UnitFacts:
        return UnitFacts(**self.cleaned_data)


class LineageForm(forms.Form):
    kind = forms.ChoiceField(label=_("What happened"), choices=LineageKind.choices)
    successor: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(label=_("Successor"), queryset=None)
    on = forms.DateField(label=_("On"), widget=DayInput())

    def __init__(self, data: Any, *, unit: Unit) -> None:
        super().__init__(data)
        successors = self.fields["successor"]
        if isinstance(successors, forms.ModelChoiceField):
            successors.queryset = other_units(unit)


class ReaderForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        required=False,
        help_text=_("Needed only for somebody who has no account yet."),
    )
