"""Form fields with our classes and with their hint and error announced: `{% load ddci_forms %}`."""

from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


def _widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.NumberInput):
        return "input input--number"
    return "input"


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def described(field: BoundField, hint: object = None) -> SafeString:
    """The widget with class, aria-describedby (hint, error) and aria-invalid. `hint`: one beyond the form's own."""
    ids = [f"{field.auto_id}_hint"] if hint or field.help_text else []
    # The label says what belongs there; a placeholder that repeats it in grey only hides whether the field is filled.
    attrs: dict[str, Any] = {"placeholder": False}
    if field.errors:
        ids.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    if not is_check(field):
        own = str(field.field.widget.attrs.get("class", ""))
        attrs["class"] = f"{_widget_class(field.field.widget)} {own}".strip()
    return field.as_widget(attrs=attrs)


@register.filter
def described_without_hint(field: BoundField) -> SafeString:
    """Like `described`, for a field whose hint the page leaves out."""
    field.help_text = ""
    return described(field)


@register.filter
def page_numbers(page: Page[Any]) -> list[int | None]:
    """Numbers to show under a long list; None stands for a gap: 1 … 4 5 6 … 12."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in elided]
