"""The review of answers in words: what each flag means, and what was seen in one response."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ddci.templatetags.ddci_format import write_number
from surveys.enums import FlagCode, Pace

MEANINGS: Mapping[str, Promise] = {
    FlagCode.COPY: gettext_lazy(
        "Every answer about every unit equals another response. Two businesses hardly ever agree by chance in all of "
        "them, unless both always gave the same answer."
    ),
    FlagCode.DUPLICATE: gettext_lazy("All answers about a unit equal those of another response about the same unit."),
    FlagCode.NEAR_DUPLICATE: gettext_lazy(
        "All but one or two answers about a unit equal those of another response about the same unit."
    ),
    FlagCode.SAME_ANSWER: gettext_lazy(
        "At least nine in ten answers on a scale are one and the same in a row, though some questions ask for the "
        "opposite of others."
    ),
    FlagCode.HASTY: gettext_lazy(
        "Less than two seconds per question: hardly time to read them. Only this step is known, no time is kept."
    ),
    FlagCode.BURST: gettext_lazy(
        "In a few days a unit got far more ratings than the pace of its block would give. Only confidential editions "
        "keep the day, and only until the data are frozen."
    ),
    FlagCode.PERFECT_CROWD: gettext_lazy(
        "The best answer to every question, about a unit that has far more such ratings than its block."
    ),
    FlagCode.INCOMPLETE: gettext_lazy(
        "Fewer than half of the questions about a unit are answered; “not applicable” and “don't know” do not count."
    ),
    FlagCode.LITTLE_VARIATION: gettext_lazy("The answers hardly move, wherever a question stands on its scale."),
    FlagCode.INCONSISTENT: gettext_lazy(
        "Answers to questions about the same matter contradict each other. A weak sign: look at the answers."
    ),
    FlagCode.UNUSUAL: gettext_lazy(
        "The pattern lies far from that of the other responses. It can be honest: look at the answers."
    ),
}


# Thresholds of the flags in the order of the form: what each decides.
THRESHOLDS: Mapping[str, Promise] = {
    "least": gettext_lazy("Fewest answers for a rating to be judged"),
    "complete": gettext_lazy("Half empty: share of questions answered below"),
    "run": gettext_lazy("One answer over and over: equal answers in a row from"),
    "run_share": gettext_lazy("One answer over and over: share of all answers on the scale from"),
    "spread": gettext_lazy("Answers hardly vary: standard deviation in parts of the scale below"),
    "differ": gettext_lazy("Almost the same answers: different answers at most"),
    "excess": gettext_lazy("Perfect rating in a crowd: probability by chance below"),
    "burst": gettext_lazy("Ratings all at once: probability by chance at most"),
    "burst_days": gettext_lazy("Ratings all at once: days looked at together at most"),
    "even_odd": gettext_lazy("Contradictions: even-odd inconsistency from"),
    "unusual": gettext_lazy("Unusual pattern: probability by chance below"),
    "too_many": gettext_lazy("Contradictions and unusual patterns say nothing where they strike a share of more than"),
}


def threshold_words(thresholds: Mapping[str, float]) -> list[tuple[str, str]]:
    """Each threshold that a check used, with its value; older checks know fewer."""
    return [(str(words), _plain(thresholds[name])) for name, words in THRESHOLDS.items() if name in thresholds]


def _plain(value: float) -> str:
    """As few decimals as the value needs."""
    places = next((places for places in range(6) if abs(value - round(value, places)) < 1e-9), 6)
    return write_number(value, places)


def flag_sentence(code: str, evidence: Mapping[str, Any]) -> str:
    """What was seen, with its figures."""
    return EVIDENCE[FlagCode(code)](evidence)


def _copy(seen: Mapping[str, Any]) -> str:
    sentence = ngettext(
        "The whole response equals %(others)d other response.",
        "The whole response equals %(others)d other responses.",
        seen["others"],
    )
    return sentence % {"others": seen["others"]}


def _duplicate(seen: Mapping[str, Any]) -> str:
    sentence = ngettext(
        "The same %(answered)d answers as %(others)d other response.",
        "The same %(answered)d answers as %(others)d other responses.",
        seen["others"],
    )
    return sentence % {"answered": seen["answered"], "others": seen["others"]}


def _near_duplicate(seen: Mapping[str, Any]) -> str:
    sentence = ngettext(
        "Differs in %(different)d of %(shared)d answers from the closest of %(others)d other response.",
        "Differs in %(different)d of %(shared)d answers from the closest of %(others)d other responses.",
        seen["others"],
    )
    return sentence % {name: seen[name] for name in ("different", "shared", "others")}


def _same_answer(seen: Mapping[str, Any]) -> str:
    return _("%(run)d of %(answered)d answers on one scale are the same, in a row.") % dict(seen)


def _hasty(seen: Mapping[str, Any]) -> str:
    return _("Pace: %(pace)s.") % {"pace": str(Pace(seen["pace"]).label).lower()}


def _burst(seen: Mapping[str, Any]) -> str:
    sentence = ngettext(
        "%(ratings)d ratings of this unit came in within %(days)d day; %(expected)s would be ordinary.",
        "%(ratings)d ratings of this unit came in within %(days)d days; %(expected)s would be ordinary.",
        seen["days"],
    )
    return sentence % {
        "ratings": seen["ratings"], "days": seen["days"], "expected": write_number(seen["expected"], 1)
    }  # fmt: skip


def _perfect_crowd(seen: Mapping[str, Any]) -> str:
    words = {"share": write_number(100 * seen["share"], 0), "rest": write_number(100 * seen["rest"], 0)}
    return (
        _("The best answer everywhere: so are %(share)s%% of this unit's ratings, %(rest)s%% of the others'.") % words
    )


def _incomplete(seen: Mapping[str, Any]) -> str:
    return _("%(answered)d of %(asked)d questions answered.") % dict(seen)


def _little_variation(seen: Mapping[str, Any]) -> str:
    words = {"spread": write_number(100 * seen["spread"], 0)}
    return _("The answers spread over %(spread)s%% of the scales only (standard deviation).") % words


def _inconsistent(seen: Mapping[str, Any]) -> str:
    words = {"value": write_number(seen["even_odd"], 2)}
    return _("Even-odd inconsistency %(value)s; −1 is consistent, 1 is not.") % words


def _unusual(seen: Mapping[str, Any]) -> str:
    words = {"distance": write_number(seen["distance"], 0), "answered": seen["answered"]}
    return _("Squared distance %(distance)s from the usual pattern; about %(answered)d would be ordinary.") % words


EVIDENCE = {
    FlagCode.COPY: _copy,
    FlagCode.DUPLICATE: _duplicate,
    FlagCode.NEAR_DUPLICATE: _near_duplicate,
    FlagCode.SAME_ANSWER: _same_answer,
    FlagCode.HASTY: _hasty,
    FlagCode.BURST: _burst,
    FlagCode.PERFECT_CROWD: _perfect_crowd,
    FlagCode.INCOMPLETE: _incomplete,
    FlagCode.LITTLE_VARIATION: _little_variation,
    FlagCode.INCONSISTENT: _inconsistent,
    FlagCode.UNUSUAL: _unusual,
}


def change_sentence(*, kind: str, rows: int, of: int, table: str = "", name: str = "") -> str:
    """What was changed in a version for researchers."""
    facts = {"rows": write_number(rows, 0), "of": write_number(of, 0), "name": name}
    sentences = {
        ("excluded", ""): _("%(rows)s of %(of)s responses are excluded from the results and left out here."),
        ("band", "respondents"): _("“%(name)s” is not told (*) in %(rows)s of %(of)s rows of respondents."),
        ("band", "ratings"): _("“%(name)s” is not told (*) in %(rows)s of %(of)s ratings."),
        ("row", "respondents"): _("%(rows)s of %(of)s respondents are left out: fewer than the smallest group."),
        ("row", "ratings"): _("%(rows)s of %(of)s ratings are left out: fewer than the smallest group."),
        ("unit", "ratings"): _("The unit “%(name)s” is left out with its %(rows)s ratings: too few rated it."),
        ("number", "ratings"): _(
            "%(rows)s of %(of)s numbers of question %(name)s were moved to the nearest common one."
        ),
    }
    return str(sentences[kind, table] % facts)
