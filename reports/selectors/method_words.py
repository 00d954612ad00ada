"""The settings of a recipe as sentences."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ddci.templatetags.ddci_format import percent, signed, write_number
from reports.selectors.scale import Scale
from scoring.engine.normalise import GOALPOST_METHODS, RANK_METHODS
from scoring.sentences.recipe import MEANS, NORMALISED

CLEAN = gettext_lazy("Leaving out responses")
WEIGHT = gettext_lazy("Weighting the responses")
MEASURE = gettext_lazy("Measuring the indicators")
NORMALISE = gettext_lazy("Bringing indicators to one scale")
AGGREGATE = gettext_lazy("Putting the score together")
ADJUST = gettext_lazy("Bonus and penalty points")
RANK = gettext_lazy("Ranking")
LOST = gettext_lazy("Lost points")
UNCERTAINTY = gettext_lazy("How sure the ranks are")

Part = Mapping[str, Any]


def shortest(value: float) -> str:
    """A setting as it was written: 0,25 or 10."""
    text = f"{value:.12g}"
    return write_number(text, len(text.partition(".")[2]))


def weight(part: Part, margins: Sequence[str]) -> Iterator[str]:
    method = part["method"]
    if method == "none":
        yield _("Every response counts the same.")
    elif method == "design":
        yield _("A response counts for as many businesses as its stratum of the sample stands for.")
    else:
        yield _("Responses are weighted so that together they match what is known of all businesses: %(margins)s.") % {
            "margins": ", ".join(f"“{name}”" for name in margins)
        }
        yield str(_METHODS.get(method, _METHODS["rake"]))
    if part["trim"] and method == "rake":
        low, high = part["trim"]
        yield _("No weight is below %(low)s or above %(high)s times the median weight.") % {
            "low": shortest(low),
            "high": shortest(high),
        }
    if part["collapse_below"]:
        yield ngettext(
            "Groups with fewer than %(count)s response are merged first.",
            "Groups with fewer than %(count)s responses are merged first.",
            part["collapse_below"],
        ) % {"count": part["collapse_below"]}


_METHODS = {
    "poststratify": gettext_lazy("The counts of each group are met exactly (post-stratification)."),
    "rake": gettext_lazy("The distributions are met one after the other until all fit (raking)."),
    "calibrate": gettext_lazy("All distributions are met at once with the smallest change of weights (calibration)."),
}


def measure(part: Part) -> Iterator[str]:
    yield _("“Not applicable” and “don't know” are answers of their own: they are left out and never count as zero.")
    yield _("Administrative figures enter as they were recorded and are kept apart from the survey.")
    yield ngettext(
        "A value needs at least %(count)s valid answer, unless the indicator asks for more.",
        "A value needs at least %(count)s valid answers, unless the indicator asks for more.",
        part["min_n"],
    ) % {"count": part["min_n"]}
    if part["min_ratings"]:
        yield ngettext(
            "A unit with fewer than %(count)s rating is not ranked.",
            "A unit with fewer than %(count)s ratings is not ranked.",
            part["min_ratings"],
        ) % {"count": part["min_ratings"]}


def statistic(name: str) -> str:
    """What an indicator measures."""
    return str(_STATISTICS[name])


_STATISTICS = {
    "mean": gettext_lazy("mean of the answers"),
    "share": gettext_lazy("share of the answers counted"),
    "median": gettext_lazy("median of the answers"),
    "hard": gettext_lazy("figure from administrative records"),
}


def normalise(part: Part) -> Iterator[str]:
    low, high = (shortest(end) for end in part["target"])
    facts = {"low": low, "high": high}
    if part["method"] == "minmax":
        yield (
            _(
                "Each indicator is brought to a scale from %(low)s to %(high)s: the lower goalpost becomes %(low)s, "
                "the upper one %(high)s, and where less is better the scale is turned round."
            )
            % facts
        )
    elif part["method"] in NORMALISED:
        yield str(NORMALISED[part["method"]])
    else:
        yield _("Each indicator is brought to a common scale by the method “%(method)s”.") % {"method": part["method"]}
    if part["method"] in GOALPOST_METHODS:
        yield from _goalposts(part, facts)
    own = sorted(part["indicators"])
    if own:
        yield _("These indicators follow a rule of their own: %(codes)s.") % {"codes": ", ".join(own)}


def _goalposts(part: Part, facts: Mapping[str, str]) -> Iterator[str]:
    rule = part["goalposts"]
    yield str(_GOALPOSTS[rule])
    if rule == "edition":
        yield (
            _(
                "The lowest unit on an indicator always gets %(low)s and the highest %(high)s, however close they are: "
                "on an indicator on which the units hardly differ, chance alone spreads the scores."
            )
            % facts
        )
    if rule == "pooled" and part["editions"]:
        yield _("Editions that count: %(editions)s.") % {"editions": ", ".join(part["editions"])}
    if rule == "envelope" and part["base"]:
        yield _("The base edition is %(base)s.") % {"base": part["base"]}
    if rule == "envelope" and part["restarts"]:
        restarts = ", ".join(f"{code} ({since})" for code, since in sorted(part["restarts"].items()))
        yield _("These indicators start anew, because their question changed: %(restarts)s.") % {"restarts": restarts}


_GOALPOSTS = {
    "edition": gettext_lazy(
        "Goalposts are the lowest and the highest value of this edition's units: scores compare units with each other, "
        "not with other years."
    ),
    "pooled": gettext_lazy(
        "Goalposts are the lowest and the highest value over several editions, so that scores can be compared "
        "between them."
    ),
    "envelope": gettext_lazy("Goalposts are the lowest and the highest value seen since the base edition."),
    "fixed": gettext_lazy(
        "Goalposts are fixed in advance, such as the ends of the answer scale: scores can be compared over the years."
    ),
}


def aggregate(recipe: Part, scale: Scale) -> Iterator[str]:
    part = recipe["aggregate"]
    if any(block.get("groups") for block in recipe["blocks"].values()):
        yield _(
            "Indicators are combined into groups by the %(inner)s and groups into sub-indices by the %(outer)s."
        ) % {"inner": _mean(part["indicator"]), "outer": _mean(part["group"])}
    else:
        yield _("Indicators are combined into sub-indices by the %(kind)s.") % {"kind": _mean(part["indicator"])}
    yield _("Sub-indices are combined into the score by the %(kind)s, with the weights shown beside them.") % {
        "kind": _mean(part["total"])
    }
    facts = {"multiplier": shortest(part["multiplier"]), "low": shortest(scale.low), "high": shortest(scale.high)}
    if recipe["normalise"]["method"] in GOALPOST_METHODS:
        yield _("The score is %(multiplier)s times that mean and so runs from %(low)s to %(high)s.") % facts
    else:
        yield _("The score is %(multiplier)s times that mean.") % facts
    share = {"share": percent(part["threshold"])}
    if part["availability"] == "weight":
        yield (
            _(
                "Where a part is missing the others take its weight, as long as parts with at least %(share)s of the "
                "weight are present; otherwise the result is missing too."
            )
            % share
        )
    else:
        yield (
            _(
                "Where a part is missing the others take its weight, as long as at least %(share)s of the parts are "
                "present; otherwise the result is missing too."
            )
            % share
        )


def _mean(name: str) -> str:
    return str(MEANS.get(name, name))


def lost(recipe: Part, scale: Scale) -> Iterator[str]:
    if recipe["normalise"]["method"] not in GOALPOST_METHODS:
        return
    yield _(
        "What an indicator costs a unit is its share of the score times the distance of its points from %(top)s."
    ) % {"top": shortest(scale.part_high)}
    if {recipe["aggregate"][level] for level in ("indicator", "group", "total")} == {"arithmetic"}:
        yield _("Score before bonus points and lost points make exactly %(top)s together.") % {
            "top": shortest(scale.high)
        }
    else:
        yield _("With this kind of mean only the sum of lost points is exact; the parts are shared out in proportion.")


def adjust(part: Part) -> Iterator[str]:
    if not part["points"]:
        yield _("There are no bonus or penalty points.")
        return
    yield _("At most %(bonus)s points are added and %(penalty)s taken away, each for a documented reason.") % {
        "bonus": shortest(part["max_bonus"]),
        "penalty": shortest(part["max_penalty"]),
    }


def adjustment(item: Part) -> str:
    """One adjustment with its reason and document."""
    facts = {"unit": item["unit"], "points": signed(item["points"], 2), "reason": item["reason"]}
    if item.get("document"):
        return _("%(unit)s: %(points)s points – %(reason)s (%(document)s)") % {**facts, "document": item["document"]}
    return _("%(unit)s: %(points)s points – %(reason)s") % facts


def rank() -> Iterator[str]:
    yield _("Each block has a league table of its own; departments and localities are never ranked together.")
    yield _("Ranks come from unrounded scores; equal scores share the better rank.")
    yield _("Units with insufficient data or withheld results take no rank and do not move the others.")


def uncertainty(recipe: Part) -> Iterator[str]:
    part = recipe["uncertainty"]
    if part["method"] == "none":
        yield _("No intervals were computed.")
        return
    means = {recipe["aggregate"][level] for level in ("indicator", "group", "total")}
    if recipe["normalise"]["method"] in RANK_METHODS or "copeland" in means:
        yield _("Scores made from ranks move in jumps: no interval and no rank range can be derived for them.")
        return
    facts = {"confidence": percent(part["confidence"]), "draws": write_number(part["draws"], 0)}
    yield (
        _(
            "Intervals (%(confidence)s) come from linearised variances that follow every step, including the weights "
            "and moving goalposts; businesses that rated several units are counted as such."
        )
        % facts
    )
    yield (
        _(
            "Rank ranges hold for all units of a table at once with %(confidence)s confidence (%(draws)s simulated "
            "draws); a range for one unit alone is narrower."
        )
        % facts
    )
    yield _(
        "The uncertainty is that of the sample. It says nothing about who did not answer or how questions were read."
    )
