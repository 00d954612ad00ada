"""The way through the questionnaire: its steps in order, what is open in each, what stands against sending it in.

Required are consent, the type of business and a choice of units within the rules; every question may be left open. A
unit counts as rated when at least half of the questions shown about it are answered ("not applicable" and "don't know"
are answers). A questionnaire can be sent in when at least one unit is rated, and in each block as many as its rule asks
for. Units about which nothing was answered are left out of the response.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.answers.checks import shown
from surveys.answers.drafts import DraftContent
from surveys.answers.questionnaire import Allowance, Answer, BlockSheet, Item, Questionnaire, Section

RATED_FROM = 0.5


class Kind(StrEnum):
    CONSENT = "consent"
    PROFILE = "profile"
    UNITS = "units"
    RATE = "rate"
    OVERALL = "overall"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Step:
    """One page. `key` names it in drafts and forms."""

    kind: Kind
    unit: int = 0
    section: str = ""
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        parts = [self.kind.value, str(self.unit) if self.unit else "", self.section]
        object.__setattr__(self, "key", "/".join(part for part in parts if part))


# Every page of every visit goes through all steps about the units chosen.
_step = lru_cache(10_000)(Step)
CONSENT, PROFILE, UNITS, REVIEW = Step(Kind.CONSENT), Step(Kind.PROFILE), Step(Kind.UNITS), Step(Kind.REVIEW)


@dataclass(frozen=True, slots=True)
class Move:
    """Leaving a page: from the step `here` to "next" (which stops once at open questions), "skip" (which does not),
    "back", the key of any step, or "" to stay.
    """

    here: str
    go: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stands against going on, and the step where it can be put right."""

    step: Step
    sentence: str


def shown_codes(block: BlockSheet, content: DraftContent, unit: int) -> frozenset[str]:
    return shown(block, content.ratings.get(unit, {}))


def shown_sections(block: BlockSheet, content: DraftContent, unit: int) -> Iterator[tuple[Section, list[Item]]]:
    """The pages about a unit with the questions asked on them; a page on which nothing is asked is left out."""
    codes = shown_codes(block, content, unit)
    for section in block.sections:
        items = [item for item in section.items if item.code in codes]
        if items:
            yield section, items


def _asks(section: Section, codes: frozenset[str]) -> bool:
    return any(item.code in codes for item in section.items)


def steps(questionnaire: Questionnaire, content: DraftContent) -> list[Step]:
    """The steps in order, as far as they are known from what was answered so far."""
    found = [CONSENT, PROFILE, UNITS]
    for key in content.units:
        block, _unit = questionnaire.units[key]
        codes = shown_codes(block, content, key)
        found += [_step(Kind.RATE, key, section.code) for section in block.sections if _asks(section, codes)]
        found.append(_step(Kind.OVERALL, key))
    return [*found, REVIEW]


def open_items(block: BlockSheet, content: DraftContent, unit: int, section: str = "") -> list[Item]:
    """The questions shown (on one page, or all) that have no answer."""
    answers, codes = content.ratings.get(unit, {}), shown_codes(block, content, unit)
    page = block.section(section) if section else block
    return [item for item in page.items if item.code in codes and item.code not in answers] if page else []


def answers_shown(block: BlockSheet, content: DraftContent, unit: int) -> dict[str, Answer]:
    """The answers that count: those to questions that were shown."""
    codes = shown_codes(block, content, unit)
    return {code: value for code, value in content.ratings.get(unit, {}).items() if code in codes}


def is_rated(block: BlockSheet, content: DraftContent, unit: int) -> bool:
    asked = len(shown_codes(block, content, unit))
    if not asked:
        return unit in content.satisfaction
    return len(answers_shown(block, content, unit)) >= RATED_FROM * asked


def allowance_sentence(allowance: Allowance) -> str:
    """The rule of a block in words."""
    low, high = allowance.minimum, allowance.maximum
    if high == 0:
        return _("Not asked of this type of business.")
    if low == high:
        return ngettext("Choose %(high)s unit.", "Choose %(high)s units.", high) % {"high": high}
    if low == 0:
        return ngettext("Choose at most %(high)s unit.", "Choose at most %(high)s units.", high) % {"high": high}
    return _("Choose %(low)s to %(high)s units.") % {"low": low, "high": high}


def unit_problems(questionnaire: Questionnaire, content: DraftContent) -> list[Problem]:
    """What is wrong with the choice of units."""
    if not content.units:
        return [Problem(UNITS, _("Choose at least one unit that the business dealt with in the last 12 months."))]
    found = []
    for block in questionnaire.blocks:
        count = sum(1 for key in content.units if questionnaire.units[key][0] is block)
        allowance = block.allowance(content.respondent_type)
        facts = {"block": str(block.name), "count": count, "low": allowance.minimum, "high": allowance.maximum}
        if allowance.maximum == 0 and count:
            sentence = _("The block “%(block)s” is not asked of this type of business. Remove the units chosen there.")
            found.append(Problem(UNITS, sentence % facts))
        elif count > allowance.maximum:
            sentence = _("In the block “%(block)s”, %(count)s are chosen; at most %(high)s can be rated.")
            found.append(Problem(UNITS, sentence % facts))
        elif count < allowance.minimum:
            sentence = _("In the block “%(block)s”, %(count)s are chosen; at least %(low)s must be rated.")
            found.append(Problem(UNITS, sentence % facts))
    return found


def entry_problems(questionnaire: Questionnaire, content: DraftContent) -> list[Problem]:
    """What must be settled before any unit can be rated, first things first."""
    if not content.consent:
        return [Problem(CONSENT, _("Tick the box to agree; without consent no answer is kept."))]
    if not content.respondent_type:
        return [Problem(PROFILE, _("Say what type of business this is; the questions depend on it."))]
    return unit_problems(questionnaire, content)


def problems(questionnaire: Questionnaire, content: DraftContent) -> list[Problem]:
    """Everything that stands against sending the questionnaire in; empty when it can be sent."""
    found = entry_problems(questionnaire, content)
    return found or _rating_problems(questionnaire, content)


def _rating_problems(questionnaire: Questionnaire, content: DraftContent) -> list[Problem]:
    found = []
    rated = {key for key in content.units if is_rated(questionnaire.units[key][0], content, key)}
    for block in questionnaire.blocks:
        chosen = [key for key in content.units if questionnaire.units[key][0] is block]
        lacking = block.allowance(content.respondent_type).minimum - len(rated & set(chosen))
        open_units = [key for key in chosen if key not in rated]
        found += [_half_missing(questionnaire, content, key) for key in open_units[: max(lacking, 0)]]
    if not rated and not found:
        found = [_half_missing(questionnaire, content, content.units[0])]
    return found


def _half_missing(questionnaire: Questionnaire, content: DraftContent, key: int) -> Problem:
    _block, unit = questionnaire.units[key]
    sentence = _("Answer at least half of the questions about “%(unit)s” (“not applicable” and “don't know” count).")
    return Problem(_first_open(questionnaire, content, [key]), sentence % {"unit": str(unit.name)})


def resume_step(questionnaire: Questionnaire, content: DraftContent) -> Step:
    """Where a respondent who opens the link again goes on."""
    return reachable(questionnaire, content, content.at)


def reachable(questionnaire: Questionnaire, content: DraftContent, key: str, order: Sequence[Step] = ()) -> Step:
    """The step of this key; an earlier one where something required is open before it, or where it does not exist.

    Args:
        order: the steps, where they are known already.
    """
    order = order or steps(questionnaire, content)
    wanted = next((place for place, step in enumerate(order) if step.key == key), None)
    barriers = entry_problems(questionnaire, content)
    barrier = order.index(barriers[0].step) if barriers else len(order) - 1
    if wanted is None:
        return order[barrier] if barriers else _first_open(questionnaire, content, content.units)
    return order[min(wanted, barrier)]


def destination(questionnaire: Questionnaire, content: DraftContent, move: Move) -> Step:
    """Where a move leads, after the page that is left has been merged into the draft."""
    order = steps(questionnaire, content)
    here = next((place for place, step in enumerate(order) if step.key == move.here), None)
    if here is None or move.go == "":
        return reachable(questionnaire, content, move.here, order)
    if move.go == "back":
        return order[max(here - 1, 0)]
    if move.go == "skip" or (move.go == "next" and not is_open(questionnaire, content, order[here])):
        return reachable(questionnaire, content, order[min(here + 1, len(order) - 1)].key, order)
    return reachable(questionnaire, content, move.here if move.go == "next" else move.go, order)


def is_open(questionnaire: Questionnaire, content: DraftContent, step: Step) -> bool:
    """Whether a question of this page has no answer yet."""
    if step.kind is Kind.PROFILE:
        return any(item.code not in content.profile for item in questionnaire.profile)
    if step.kind is Kind.RATE:
        return bool(open_items(questionnaire.units[step.unit][0], content, step.unit, step.section))
    return step.kind is Kind.OVERALL and step.unit not in content.satisfaction


def _first_open(questionnaire: Questionnaire, content: DraftContent, units: Sequence[int]) -> Step:
    for key in units:
        block, _unit = questionnaire.units[key]
        for section, items in shown_sections(block, content, key):
            if any(item.code not in content.ratings.get(key, {}) for item in items):
                return Step(Kind.RATE, key, section.code)
        if key not in content.satisfaction:
            return Step(Kind.OVERALL, key)
    return REVIEW
