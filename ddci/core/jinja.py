"""Environment of the templates in templates/answering.

They are Jinja's, compiled to Python: many businesses ask for the pages of the questionnaire at once, and drawing them
with Django's templates took a fifth of a page's time (docs/decisions/0068-jinja-for-answering.md). Texts are marked
with `_("…")`; what stands in them follows as `|format(name=value)` and is escaped.
"""

from functools import cache
from typing import Any

from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from jinja2 import Environment
from markupsafe import Markup

from ddci.templatetags.ddci_figures import icon
from ddci.templatetags.ddci_format import clock, day


def environment(**options: Any) -> Environment:
    """For `TEMPLATES` in the settings."""
    made = Environment(**options)  # noqa: S701 - Django's backend asks for escaping
    made.globals |= {
        "_": _text,
        "icon": icon,
        "language": get_language,
        "part": _part,
        "static": static,
        "unchanging": _unchanging,
        "url": _url,
    }
    made.filters |= {"clock": clock, "day": day, "floatformat": floatformat}
    return made


def _text(message: str) -> Markup:
    """A text of ours in the reader's language; it may hold HTML."""
    return _translated(message, get_language())


@cache
def _translated(message: str, _language: str | None) -> Markup:
    return Markup(gettext(message))  # noqa: S704 - written by us and our translators


def _url(name: str, *places: object) -> str:
    return reverse(name, args=places)


def _part(name: str, **context: Any) -> SafeString:
    """A part that these pages share with those of Django's templates."""
    return SafeString(render_to_string(name, context, using="django"))


def _unchanging(name: str) -> SafeString:
    """The same, where it depends on the language alone."""
    return _made_once(name, get_language())


@cache
def _made_once(name: str, _language: str | None) -> SafeString:
    return _part(name)
