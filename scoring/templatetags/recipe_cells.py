"""Fields in the tables of the recipe form: `{% load recipe_cells %}`."""

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def cell(field: BoundField) -> SafeString:
    """A field whose widget carries its own label, with its errors under it. Hundreds stand on the form."""
    written = field.as_widget()
    if not field.errors:
        return written
    error = '<span class="recipe-cell-error" id="{}_error">{}</span>'
    found = format_html_join("", error, ((field.auto_id, text) for text in field.errors))
    return format_html("{}{}", written, found)
