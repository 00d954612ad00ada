"""Codes of the engine in the words of the reader: bands, reasons, kinds of units."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.enums import UnitKind

BANDS: dict[str, str | Promise] = {
    "very_good": pgettext_lazy("band", "Very good"),
    "good": pgettext_lazy("band", "Good"),
    "fair": pgettext_lazy("band", "Fair"),
    "average": pgettext_lazy("band", "Average"),
    "low": pgettext_lazy("band", "Low"),
}
REASONS: dict[str, str | Promise] = {
    "below_minimum": _("Fewer valid answers than the minimum."),
    "no_answer": _("No valid answer."),
    "no_figure": _("No administrative figure was supplied."),
    "few_dossiers": _("Fewer dossiers than the minimum."),
    "unit_below_minimum": _("The unit has fewer ratings than the minimum."),
    "too_few_ratings": _("The unit has fewer ratings than the minimum."),
    "goalposts_equal": _("All units have the same value, so it tells no difference."),
    "insufficient_available": _("Too many of its parts are missing."),
}
INSUFFICIENT = _("There are too few valid answers for a reliable score.")
WITHHELD = _("The result is withheld for now.")
MISSING = _("No value could be computed.")


def band_name(code: str) -> str:
    """The name of a band; a province's own code stands for itself."""
    return str(BANDS.get(code, code))


def reason_sentence(code: str, otherwise: str | Promise = MISSING) -> str:
    """Why something is missing; empty for an empty code."""
    return str(REASONS.get(code, otherwise)) if code else ""


def kind_name(kind: str) -> str:
    return str(UnitKind(kind).label)
