"""Forms of the pages about the frame: the shape of what is typed, nothing more."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.enums import FrameChange, RespondentType
from surveys.models import FrameImport
from surveys.population.columns import FIELDS, NEEDED
from surveys.population.reading import LARGEST_FILE
from surveys.selectors.frame import BusinessFilter


class FrameFileForm(forms.Form):
    file = forms.FileField(
        label=_("List of businesses (.xlsx or .csv)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        help_text=_("The first row holds the headings. 60 MB and 300,000 rows at most."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too large: 60 MB at most."))
        return file


class ColumnsForm(forms.Form):
    """Which column of the file holds which field, and whether the file is the whole frame."""

    whole = forms.BooleanField(
        label=_("The file is the whole frame: whoever is not in it any more is gone"), required=False, initial=True
    )

    def __init__(self, data: Any, *, frame_import: FrameImport, guess: Mapping[str, int]) -> None:
        super().__init__(data)
        columns = [(str(place), heading or f"({place + 1})") for place, heading in enumerate(frame_import.headings)]
        for field, label in FIELDS.items():
            self.fields[field] = forms.TypedChoiceField(
                label=str(label),
                required=field in NEEDED,
                choices=[("", _("– not in the file –")), *columns],
                coerce=int,
                empty_value=None,
                initial=guess.get(field, ""),
            )
        self.guess = guess

    def columns(self) -> Iterator[forms.BoundField]:
        """The choices of columns without the box below them."""
        return (self[field] for field in FIELDS)

    def mapping(self) -> dict[str, int]:
        """What was chosen; before anything was sent, what was guessed."""
        if not self.is_bound:
            return dict(self.guess)
        return {field: self.cleaned_data[field] for field in FIELDS if self.cleaned_data.get(field) is not None}


class BusinessFilterForm(forms.Form):
    search = forms.CharField(label=_("Name or tax code"), required=False, max_length=100)
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("All")), *RespondentType.choices])
    locality = forms.ChoiceField(label=_("Locality"), required=False)
    change = forms.ChoiceField(
        label=_("In the last import"), required=False, choices=[("", _("All")), *FrameChange.choices]
    )

    def __init__(self, data: Any, *, localities: Mapping[str, str]) -> None:
        super().__init__(data)
        places = self.fields["locality"]
        if isinstance(places, forms.ChoiceField):
            places.choices = [("", _("All")), *localities.items()]

    def wanted(self) -> BusinessFilter:
        self.full_clean()
        return BusinessFilter(**{name: self.cleaned_data.get(name, "") for name in self.fields})
