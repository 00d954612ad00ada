"""What a reader of a result must know: warnings, reasons why something is missing, bands."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ddci.templatetags.ddci_format import write_number

NOTICES: dict[str, Promise] = {
    "levels_joined": _("Margin “%(path)s”: the levels %(levels)s have too few respondents apart and were joined."),
    "level_unsaid": _(
        "Margin “%(path)s”: %(n)s responses do not say where they belong; they form a level of their own with their"
        " share of the sample."
    ),
    "margin_rescaled": _(
        "Margin “%(path)s” counts %(total)s businesses instead of %(expected)s; it was brought to the same total."
    ),
    "strata_pooled": _("Strata with a single respondent were pooled to measure the uncertainty: %(strata)s."),
    "no_linear_variance": _("The uncertainty of %(units)s units cannot be computed with these methods."),
    "indicator_empty": _("The indicator “%(path)s” has no value for any unit and was left out."),
    "goalposts_equal": _(
        "All units have the same value on the indicator “%(path)s”; it cannot tell them apart and was left out."
    ),
    "outside_goalposts": _("The indicator “%(path)s” has values outside its goalposts (%(lo)s to %(hi)s)."),
    "not_positive": _("“%(path)s” has scores that are not positive; a geometric or harmonic mean cannot use them."),
    "value_not_positive": _(
        "The indicator “%(path)s” has values of zero or below, which cannot be put as a share of the best; it was left"
        " out."
    ),
    "target_reached": _("Every unit has reached the target of the indicator “%(path)s”; it was left out."),
    "points_capped": _("The bonus or penalty points of “%(path)s” were cut to the limit."),
    "lost_points_shared_out": _(
        "With this way of averaging, lost points per indicator are a convention; only their sum is exact."
    ),
    "lost_points_without_top": _(
        "Points made in this way have no upper end, so there are no lost points per indicator."
    ),
    "unit_insufficient": _("“%(path)s” has too little data for a score (%(n)s ratings) and takes no rank."),
}
REASONS: dict[str, Promise] = {
    "below_minimum": _("Fewer valid answers than the minimum."),
    "no_answer": _("No valid answer."),
    "no_figure": _("No administrative figure was supplied."),
    "few_dossiers": _("Fewer dossiers than the minimum."),
    "unit_below_minimum": _("The unit has fewer ratings than the minimum."),
    "goalposts_equal": _("All units have the same value, so it tells no difference."),
    "insufficient_available": _("Too many of its parts are missing."),
}
BANDS: dict[str, Promise] = {
    "very_good": pgettext_lazy("band", "Very good"),
    "good": pgettext_lazy("band", "Good"),
    "fair": pgettext_lazy("band", "Fair"),
    "average": pgettext_lazy("band", "Average"),
    "low": pgettext_lazy("band", "Low"),
}
UNKNOWN = _("“%(path)s”: %(code)s")


def notice_sentence(notice: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A warning of the engine as a sentence; `names` gives the names of the codes it mentions."""
    code, path = str(notice["code"]), str(notice["path"])
    params = {name: _written(value, names) for name, value in notice["params"].items()}
    return str(NOTICES.get(code, UNKNOWN)) % {**params, "path": names.get(path, path), "code": code}


def _written(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_named(str(each), names) for each in value)
    if isinstance(value, float):
        return write_number(value, 0 if value.is_integer() else 2)
    return write_number(value, 0) if isinstance(value, int) else str(value)


def _named(code: str, names: Mapping[str, str]) -> str:
    """The name of a code; of joined levels all names."""
    return " + ".join(names.get(part, part) for part in code.split(" + "))


def reason_words(code: str) -> str:
    """Why something is missing; an unknown reason stands for itself, none is empty."""
    return str(REASONS.get(code, code))


def band_words(code: str) -> str:
    """The name of a band; a province's own code stands for itself."""
    return str(BANDS.get(code, code))
