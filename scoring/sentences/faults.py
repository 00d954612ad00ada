"""Why a run failed, what is wrong with a recipe, what the engine is doing at this moment."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.engine.checks import Fault
from scoring.sentences.numbers import plain_number

STEPS: dict[str, Promise] = {
    "weight": _("weights"),
    "measure": _("indicators"),
    "normalise": _("points"),
    "aggregate": _("sub-indices and totals"),
    "adjust": _("bonus and penalty points"),
    "rank": _("ranks"),
    "covariance": _("uncertainty"),
    "rank_sets": _("rank ranges"),
    "tables": _("tables"),
}

RUN_FAULTS: dict[str, Promise] = {
    "interrupted": _("The server was stopped while it was computed. Start it again."),
    "unexpected": _("An unexpected fault stopped the work. It has been recorded."),
    "dataset_changed": _("The file of the dataset is not the one that was frozen."),
    "dataset_unreadable": _("The file of the dataset cannot be read from the storage."),
    "dataset_invalid": _("The file of the dataset is not as it should be (%(path)s)."),
    "shape_mismatch": _("Parts of the dataset do not fit together (%(path)s)."),
    "duplicate_rating": _("A respondent rates the same unit more than once."),
    "invalid_weights": _("Weights are missing, negative or all zero (%(path)s)."),
    "margin_unknown": _("The dataset has no margin “%(path)s”. Take it out of the recipe or choose design weights."),
    "margin_level_missing": _(
        "The margin “%(path)s” cannot be met: a level has no respondents, or respondents have a level that the"
        " population counts lack. Take the margin out of the recipe or join its small levels."
    ),
    "margin_totals_differ": _(
        "The margin “%(path)s” counts another number of businesses than the margin before it; they must agree."
    ),
    "raking_did_not_converge": _(
        "Raking did not reach the margin “%(path)s”. Join small levels, widen the trimming or drop the margin."
    ),
    "calibration_failed": _("Calibration cannot meet the margin “%(path)s”. Use raking instead."),
    "method_unknown": _("The recipe names a method that this engine does not have (%(path)s)."),
    "goalposts_missing": _("Goalposts are missing for “%(path)s”: an earlier edition, a fixed pair or a target."),
    "unit_unknown": _("“%(path)s” is not a unit of this block."),
    "indicator_unknown": _("The indicator “%(path)s” has no data."),
    "recipe_invalid": _("The recipe does not fit this dataset (%(path)s)."),
    "not_enough_data": _("There is too little data (%(path)s)."),
    "wrong_state": _("The edition has changed its state in the meantime."),
}

RECIPE_FAULTS: dict[str, Promise] = {
    "recipe_not_json": _("This is not JSON."),
    "recipe_shape": _("This part is missing or has another form than a recipe needs."),
    "method_unknown": _("There is no method of this name; known are: %(known)s."),
    "target_missing": _("The distance to a target needs the target of this indicator."),
    "target_empty": _("The lower end must be below the upper end."),
    "trim_empty": _("Trimming must leave the median weight inside its bounds."),
    "margins_missing": _("This way of weighting needs at least one margin."),
    "margins_too_many": _("Post-stratification meets one margin; take raking for several."),
    "trim_unused": _("Only raking trims weights; with this way of weighting leave trimming out."),
    "bands_not_falling": _("Bands must be listed from the highest threshold down."),
    "weights_sum": _("The weights of the sub-indices must sum to 1 (100 %%), but sum to %(total)s."),
    "code_twice": _("This code occurs twice."),
    "sub_index_unknown": _("There is no such sub-index in this block."),
    "group_unknown": _("The sub-index has no such group."),
    "part_empty": _("No indicator with a weight belongs to it, so its weight would go to the others."),
    "share_of_missing": _("A share needs the list of answers that it counts."),
    "scale_empty": _("The lower end of the scale must be below the upper end."),
    "goalposts_missing": _("Fixed goalposts need both ends of the scale."),
    "goalposts_empty": _("The lower goalpost must be below the upper one."),
    "answers_too_few": _("A figure needs at least 3 answers, so that nobody's own answer is shown."),
    "block_missing": _("The recipe says nothing about this block of the edition."),
    "block_unknown": _("The edition has no such block."),
    "code_unknown": _("The framework of the edition has no such code in this block."),
    "margin_unknown": _("The edition has no population counts for this margin."),
    "unit_unknown": _("The edition has no such unit."),
}

# The rules of the JSON Schema by which a part can have the wrong form.
SHAPES: dict[str, Promise] = {
    "required": _("This part is missing."),
    "additionalProperties": _("A recipe has no part of this name."),
    "enum": _("This must be one of: %(asked)s."),
    "const": _("This must be: %(asked)s."),
    "type": _("This has another form than a recipe needs."),
    "minimum": _("This must be at least %(asked)s."),
    "maximum": _("This must be at most %(asked)s."),
    "exclusiveMinimum": _("This must be more than %(asked)s."),
    "exclusiveMaximum": _("This must be less than %(asked)s."),
    "minLength": _("This must not be empty."),
    "minItems": _("There must be at least %(asked)s entries here."),
    "maxItems": _("There may be at most %(asked)s entries here."),
    "uniqueItems": _("Something occurs twice here."),
}


def step_words(step: str) -> str:
    """What the engine is doing; an unknown step stands for itself."""
    return str(STEPS.get(step, step))


def fault_sentence(fault: Mapping[str, Any]) -> str:
    """Why a run has no result: `{"code", "path", "params"}` as a sentence."""
    sentence = RUN_FAULTS.get(str(fault.get("code")), RUN_FAULTS["unexpected"])
    return str(sentence) % {"path": fault.get("path", "")}


def recipe_fault_sentence(fault: Fault) -> str:
    """What is wrong at a place of a recipe."""
    sentence = RECIPE_FAULTS.get(fault.code, RECIPE_FAULTS["recipe_shape"])
    if fault.code == "recipe_shape":
        sentence = SHAPES.get(str(fault.params.get("rule")), sentence)
    numbers = {name: plain_number(value, 6) for name, value in fault.params.items() if isinstance(value, float)}
    return str(sentence) % {"total": "", "known": "", "asked": "", **fault.params, **numbers}
