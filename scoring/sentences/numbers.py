"""Numbers of a recipe as a person writes them."""

from django.utils.formats import get_format

from ddci.templatetags.ddci_format import MINUS, write_number


def plain_number(value: float, places: int = 2) -> str:
    """A number with as many decimals as it needs, at most `places`."""
    mark = str(get_format("DECIMAL_SEPARATOR"))
    text = write_number(value, places)
    return text.rstrip("0").removesuffix(mark) if mark in text else text


def typed_number(value: float) -> str:
    """As a field takes it back: at most six decimals, no separators of thousands, a plain minus."""
    group = str(get_format("THOUSAND_SEPARATOR"))
    return plain_number(value, 6).replace(group, "").replace(MINUS, "-")
