"""Fields of the recipe form: numbers with a decimal comma, pairs of ends, lists of answers, light selections.

A field only reads what was typed; what it means is judged by the engine's checks, so that a recipe typed here and one
imported as a file are refused for the same reasons.
"""

from collections.abc import Iterable
from html import escape
from math import isfinite
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
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


def _tag(name: str, attributes: dict[str, Any]) -> str:
    """An opening tag with everything escaped; an attribute that is True has no value."""
    given = ((key, text) for key, text in attributes.items() if text not in (None, False))
    written = (f" {key}" if text is True else f' {key}="{escape(str(text))}"' for key, text in given)
    return f"<{name}{''.join(written)}>"


class LightText(forms.TextInput):
    """A text field written without a template: the form has hundreds of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = {"type": "text", "name": name, **self.attrs, **(attrs or {}), "value": self.format_value(value)}
        return SafeString(_tag("input", given))


class NumberText(LightText):
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

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The two fields after each other, `name_0` and `name_1`, as MultiWidget reads them."""
        ends = value if isinstance(value, list) else self.decompress(value)
        given = {**self.attrs, **(attrs or {})}
        fields = (
            widget.render(f"{name}_{place}", end, {**given, "id": f"{given['id']}_{place}"} if "id" in given else given)
            for place, (widget, end) in enumerate(zip(self.widgets, ends, strict=True))
        )
        return SafeString("".join(fields))


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
        options = (
            f"{_tag('option', {'value': code, 'selected': str(code) == chosen})}{escape(str(label))}</option>"
            for code, label in self.choices
        )
        opening = _tag("select", {"name": name, **self.attrs, **(attrs or {})})
        return SafeString(f"{opening}{''.join(options)}</select>")


class LightChoice(forms.ChoiceField):
    widget = LightSelect


class LightNumber(NumberField):
    """A number in a table, whose label is read out only."""

    def __init__(self, *, label: Any, **options: Any) -> None:
        super().__init__(label=label, widget=NumberText(label), **options)


class LightWhole(forms.IntegerField):
    def __init__(self, *, label: Any, **options: Any) -> None:
        attrs = {"aria-label": label, "class": "input--number", "inputmode": "numeric"}
        super().__init__(label=label, widget=LightText(attrs=attrs), **options)
