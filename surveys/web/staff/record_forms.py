"""Forms for values from administrative records: the shape of what is typed; what holds is judged by the service."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from surveys.services.record_lines import RecordLine
from surveys.services.records import DOCUMENT_BYTES, DOCUMENT_LETTERS, Entry, Problem
from surveys.workbook.cells import CellFault, number_of
from surveys.workbook.records import Record

FILE_BYTES = 10_000_000
SUFFIXES = ("pdf", "docx", "xlsx", "jpg", "jpeg", "png")
WHOLE = ("dossiers", "handled", "early", "on_time", "late")
LABELS = {
    "value": _("Value"),
    "dossiers": _("Number of dossiers"),
    "handled": _("Dossiers handled"),
    "early": _("Of these early"),
    "on_time": _("Of these on time"),
    "late": _("Of these late"),
    "period": _("Period"),
    "source_vi": _("Source"),
    "source_en": _("Source in English"),
    "document": _("Document"),
}
LENGTHS = {"period": 60, "source_vi": 300, "source_en": 300, "document": DOCUMENT_LETTERS}
CONFIRMED = _("Values far from those of other units were checked and are right")


class TypedNumber(forms.CharField):
    """A number with a decimal comma or point."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return number_of(text)
        except CellFault as fault:
            raise ValidationError(str(fault)) from fault

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.10g}".replace(".", get_format("DECIMAL_SEPARATOR")) if isinstance(value, float) else value


class RecordsFileForm(forms.Form):
    workbook = forms.FileField(
        label=_("Workbook of records (.xlsx)"), widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )
    confirmed = forms.BooleanField(label=CONFIRMED, required=False)

    def clean_workbook(self) -> Any:
        file = self.cleaned_data["workbook"]
        if file.size > FILE_BYTES:
            raise ValidationError(_("The file is too large."))
        return file

    def facts(self) -> dict[str, Any]:
        return {"workbook": self.cleaned_data["workbook"].read(), "confirmed": self.cleaned_data["confirmed"]}


class DocumentForm(forms.Form):
    title = forms.CharField(
        label=_("Number and name of the document"),
        max_length=DOCUMENT_LETTERS,
        help_text=_("Published beside the values that rest on it."),
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("For staff only; it is never published. PDF, Office or picture.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.name.rsplit(".", maxsplit=1)[-1].lower() not in SUFFIXES:
            raise ValidationError(_("Only these kinds of files are kept: %(kinds)s.") % {"kinds": ", ".join(SUFFIXES)})
        if file and file.size > DOCUMENT_BYTES:
            raise ValidationError(_("The file is too large."))
        return file

    def facts(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        content, name = (file.read(), file.name) if file else (b"", "")
        return {"title": self.cleaned_data["title"].strip(), "content": content, "name": name}


class UnitRecordsForm(forms.Form):
    """The values of one unit: a group of fields for every indicator; an indicator left without numbers is left out."""

    confirmed = forms.BooleanField(label=CONFIRMED, required=False)

    def __init__(self, data: Any, *, lines: Sequence[RecordLine], documents: Sequence[str]) -> None:
        self.lines, self.documents = lines, documents
        super().__init__(data)
        for line in lines:
            for name in self._columns(line):
                self.fields[self._name(line, name)] = self._made(line, name)

    @staticmethod
    def _name(line: RecordLine, column: str) -> str:
        return f"{line.indicator.code}__{column}"

    @staticmethod
    def _columns(line: RecordLine) -> tuple[str, ...]:
        numbers = WHOLE[1:] if line.counted else ("value", "dossiers")
        return (*numbers, *LENGTHS)

    def _made(self, line: RecordLine, name: str) -> forms.Field:
        known: Any = getattr(line.value, name) if line.value else None
        if name == "document":
            known = known.title if known else ""
            widget = forms.TextInput(attrs={"list": "documents"})
            return forms.CharField(
                label=LABELS[name], required=False, max_length=LENGTHS[name], initial=known, widget=widget
            )
        if name in LENGTHS:
            return forms.CharField(label=LABELS[name], required=False, max_length=LENGTHS[name], initial=known)
        if name == "value":
            widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input--number"})
            return TypedNumber(label=LABELS[name], required=False, initial=known, widget=widget)
        return forms.IntegerField(label=LABELS[name], required=False, initial=known)

    def groups(self) -> list[dict[str, Any]]:
        """Lines with their fields, for the page."""
        return [
            {"line": line, "fields": [self[self._name(line, name)] for name in self._columns(line)]}
            for line in self.lines
        ]

    def entries(self, unit: str) -> list[Entry]:
        """What was typed, an entry for every indicator."""
        return [self._entry(unit, line) for line in self.lines]

    def _entry(self, unit: str, line: RecordLine) -> Entry:
        def typed(name: str) -> Any:
            return self.cleaned_data.get(self._name(line, name))

        numbers = {name: typed(name) for name in ("value", *WHOLE)}
        record = Record(**numbers, period=(typed("period") or "").strip())
        texts = {name: (typed(name) or "").strip() for name in ("source_vi", "source_en", "document")}
        return Entry(unit, line.indicator.code, record, **texts)

    def problems_add(self, problems: Sequence[Problem]) -> None:
        """Every problem at its field; of a counted indicator a wrong value is one of its counts."""
        for problem in problems:
            line = self.lines[problem.entry]
            column = problem.column if problem.column in self._columns(line) else self._columns(line)[0]
            self.add_error(self._name(line, column), problem.sentence)
