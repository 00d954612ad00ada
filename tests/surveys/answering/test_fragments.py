"""Pages made of ready pieces are the pages that the templates would make."""

import re
from random import Random

import pytest
from django.utils import translation
from django.utils.html import escape

from ddci.core.text import vietnamese_sort_key
from surveys.answers.drafts import DraftContent
from surveys.answers.journey import Kind, Step
from surveys.answers.questionnaire import Answer, Item, Questionnaire
from surveys.selectors.answering import questionnaire_asked
from surveys.web.answering.cards import profile_cards, section_cards
from surveys.web.answering.fragments import cards_html, options_html, profile_html, section_html
from tests.factories.respondents import edition_asking

pytestmark = pytest.mark.django_db


def answer_of(item: Item, rng: Random) -> Answer:
    if item.scale.is_number:
        return rng.choice([7, 12, "na"])
    return rng.choice([*[option.value for option in item.scale.options], "na", "dk"])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_answers_written_into_ready_pieces_equal_the_page_of_the_templates(language: str) -> None:
    questionnaire: Questionnaire = questionnaire_asked(edition_asking())
    rng, looks = Random(7), set[str]()
    unit, (block, _unit) = next(iter(questionnaire.units.items()))
    with translation.override(language):
        for _ in range(20):
            answers = {item.code: answer_of(item, rng) for item in block.items if rng.random() < 0.7}
            content = DraftContent(ratings={unit: answers})
            for section in block.sections:
                step = Step(Kind.RATE, unit, section.code)
                whole = cards_html(section_cards(questionnaire, content, step), prefix="q-")
                assert section_html(questionnaire, content, step) == whole
                looks.add(whole)
    assert len(looks) > 10
    assert any(" checked>" in look for look in looks)
    assert any('value="12"' in look for look in looks)


@pytest.mark.parametrize("profile", [{}, {"type": "enterprise", "size": "micro"}])
def test_the_profile_made_of_ready_pieces_equals_that_of_the_templates(profile: dict[str, str]) -> None:
    questionnaire = questionnaire_asked(edition_asking())
    content = DraftContent(profile=profile)

    assert profile_html(questionnaire, content) == cards_html(profile_cards(questionnaire, content, {}), prefix="p-")
    assert profile_html(questionnaire, content).count(" checked>") == len(profile)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_units_to_choose_from_are_sorted_for_the_reader_and_ticked_for_one_request_only(language: str) -> None:
    questionnaire = questionnaire_asked(edition_asking())
    block = questionnaire.blocks[0]
    with translation.override(language):
        in_order = sorted(block.units, key=lambda unit: vietnamese_sort_key(str(unit.name)))
        for chosen in ({in_order[-1].key, 0}, set[int]()):
            html = options_html(questionnaire, block, chosen)

            found = re.findall(r'value="(\d+)"( checked)?><span class="option-text">([^<]+)<', html)
            assert found == [
                (str(unit.key), " checked" if unit.key in chosen else "", escape(str(unit.name))) for unit in in_order
            ]
