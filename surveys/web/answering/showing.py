"""Every kind of page of the questionnaire, shown."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.safestring import SafeString

from surveys.answers.drafts import OverallPage
from surveys.answers.journey import Kind, Problem, Step, entry_problems, problems
from surveys.web.answering.addresses import step_address
from surveys.web.answering.cards import (
    comment_card,
    gaps_of_cards,
    gaps_of_problems,
    profile_cards,
    satisfaction_card,
    section_cards,
)
from surveys.web.answering.fragments import (
    Head,
    cards_html,
    head_of,
    overall_cards_html,
    overall_html,
    page_head,
    profile_html,
    section_html,
    stands_alone,
)
from surveys.web.answering.frame import sheet
from surveys.web.answering.looks import Look
from surveys.web.answering.sheets import Place, place_of, review_profile, review_units, shelves


def shown(look: Look) -> HttpResponse:
    """The page of a step. Entries that were refused give status 422."""
    return SHOWN[look.step.kind](look)


def _consent(look: Look) -> HttpResponse:
    return sheet(look)


def consent_refused(look: Look, problem: Problem) -> HttpResponse:
    """The first page again: the box was not ticked."""
    return sheet(look, gaps_of_problems([problem], "consent"), refused=True)


def _profile(look: Look) -> HttpResponse:
    questionnaire, content = look.visit.questionnaire, look.visit.content
    if not look.faults and not look.told:
        return sheet(look, questions=profile_html(questionnaire, content))
    cards = profile_cards(questionnaire, content, look.faults)
    gaps = gaps_of_cards(cards)
    if gaps and not content.respondent_type:
        gaps = gaps_of_problems(entry_problems(questionnaire, content), "question-1")
    return sheet(look, gaps, questions=cards_html(cards, prefix="p-", told=bool(gaps)))


def _units(look: Look) -> HttpResponse:
    told = look.faults or look.told
    found = entry_problems(look.visit.questionnaire, look.visit.content) if told else []
    return sheet(look, gaps_of_problems(found, "choose"), shelves=shelves(look.visit))


def _rate(look: Look) -> HttpResponse:
    visit, step = look.visit, look.step
    gaps = None
    if look.faults or look.told:
        cards = section_cards(visit.questionnaire, visit.content, step, look.typed, look.faults)
        gaps = gaps_of_cards(cards)
        questions = cards_html(cards, prefix="q-", told=bool(gaps))
    else:
        questions = section_html(visit.questionnaire, visit.content, step)
    return sheet(look, gaps, questions=questions, following=following(look), **page_head(visit.questionnaire, step))


def _overall(look: Look) -> HttpResponse:
    visit, unit = look.visit, look.step.unit
    gaps = None
    if look.faults or look.told:
        card = satisfaction_card(visit.content, unit, str(look.faults.get("satisfaction", "")))
        remark = comment_card(visit.content, unit, str(look.faults.get("comment", "")))
        entered = [page.comment for page in look.entered if isinstance(page, OverallPage)]
        remark.typed = entered[0] if entered else remark.typed
        gaps = gaps_of_cards([card, remark])
        questions = overall_cards_html(card, remark, told=bool(gaps))
    else:
        questions = overall_html(visit.questionnaire, visit.content, unit)
    return sheet(look, gaps, questions=questions, **page_head(visit.questionnaire, look.step))


def _review(look: Look) -> HttpResponse:
    visit = look.visit
    found = problems(visit.questionnaire, visit.content)
    settle = [(problem.sentence, step_address(visit.code, problem.step)) for problem in found]
    back = step_address(visit.code, look.order[-2])
    return sheet(look, settle=settle, back=back, profile=review_profile(visit), units=review_units(visit))


SHOWN: dict[Kind, Callable[[Look], HttpResponse]] = {
    Kind.CONSENT: _consent,
    Kind.PROFILE: _profile,
    Kind.UNITS: _units,
    Kind.RATE: _rate,
    Kind.OVERALL: _overall,
    Kind.REVIEW: _review,
}


@dataclass(frozen=True, slots=True)
class Following:
    """A page that is sent along."""

    step: Step
    address: str
    place: Place
    head: Head
    questions: SafeString


def following(look: Look) -> list[Following]:
    """The later pages about a unit, up to the first that depends on what is answered before it; sent along, so that a
    script can turn to them without asking the server.
    """
    found: list[Following] = []
    if not look.direct:
        return found
    after = look.order.index(look.step) + 1
    for number, step in enumerate(look.order[after:], after + 1):
        questions = _following_questions(look, step)
        if questions is None:
            break
        place = place_of(look.visit, step, look.order, number)
        head = head_of(look.visit.questionnaire, step)
        found.append(Following(step, step_address(look.visit.code, step), place, head, questions))
    return found


def _following_questions(look: Look, step: Step) -> SafeString | None:
    """The questions of a page about the same unit that stands alone; None where it is no such page."""
    if step.unit != look.step.unit:
        return None
    questionnaire, content = look.visit.questionnaire, look.visit.content
    if step.kind is not Kind.RATE:
        return overall_html(questionnaire, content, step.unit)
    section = questionnaire.units[step.unit][0].section(step.section)
    return section_html(questionnaire, content, step) if section and stands_alone(section) else None
