"""One sentence per finding, marked for translation; whoever prints them passes the translating function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scoring.recompute.findings import Finding


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return text


SENTENCES: dict[str, str] = {
    # what checking a published table finds
    "value_off_scale": gettext_noop(
        "%(file)s, line %(line)s, column %(column)s: %(value)s (%(unit)s) is outside the scale %(lower)s to %(upper)s."
    ),
    "cell_not_a_number": gettext_noop(
        "%(file)s, line %(line)s, column %(column)s: “%(value)s” (%(unit)s) is not a number."
    ),
    "unit_twice": gettext_noop("%(file)s: %(unit)s occurs on line %(other_line)s and again on line %(line)s."),
    "row_twice": gettext_noop(
        "%(file)s: %(unit)s (line %(line)s) has exactly the same values as %(other)s (line %(other_line)s)."
    ),
    "total_twice": gettext_noop(
        "%(file)s, line %(line)s: the total %(value)s of %(unit)s is also that of %(other)s (line %(other_line)s)."
    ),
    "totals_unexplained": gettext_noop(
        "Block %(block)s: no weights of the sub-indices explain the published totals; the best possible weights still "
        "miss one by %(smallest)s, while rounding allows %(tolerance)s. Not fitting the others: %(units)s."
    ),
    "rank_not_of_total": gettext_noop(
        "%(file)s, line %(line)s: %(unit)s is published with rank %(value)s, but by its total it has rank %(expected)s."
    ),
    "not_reproduced": gettext_noop(
        "Block %(block)s does not reproduce: the largest error is %(error)s (%(unit)s), %(tolerance)s is allowed; "
        "%(ranks)s ranks differ."
    ),
    "column_missing": gettext_noop("%(file)s has no column %(column)s; it is treated as missing."),
    # faults of a recipe
    "recipe_not_json": gettext_noop("The recipe is not valid JSON (%(path)s)."),
    "recipe_shape": gettext_noop("Recipe, %(path)s: the form is not right (%(message)s)."),
    "method_unknown": gettext_noop("Recipe, %(path)s: this method is not known (%(message)s)"),
    "target_empty": gettext_noop("Recipe, %(path)s: the lower end of the scale must be below the upper end."),
    "trim_empty": gettext_noop("Recipe, %(path)s: trimming must leave the median weight inside its bounds."),
    "margins_missing": gettext_noop("Recipe, %(path)s: this weighting method needs margins."),
    "margins_too_many": gettext_noop("Recipe, %(path)s: post-stratification meets one margin; rake for several."),
    "trim_unused": gettext_noop("Recipe, %(path)s: only raking trims weights."),
    "target_missing": gettext_noop("Recipe, %(path)s: the distance to a target needs the indicator's target."),
    "bands_not_falling": gettext_noop("Recipe, %(path)s: bands must be listed from the highest down."),
    "weights_sum": gettext_noop("Recipe, %(path)s: the weights of the sub-indices do not sum to 1."),
    "sub_index_unknown": gettext_noop("Recipe, %(path)s: this sub-index is not defined."),
    "group_unknown": gettext_noop("Recipe, %(path)s: this group is not defined for the sub-index."),
    "part_empty": gettext_noop("Recipe, %(path)s: no indicator with a weight belongs to it."),
    "share_of_missing": gettext_noop("Recipe, %(path)s: a share needs the answers that it counts."),
    "scale_empty": gettext_noop("Recipe, %(path)s: the lower end of the scale must be below the upper end."),
    "goalposts_empty": gettext_noop("Recipe, %(path)s: the lower goalpost must be below the upper one."),
    "goalposts_missing": gettext_noop("%(path)s: the goalposts cannot be formed (%(message)s)"),
    "code_twice": gettext_noop("Recipe, %(path)s: this code occurs twice."),
    "block_missing": gettext_noop("The recipe says nothing about %(path)s."),
    # refusals of the engine
    "margin_unknown": gettext_noop("The data have no margin %(path)s."),
    "margin_level_missing": gettext_noop("Margin %(path)s: a respondent has no level or a level has no respondent."),
    "margin_totals_differ": gettext_noop(
        "Margin %(path)s counts %(total)s businesses, the first margin %(expected)s: "
        "they must describe the same population."
    ),
    "raking_did_not_converge": gettext_noop("Raking did not reach margin %(path)s; its largest distance is %(worst)s."),
    "calibration_failed": gettext_noop("Calibration did not succeed at margin %(path)s."),
    "invalid_weights": gettext_noop("The weights are not usable (%(path)s)."),
    "duplicate_rating": gettext_noop("A respondent rates the same unit more than once."),
    "shape_mismatch": gettext_noop("The tables do not fit together (%(path)s)."),
    "unit_unknown": gettext_noop("%(path)s is not a unit of this block."),
    "indicator_unknown": gettext_noop("%(path)s: the indicator or its question is not in the data."),
    "dataset_invalid": gettext_noop("The file is not a valid dataset (%(path)s)."),
    "table_invalid": gettext_noop("%(path)s: the table cannot be used (%(message)s)"),
    "not_enough_data": gettext_noop("%(path)s: there are too few data."),
    # notices of the engine
    "goalposts_equal": gettext_noop(
        "Indicator %(path)s is the same for every unit (%(value)s): it cannot be put on a scale and counts as missing."
    ),
    "indicator_empty": gettext_noop("Indicator %(path)s has no value for any unit."),
    "outside_goalposts": gettext_noop("Indicator %(path)s has values beyond its goalposts %(lo)s to %(hi)s."),
    "value_not_positive": gettext_noop(
        "Indicator %(path)s has values of zero or below (%(value)s): it cannot be put as a share of the best."
    ),
    "target_reached": gettext_noop("Indicator %(path)s: every unit has reached the target %(target)s; it is left out."),
    "not_positive": gettext_noop("%(path)s has values of zero or below, which this kind of mean cannot take."),
    "levels_joined": gettext_noop("Margin %(path)s: levels with too few respondents were joined (%(levels)s)."),
    "level_unsaid": gettext_noop(
        "Margin %(path)s: %(n)s respondents did not say; they keep their design weight on it."
    ),
    "margin_rescaled": gettext_noop(
        "Margin %(path)s counts %(total)s businesses instead of %(expected)s; it was scaled to the first margin."
    ),
    "strata_pooled": gettext_noop("Strata with a single respondent were pooled to estimate the error (%(strata)s)."),
    "no_linear_variance": gettext_noop("With the chosen methods no standard error can be derived for %(units)s units."),
    "points_capped": gettext_noop("Bonus or penalty points of %(path)s were cut to the limit."),
    "lost_points_shared_out": gettext_noop(
        "Lost points are shared out in proportion, because not every mean is arithmetic."
    ),
    "lost_points_without_top": gettext_noop("Points made in this way have no upper end: there are no lost points."),
    "unit_insufficient": gettext_noop("%(path)s has not enough data for a score (%(n)s ratings)."),
}


def sentence(finding: Finding, translate: Callable[[str], str], *, decimal: str = ".") -> str:
    """The finding in words; a code without a sentence gives its message or the code itself.

    ``decimal``: the decimal sign of computed figures; figures quoted from a file stay as they are printed there.
    """
    params = {key: _readable(value, decimal) for key, value in finding.params.items()}
    pattern = SENTENCES.get(finding.code)
    if pattern is None:
        return str(finding.params.get("message", finding.code))
    return translate(pattern) % _Blank(params)


class _Blank(dict[str, Any]):
    """Parameters of a sentence; one that is missing is left out rather than breaking the sentence."""

    def __missing__(self, key: str) -> str:
        return "–"


def _readable(value: Any, decimal: str) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}".replace(".", decimal)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return value
