"""Fields of the recipe form: numbers with a decimal comma, pairs of ends, lists of answers, light selections.

A field only reads what was typed; what it means is judged by the engine's checks, so that a recipe typed here and one
imported as a file are refused for the same reasons.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scoring.sentences.numbers import typed_number

NOT_A_NUMBER = _("“%(text)s” is not a number.")
Choices = Iterable[tuple[str, Any]]


def parse_number(text: str) -> float:
    """A number as typed in Vietnamese or English: a comma or a point before the decimals, spaces ignored."""
    plain = "".join(text.split()).replace("\u2212", "-")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return float(plain)
    except ValueError as error:
        raise ValidationError(NOT_A_NUMBER, code="invalid", params={"text": text[:40]}) from error


class NumberText(forms.TextInput):
    """A number typed as text: browsers refuse a decimal comma in a number field under other languages."""

    def __init__(self, label: Any = "") -> None:
        given = {"aria-label": label} if label else {}
        super().__init__(attrs={"inputmode": "decimal", "class": "input--number", "autocomplete": "off", **given})


class NumberField(forms.Field):
    """A number; shown and typed as a multiple (`times=100`: in per cent)."""

    widget = NumberText

    def __init__(self, *, times: float = 1, **options: Any) -> None:
        self.times = times
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return typed_number(value * self.times) if isinstance(value, (int, float)) else value

    def to_python(self, value: Any) -> float | None:
        if value is None or not str(value).strip():
            return None
        number = parse_number(str(value)) / self.times
        if not isfinite(number):
            raise ValidationError(NOT_A_NUMBER, code="invalid", params={"text": str(value)[:40]})
        return int(number) if number.is_integer() and abs(number) < 1e15 else number

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as written: a third shown as 33,3333 stays a third until somebody types something else."""
        return str(self.prepare_value(initial) if initial is not None else "") != str(data or "").strip()


class _PairInput(forms.MultiWidget):
    def __init__(self, labels: tuple[Any, Any]) -> None:
        super().__init__([NumberText(label) for label in labels], attrs={"class": "input--number"})

    def decompress(self, value: Any) -> list[Any]:
        return [typed_number(end) for end in value] if value else ["", ""]


class PairField(forms.MultiValueField):
    """Two ends, both or neither; none gives None."""

    def __init__(self, *, labels: tuple[Any, Any] = (_("lowest"), _("highest")), **options: Any) -> None:
        ends = (NumberField(required=False), NumberField(required=False))
        super().__init__(fields=ends, widget=_PairInput(labels), require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> list[float] | None:
        if not data_list or all(end is None for end in data_list):
            return None
        if any(end is None for end in data_list):
            raise ValidationError(_("Give both ends."), code="half")
        return list(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = _PairInput(("", "")).decompress(initial)
        return bool(shown != [str(end or "").strip() for end in data or ["", ""]])


class NumbersField(forms.CharField):
    """Several numbers, separated by semicolons or spaces: `3; 4`."""

    def prepare_value(self, value: Any) -> Any:
        return "; ".join(typed_number(number) for number in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = str(value or "").replace(";", " ").split()
        return [parse_number(part) for part in parts]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != list(initial or []))


class LightSelect(forms.Select):
    """A selection written without a template for each option: the form has hundreds of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        given = {**self.attrs, **(attrs or {})}
        written = format_html_join(
            "", ' {}="{}"', ((key, text) for key, text in given.items() if text not in (False, None))
        )
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, SafeString(" selected") if str(code) == chosen else "", label) for code, label in self.choices),
        )
        return format_html('<select name="{}"{}>{}</select>', name, written, options)


class LightChoice(forms.ChoiceField):
    widget = LightSelect


class LightNumber(NumberField):
    """A number in a table, whose label is read out only."""

    def __init__(self, *, label: Any, **options: Any) -> None:
        super().__init__(label=label, widget=NumberText(label), **options)


class LightWhole(forms.IntegerField):
    def __init__(self, *, label: Any, **options: Any) -> None:
        attrs = {"aria-label": label, "class": "input--number", "inputmode": "numeric"}
        super().__init__(label=label, widget=forms.TextInput(attrs=attrs), **options)
