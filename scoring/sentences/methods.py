"""The methods that a recipe may name, as a reader chooses among them: what each is called and what it does.

The choices come from the engine's registries. A method without words of its own here is offered all the same, under
its name and with the first sentence of its docstring.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.engine.aggregate import AGGREGATORS
from scoring.engine.normalise import NORMALISERS
from scoring.engine.weight import WEIGHTERS

Title = str | Promise
Words = Mapping[str, tuple[Title, Title]]


@dataclass(frozen=True)
class MethodWords:
    """A method: its name in a recipe, what it is called, what it does in a sentence or two."""

    code: str
    title: Title
    text: Title


WEIGHTING: Words = {
    "none": (
        _("No weights: every response counts the same"),
        _("Simple, but groups of businesses that answer more often then decide more than their share."),
    ),
    "design": (
        _("Design weights"),
        _("Each response stands for the businesses of its stratum: those in the population divided by those drawn."),
    ),
    "poststratify": (
        _("Poststratification to one margin"),
        _("Weights meet the population counts of one profile question exactly."),
    ),
    "rake": (
        _("Raking to the population counts"),
        _("Weights meet the counts of several profile questions, one after the other until all agree."),
    ),
    "calibrate": (
        _("Linear calibration to the population counts"),
        _("Like raking, solved as one equation. It is refused when a weight would become negative."),
    ),
}
NORMALISATION: Words = {
    "minmax": (
        _("Min–max: the place between two ends"),
        _("The lower end gets the lowest points, the upper end the highest; in between in proportion."),
    ),
    "zscore": (
        _("Z-score: distance from the average"),
        _("Counts standard deviations from the average of the units. The two numbers of the scale are then the"
          " average and the standard deviation to be reached."),
    ),
    "rank": (
        _("Rank on the indicator"),
        _("Only the order counts, not how far units are apart. No interval can be computed in the usual way."),
    ),
    "borda": (
        _("Number of units beaten (Borda)"),
        _("Like the rank, counted from 0. No interval can be computed in the usual way."),
    ),
    "percentile_rank": (
        _("Percentile rank"),
        _("The rank brought to the ends of the scale. No interval can be computed in the usual way."),
    ),
    "distance_to_target": (
        _("Distance to a target"),
        _("Full points for reaching the target of the indicator; the weakest unit gets the lowest points."),
    ),
    "distance_to_best": (
        _("Distance to the best unit"),
        _("Full points for the best unit; the others by their distance to it as a share of the whole range."),
    ),
    "share_of_best": (
        _("Share of the best unit's value"),
        _("A unit with half the value of the best gets half the way up the scale. Meant for positive values."),
    ),
}  # fmt: skip
AGGREGATION: Words = {
    "arithmetic": (
        _("Weighted arithmetic mean"),
        _("A weakness in one part can be made up for by strength in another, point for point. The field's custom."),
    ),
    "geometric": (
        _("Weighted geometric mean"),
        _("A weak part weighs more than a strong one can make up for. All scores must be above 0."),
    ),
    "harmonic": (
        _("Weighted harmonic mean"),
        _("Still stricter with weak parts than the geometric mean. All scores must be above 0."),
    ),
    "power_half": (
        _("Power mean of order ½"),
        _("Between the arithmetic and the geometric mean."),
    ),
    "copeland": (
        _("Pairwise comparison (Copeland)"),
        _("Counts against how many units a unit wins. Differences of points no longer count."),
    ),
}  # fmt: skip
GOALPOSTS: Words = {
    "edition": (
        _("The units of this edition"),
        _("The weakest unit of this year gets the lowest points, the best the highest. Most provinces do so, but with"
          " few answers the ends move by chance, and scores of two years cannot be compared."),
    ),
    "fixed": (
        _("Fixed ends of each indicator"),
        _("The ends do not depend on the units. Scores can be compared over the years and settle with more answers."),
    ),
    "pooled": (
        _("This and chosen earlier editions together"),
        _("The weakest and the best value of all these years set the ends."),
    ),
    "envelope": (
        _("Running since a base edition (envelope)"),
        _("The weakest and the best value ever since the base year; an indicator whose question changed restarts."),
    ),
}  # fmt: skip
AVAILABILITY: Words = {
    "count": (_("Number of parts"), _("Each part counts once, whatever its weight.")),
    "weight": (_("Weight of the parts"), _("A heavy part that is missing counts more.")),
}
UNCERTAINTY: Words = {
    "linearised": (
        _("From the covariance of the scores"),
        _("Intervals and rank ranges follow from who answered and how often. The default."),
    ),
    "none": (_("None"), _("No intervals and no rank ranges: readers cannot see what chance alone could do.")),
}


def weighting_methods() -> list[MethodWords]:
    return _of(WEIGHTERS, WEIGHTING)


def normalisation_methods() -> list[MethodWords]:
    return _of(NORMALISERS, NORMALISATION)


def aggregation_methods() -> list[MethodWords]:
    return _of(AGGREGATORS, AGGREGATION)


def goalpost_rules() -> list[MethodWords]:
    return _named(GOALPOSTS)


def availability_rules() -> list[MethodWords]:
    return _named(AVAILABILITY)


def uncertainty_methods() -> list[MethodWords]:
    return _named(UNCERTAINTY)


def _named(words: Words) -> list[MethodWords]:
    """Methods that have no registry of their own."""
    return [MethodWords(code, title, text) for code, (title, text) in words.items()]


def _of(registry: Mapping[str, Callable[..., Any]], words: Words) -> list[MethodWords]:
    """Every method of a registry, in its order."""
    return [
        MethodWords(code, *words[code]) if code in words else MethodWords(code, code, _first_sentence(function))
        for code, function in registry.items()
    ]


def _first_sentence(function: Callable[..., Any]) -> str:
    paragraph = (function.__doc__ or "").strip().split("\n\n", maxsplit=1)[0]
    return " ".join(paragraph.split())
