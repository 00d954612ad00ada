"""Questions as cards: plain values for the templates, fast to make and fast to render."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.core.errors import Invalid
from surveys.answers.drafts import DraftContent
from surveys.answers.journey import Problem, Step, shown_codes
from surveys.answers.questionnaire import Answer, Item, Questionnaire, Scale
from surveys.enums import NonAnswer

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    checked: bool


@dataclass(slots=True)
class Card:
    """A question with what was answered. `fault` refuses what was typed; `is_open` only says that it is unanswered."""

    name: str
    number: int
    text: str
    hint: str = ""
    choices: list[Choice] = field(default_factory=list)
    apart: list[Choice] = field(default_factory=list)
    scale: Scale | None = None
    typed: str = ""
    in_a_row: bool = False
    condition: str = ""
    depends_on: str = ""
    depends_answers: str = ""
    hidden: bool = False
    fault: str = ""
    is_open: bool = False

    @property
    def anchor(self) -> str:
        return f"question-{self.number}"


def section_cards(
    questionnaire: Questionnaire,
    content: DraftContent,
    step: Step,
    typed: Mapping[str, str] = NOTHING,
    faults: Mapping[str, Invalid] = NOTHING,
) -> list[Card]:
    """The questions of a page: those shown now, and those that an answer on this page can bring up.

    Args:
        typed: what was just entered and not taken, by question code; shown again instead of what is stored.
    """
    block, _unit = questionnaire.units[step.unit]
    section = block.section(step.section)
    items = section.items if section else ()
    answers = content.ratings.get(step.unit, {})
    now_shown, here = shown_codes(block, content, step.unit), {item.code for item in items}
    can_appear = _can_appear(items, now_shown)
    numbers = {code: number for number, code in enumerate((item.code for item in items if item.code in can_appear), 1)}
    cards = []
    for item in items:
        if item.code not in can_appear:
            continue
        card = _card(item, numbers[item.code], typed.get(item.code, answers.get(item.code)), faults.get(item.code))
        if item.condition and item.condition.question in here:
            card.hidden = item.code not in now_shown
            card.is_open = card.is_open and not card.hidden
            card.depends_on = item.condition.question
            card.depends_answers = " ".join(sorted(str(answer) for answer in item.condition.answers))
            card.condition = _condition_sentence(item, numbers, block.by_code[item.condition.question])
        cards.append(card)
    return cards


def _can_appear(items: Sequence[Item], now_shown: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for item in items:
        if item.code in now_shown or (item.condition and item.condition.question in found):
            found.add(item.code)
    return found


def _card(item: Item, number: int, value: Answer | str | None, fault: Invalid | None) -> Card:
    offered = [
        (NonAnswer.NOT_APPLICABLE, item.not_applicable),
        (NonAnswer.DONT_KNOW, item.dont_know),
    ]
    return Card(
        name=item.code,
        number=number,
        text=str(item.text),
        hint=str(item.hint),
        choices=[Choice(str(o.value), str(o.words), str(value) == str(o.value)) for o in item.scale.options],
        apart=[Choice(kind.value, str(kind.label), value == kind.value) for kind, offer in offered if offer],
        scale=item.scale if item.scale.is_number else None,
        typed="" if value is None or value in NonAnswer.values else typed_number(value),
        in_a_row=1 < len(item.scale.options) <= 5,
        fault=str(fault or ""),
        is_open=value is None,
    )


def typed_number(value: Answer | str) -> str:
    """A number as one would type it in the reader's language."""
    if isinstance(value, str):
        return value
    places = 0 if value == int(value) else len(f"{value}".split(".")[1])
    return str(number_format(value, decimal_pos=places, use_l10n=True))


def _condition_sentence(item: Item, numbers: Mapping[str, int], on: Item) -> str:
    answers = item.condition.answers if item.condition else frozenset()
    labels = [f"“{option.words}”" for option in on.scale.options if option.value in answers]
    labels += [f"“{kind.label}”" for kind in NonAnswer if kind.value in answers]
    labels += sorted(str(answer) for answer in answers if on.scale.is_number and answer not in NonAnswer.values)
    joined = _(" or ").join(labels)
    facts = {"number": numbers[on.code], "answers": joined}
    return _("Answer this only if the answer to question %(number)s is %(answers)s.") % facts


def satisfaction_card(content: DraftContent, unit: int, fault: str = "") -> Card:
    value = content.satisfaction.get(unit)
    return Card(
        name="satisfaction",
        number=1,
        text=_("Overall, how satisfied is the business with this unit?"),
        hint=_("1 is not satisfied at all, 10 is fully satisfied."),
        choices=[Choice(str(point), str(point), value == point) for point in range(1, 11)],
        apart=[Choice("dk", _("No opinion"), value == NonAnswer.DONT_KNOW)],
        fault=fault,
        is_open=value is None,
    )


def comment_card(content: DraftContent, unit: int, fault: str = "") -> Card:
    return Card(
        name="comment",
        number=2,
        text=_("Is there anything else to say about this unit? (optional)"),
        typed=content.comments.get(unit, ""),
        fault=fault,
    )


def profile_cards(questionnaire: Questionnaire, content: DraftContent, faults: Mapping[str, Invalid]) -> list[Card]:
    return [
        Card(
            name=item.code,
            number=number,
            text=str(item.text),
            choices=[Choice(code, str(words), content.profile.get(item.code) == code) for code, words in item.options],
            fault=str(faults.get(item.code, "")),
            is_open=item.code not in content.profile,
        )
        for number, item in enumerate(questionnaire.profile, 1)
    ]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is told once when a page is left: `must` stands in the way, otherwise one may go on."""

    title: str
    lines: list[tuple[str, str]]
    must: bool = False


def gaps_of_cards(cards: list[Card]) -> Gaps | None:
    """Refused entries first; else the questions left open."""
    faults = [(f"{card.text} {card.fault}", card.anchor) for card in cards if card.fault]
    if faults:
        return Gaps(_("Please check the following"), faults, must=True)
    unanswered = [(card.text, card.anchor) for card in cards if card.is_open]
    if not unanswered:
        return None
    title = ngettext(
        "%(count)s question on this page is still open",
        "%(count)s questions on this page are still open",
        len(unanswered),
    )
    return Gaps(title % {"count": len(unanswered)}, unanswered)


def gaps_of_problems(problems: list[Problem], anchor: str) -> Gaps | None:
    lines = [(problem.sentence, anchor) for problem in problems]
    return Gaps(_("Please check the following"), lines, must=True) if lines else None
