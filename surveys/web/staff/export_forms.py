"""Which files are to be made from the dataset."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from surveys.enums import ExportKind
from surveys.exports.disclosure import SMALLEST_FEWEST
from surveys.services.dataset_exports import LARGEST_FEWEST

LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]


class ExportForm(forms.Form):
    """`full`: whether this person may have the full version."""

    kind = forms.ChoiceField(label=_("Version"), choices=ExportKind.choices)
    fewest = forms.IntegerField(
        label=_("Smallest group"),
        min_value=SMALLEST_FEWEST,
        max_value=LARGEST_FEWEST,
        help_text=_("In the version for researchers, at least so many rows share what is known of a business."),
    )
    language = forms.ChoiceField(label=_("Language of the labels"), choices=LANGUAGES)

    def __init__(self, data: Any, *, full: bool) -> None:
        initial = {"kind": ExportKind.RESEARCH.value, "fewest": SMALLEST_FEWEST, "language": get_language() or "vi"}
        super().__init__(data, initial=initial)
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField) and not full:
            kind.choices = [choice for choice in ExportKind.choices if choice[0] != ExportKind.FULL.value]

    def kind_chosen(self) -> ExportKind:
        return ExportKind(self.cleaned_data["kind"])

    def wanted(self) -> dict[str, Any]:
        return {"fewest": self.cleaned_data["fewest"], "language": self.cleaned_data["language"]}
