"""Questions as HTML. A questionnaire that is open cannot change, so an unanswered page is made once, and answers are
written into it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ddci.core.text import vietnamese_sort_key
from surveys.answers.drafts import DraftContent
from surveys.answers.journey import Step
from surveys.answers.questionnaire import Answer, BlockSheet, Item, Questionnaire, Section
from surveys.enums import NonAnswer
from surveys.web.answering.cards import (
    Card,
    comment_card,
    profile_cards,
    satisfaction_card,
    section_cards,
    typed_number,
)

# Many of these stand in a page: formatted here, because a loop of the template would take as long as the rest of it.
OPTION = (
    '<label class="option" data-search="{}"><input type="checkbox" name="unit" value="{}">'
    '<span class="option-text">{}</span></label>'
)
HEAD = '<p class="answer-step">{unit}</p><h1>{name}</h1>{lede}'


@dataclass(frozen=True, slots=True)
class Head:
    """What a page about a unit is called: its title, and the beginning of what it shows."""

    title: str
    html: SafeString


def cards_html(cards: Sequence[Card], *, prefix: str, told: bool = False) -> SafeString:
    """Cards one below the other; `told` marks those that are open."""
    return SafeString("".join(_card_html(card, prefix, told=told) for card in cards))


def _card_html(card: Card, prefix: str, *, told: bool = False) -> str:
    return render_to_string("answering/card.html", {"card": card, "prefix": prefix, "numbered": True, "gaps": told})


def section_html(questionnaire: Questionnaire, content: DraftContent, step: Step) -> SafeString:
    """The questions of a page with the answers of a draft, where nothing is told about them."""
    block, _unit = questionnaire.units[step.unit]
    section = block.section(step.section)
    if section is None or not stands_alone(section):
        return cards_html(section_cards(questionnaire, content, step), prefix="q-")
    parts, whole = _unanswered(questionnaire, block, section, step)
    answers = content.ratings.get(step.unit)
    if not answers:
        return whole
    return SafeString("".join(answered(html, item, answers.get(item.code)) for item, html in parts))


def profile_html(questionnaire: Questionnaire, content: DraftContent) -> SafeString:
    """The questions about the business with the answers of a draft, where nothing is told about them."""
    key = ("profile", get_language())
    if key not in questionnaire.kept:
        cards = profile_cards(questionnaire, DraftContent(), {})
        questionnaire.kept[key] = [(card.name, _card_html(card, "p-")) for card in cards]
    return SafeString("".join(_chosen(html, content.profile.get(code)) for code, html in questionnaire.kept[key]))


def options_html(questionnaire: Questionnaire, block: BlockSheet, chosen: Collection[int]) -> SafeString:
    """The units of a block to choose from, as a reader of the language sorts them."""
    key = ("units", get_language(), block.code)
    if key not in questionnaire.kept:
        units = sorted(block.units, key=lambda unit: vietnamese_sort_key(str(unit.name)))
        questionnaire.kept[key] = format_html_join(
            "", OPTION, ((unit.search, unit.key, str(unit.name)) for unit in units)
        )
    html: str = questionnaire.kept[key]
    for unit in block.units:
        html = _chosen(html, str(unit.key)) if unit.key in chosen else html
    return SafeString(html)


def head_of(questionnaire: Questionnaire, step: Step) -> Head:
    """The head of a page that is sent along."""
    key = ("head", get_language(), step)
    if key not in questionnaire.kept:
        head = page_head(questionnaire, step)
        lede = format_html('<p class="lede">{}</p>', head["meaning"]) if head["meaning"] else ""
        title = f"{head['name']} · {head['unit']} · DDCI"
        questionnaire.kept[key] = Head(title, format_html(HEAD, **head, lede=lede))
    found: Head = questionnaire.kept[key]
    return found


def page_head(questionnaire: Questionnaire, step: Step) -> dict[str, Any]:
    """Unit, name and meaning of a page about a unit."""
    block, unit = questionnaire.units[step.unit]
    section = block.section(step.section)
    name = str(section.name) if section else _("Overall satisfaction")
    return {"unit": str(unit.name), "name": name, "meaning": str(section.meaning) if section else ""}


def stands_alone(section: Section) -> bool:
    """Whether no question of the page depends on one of another page."""
    here = {item.code for item in section.items}
    return all(item.condition is None or item.condition.question in here for item in section.items)


def _unanswered(
    questionnaire: Questionnaire, block: BlockSheet, section: Section, step: Step
) -> tuple[list[tuple[Item, str]], SafeString]:
    """The cards of a page one by one, and all together."""
    key = ("section", get_language(), block.code, section.code)
    if key not in questionnaire.kept:
        cards = section_cards(questionnaire, DraftContent(), step)
        parts = [(block.by_code[card.name], _card_html(card, "q-")) for card in cards]
        questionnaire.kept[key] = parts, SafeString("".join(html for _item, html in parts))
    found: tuple[list[tuple[Item, str]], SafeString] = questionnaire.kept[key]
    return found


def answered(html: str, item: Item, answer: Answer | None) -> str:
    """The card of an unanswered question, with this answer."""
    if answer is None:
        return html
    if item.scale.is_number and answer not in NonAnswer.values:
        return html.replace('value=""', f'value="{escape(typed_number(answer))}"', 1)
    return _chosen(html, str(answer))


def _chosen(html: str, value: str | None) -> str:
    return html.replace(f'value="{value}">', f'value="{value}" checked>', 1) if value else html


def overall_html(questionnaire: Questionnaire, content: DraftContent, unit: int) -> SafeString:
    """Overall satisfaction and the remark, where nothing is told about them."""
    if unit in content.satisfaction or unit in content.comments:
        return overall_cards_html(satisfaction_card(content, unit), comment_card(content, unit))
    key = ("overall", get_language())
    if key not in questionnaire.kept:
        empty = DraftContent()
        questionnaire.kept[key] = overall_cards_html(satisfaction_card(empty, 0), comment_card(empty, 0))
    found: SafeString = questionnaire.kept[key]
    return found


def overall_cards_html(card: Card, remark: Card, *, told: bool = False) -> SafeString:
    context = {"card": card, "remark": remark, "prefix": "", "ten": True, "gaps": told}
    return SafeString(render_to_string("answering/overall_questions.html", context))
