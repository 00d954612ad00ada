"""A recipe in words, in the order of its steps: for the person who approves, and for the methodology page."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ddci.templatetags.ddci_format import write_number
from scoring.sentences.channels import counted_sentences
from scoring.sentences.notices import band_words
from scoring.sentences.numbers import plain_number

Content = Mapping[str, Any]

WEIGHTS: dict[str, Promise] = {
    "none": gettext_lazy("Every response counts the same."),
    "design": gettext_lazy(
        "Each response counts for the businesses of its stratum that it stands for (design weight)."
    ),
    "poststratify": gettext_lazy("Weights bring the sample to the population by %(margins)s (poststratification)."),
    "rake": gettext_lazy("Weights bring the sample to the population by %(margins)s (raking from design weights)."),
    "calibrate": gettext_lazy("Weights bring the sample to the population by %(margins)s (linear calibration)."),
}
GOALPOSTS: dict[str, Promise] = {
    "edition": gettext_lazy(
        "Each indicator is brought to a scale from %(low)s to %(high)s: the weakest unit of this edition gets"
        " %(low)s, the best %(high)s."
    ),
    "pooled": gettext_lazy(
        "Each indicator is brought to a scale from %(low)s to %(high)s: the weakest value of the editions"
        " %(editions)s gets %(low)s, the best %(high)s."
    ),
    "envelope": gettext_lazy(
        "Each indicator is brought to a scale from %(low)s to %(high)s: the weakest value since the edition"
        " %(base)s gets %(low)s, the best %(high)s."
    ),
    "fixed": gettext_lazy(
        "Each indicator is brought to a scale from %(low)s to %(high)s between fixed ends that do not depend on"
        " the units."
    ),
}
NORMALISED: dict[str, Promise] = {
    "zscore": gettext_lazy("Each indicator is standardised by mean and standard deviation."),
    "rank": gettext_lazy("Each indicator is replaced by the rank of the unit on it."),
    "borda": gettext_lazy("Each indicator is replaced by the number of units that the unit beats on it."),
    "percentile_rank": gettext_lazy("Each indicator is replaced by the percentile rank of the unit on it."),
    "distance_to_target": gettext_lazy("Each indicator is measured by its distance to a target."),
    "distance_to_best": gettext_lazy("Each indicator is measured by its distance to the best unit."),
    "share_of_best": gettext_lazy("Each indicator is measured as a share of the best unit's value."),
}
MEANS: dict[str, Promise] = {
    "arithmetic": gettext_lazy("weighted arithmetic mean"),
    "geometric": gettext_lazy("weighted geometric mean"),
    "harmonic": gettext_lazy("weighted harmonic mean"),
    "power_half": gettext_lazy("weighted power mean of order ½"),
    "copeland": gettext_lazy("pairwise comparison (Copeland)"),
}


def recipe_sentences(content: Content, names: Mapping[str, str] | None = None) -> list[str]:
    """One sentence or two for every step of a complete recipe; `names` gives the names of margins by code."""
    return [
        *counted_sentences(content),
        *_weights(content["weight"], names or {}),
        *_measure(content["measure"]),
        *_normalise(content["normalise"]),
        *_aggregate(content),
        *_adjust(content["adjust"]),
        *_rank(content["rank"]),
        *_uncertainty(content["uncertainty"]),
    ]


def _weights(part: Content, names: Mapping[str, str]) -> Iterator[str]:
    margins = ", ".join(f"“{names.get(code, code)}”" for code in part["margins"])
    yield str(WEIGHTS.get(part["method"], part["method"])) % {"margins": margins}
    if part["trim"]:
        low, high = (plain_number(bound) for bound in part["trim"])
        yield _("No weight is below %(low)s or above %(high)s times the median.") % {"low": low, "high": high}
    if part["margins"] and part["collapse_below"]:
        count = plain_number(part["collapse_below"])
        yield _("Levels with fewer than %(count)s respondents are joined first.") % {"count": count}


def _measure(part: Content) -> Iterator[str]:
    count = plain_number(part["min_ratings"])
    yield _("A unit is scored from %(count)s ratings on; an indicator from its own minimum of valid answers on.") % {
        "count": count
    }
    if part["min_n"] > 1:
        yield _("No indicator is measured from fewer than %(count)s valid answers.") % {
            "count": plain_number(part["min_n"])
        }
    yield _("“Not applicable”, “don't know” and questions not shown are left out; they never count as 0.")


def _normalise(part: Content) -> Iterator[str]:
    low, high = (plain_number(end) for end in part["target"])
    words = {"low": low, "high": high, "editions": ", ".join(part["editions"]), "base": part["base"]}
    if part["method"] == "minmax":
        yield str(GOALPOSTS[part["goalposts"]]) % words
        yield _("Where lower is better, the scale is turned round.")
    else:
        yield str(NORMALISED.get(part["method"], part["method"]))
    if part["indicators"]:
        codes = ", ".join(sorted(part["indicators"]))
        yield _("These indicators have a rule of their own: %(codes)s.") % {"codes": codes}


def _aggregate(content: Content) -> Iterator[str]:
    part, target = content["aggregate"], content["normalise"]["target"]
    means = {level: str(MEANS.get(part[level], part[level])) for level in ("indicator", "group", "total")}
    yield _("Indicators make the sub-index (%(indicator)s), sub-indices the total (%(total)s).") % means
    if any(block.get("groups") for block in content["blocks"].values()):
        yield _("Groups of indicators are averaged first (%(group)s).") % means
    low, high = (plain_number(end * part["multiplier"]) for end in target)
    if content["normalise"]["method"] == "minmax":
        yield _("The total runs from %(low)s to %(high)s points.") % {"low": low, "high": high}
    share = write_number(part["threshold"] * 100, 0)
    yield _(
        "A score is formed when at least %(share)s%% of its parts are there; their weights are then scaled up, else it"
        " is missing."
    ) % {"share": share}


def _adjust(part: Content) -> Iterator[str]:
    if not part["points"]:
        yield _("There are no bonus or penalty points.")
        return
    words = {"bonus": plain_number(part["max_bonus"]), "penalty": plain_number(part["max_penalty"])}
    yield _("Documented bonus points up to %(bonus)s and penalty points up to %(penalty)s are applied.") % words


def _rank(part: Content) -> Iterator[str]:
    yield _("Ranks come from unrounded scores; equal scores share a rank.")
    bands = ", ".join(
        _("%(band)s from %(start)s") % {"band": band_words(band["code"]), "start": plain_number(band["from"])}
        for band in part["bands"]
        if band["from"] is not None
    )
    if bands:
        yield _("Bands: %(bands)s.") % {"bands": bands}


def _uncertainty(part: Content) -> Iterator[str]:
    if part["method"] == "none":
        yield _("No uncertainty is computed, so there are no intervals and no rank ranges.")
        return
    words = {"confidence": write_number(part["confidence"] * 100, 0), "draws": write_number(part["draws"], 0)}
    yield (
        _(
            "Intervals hold with %(confidence)s%% confidence; they come from the covariance of the scores under the"
            " sampling design."
        )
        % words
    )
    yield _("Rank ranges hold with %(confidence)s%% confidence for the whole table at once (%(draws)s draws).") % words
