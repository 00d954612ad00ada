"""Numbers, dates, ranks and addresses as a Vietnamese or English reader expects them: `{% load ddci_format %}`.

An absent value (None, "", NaN) is written as a dash, never as 0.
"""

import math
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.urls import NoReverseMatch, Resolver404, resolve, reverse, translate_url
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, override

register = template.Library()

ABSENT = "–"
MINUS = "\u2212"
RANGE = "–"
Number = int | float | Decimal | str | None


def as_decimal(value: Number) -> Decimal | None:
    """The value as a Decimal by its shortest decimal writing; None if there is no finite number in it."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if math.isfinite(number) else None


def write_number(value: Number, places: int) -> str:
    """The number rounded half up to `places` decimals, with the separators of the active language."""
    decimal = as_decimal(value)
    if decimal is None:
        return ABSENT
    rounded = decimal.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    # A page writes a thousand numbers: Python groups the digits, the language gives the separators.
    text = f"{abs(rounded):,f}".translate(_separators(get_language()))
    return f"{MINUS}{text}" if rounded < 0 else text


@cache
def _separators(language: str | None) -> dict[int, str]:
    """From Python's separators to those of a language."""
    marks = [str(get_format(name, lang=language)) for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR")]
    return dict(zip(map(ord, ",."), marks, strict=True))


@register.filter
def number(value: Number, places: int = 2) -> str:
    """`{{ 68.249|number:1 }}` → 68,2 (vi), 68.2 (en)."""
    return write_number(value, int(places))


@register.filter
def count(value: Number) -> str:
    """`{{ 2368|count }}` → 2.368 (vi), 2,368 (en)."""
    return write_number(value, 0)


@register.filter
def plain(value: Number) -> str:
    """For machines (data-value, SVG): a decimal point and no separators, empty if absent."""
    decimal = as_decimal(value)
    return "" if decimal is None else f"{decimal:f}"


@register.filter
def percent(value: Number, places: int = 0) -> str:
    """A share between 0 and 1: `{{ 0.584|percent:1 }}` → 58,4%."""
    decimal = as_decimal(value)
    return ABSENT if decimal is None else f"{write_number(decimal * 100, int(places))}%"


@register.filter
def signed(value: Number, places: int = 2) -> str:
    """A change with its sign written out: +0,14, −0,14, 0,00."""
    text = write_number(value, int(places))
    decimal = as_decimal(value)
    rises = decimal is not None and not text.startswith(MINUS) and any(digit in text for digit in "123456789")
    return f"+{text}" if rises else text


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def day(value: date | datetime | None) -> str:
    """05/11/2024 in both languages."""
    return date_format(_local(value), "d/m/Y") if value else ABSENT


@register.filter
def clock(value: datetime | None) -> str:
    """14:02."""
    return date_format(_local(value), "H:i") if value else ABSENT


@register.filter
def moment(value: datetime | None) -> str:
    """14:02, 05/11/2024."""
    return date_format(_local(value), "H:i, d/m/Y") if value else ABSENT


@register.filter
def month(value: date | None) -> str:
    """11/2024."""
    return date_format(_local(value), "m/Y") if value else ABSENT


@register.simple_tag
def span(low: Number, high: Number, places: int = 1) -> str:
    """Two numbers as a range: 66,1–70,4."""
    return f"{write_number(low, places)}{RANGE}{write_number(high, places)}"


@register.simple_tag
def rank_range(low: int | None, high: int | None) -> str:
    """hạng 3–9, or hạng 3 where both ends agree; a dash for a unit without rank."""
    if low is None or high is None:
        return ABSENT
    if low == high:
        return gettext("rank %(rank)s") % {"rank": low}
    return gettext("ranks %(low)s–%(high)s") % {"low": low, "high": high}


@register.filter
def short_hash(value: str | None) -> str:
    """The first 12 signs of a hash, enough to tell two releases apart by eye."""
    return value[:12] if value else ABSENT


def _in_language(path: str, language: str) -> str:
    """The same page in another language; an address that leads nowhere gives that language's first page."""
    try:
        resolve(path.partition("?")[0])
    except Resolver404:
        with override(language):
            try:
                return reverse("public:home")
            except NoReverseMatch:
                return "/" if language == "vi" else f"/{language}/"
    return translate_url(path, language)


@register.simple_tag(takes_context=True)
def url_in_language(context: Context, language: str) -> str:
    """The address of this page, with its query, in `language`."""
    request = context.get("request")
    return _in_language(request.get_full_path() if request else "/", language)


@register.simple_tag(takes_context=True)
def url_before(context: Context) -> str:
    """The page of ours the reader came from (a form's own page after a refusal), else the first page."""
    request = context.get("request")
    if request is None:
        return "/"
    before = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else "/"


@register.simple_tag
def static_if_there(path: str) -> str:
    """Like `static`, but nothing where the list of static files is missing: for the page of a failed server."""
    try:
        return str(staticfiles_storage.url(path))
    except ValueError:
        return ""
