"""The pages that ask: profile, choice of units, one page for each sub-index of each unit, overall satisfaction."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Refusal
from surveys.answers.drafts import OverallPage, SectionPage
from surveys.answers.journey import PROFILE, UNITS, Kind, Step, entry_problems
from surveys.answers.questionnaire import BlockSheet, RatedUnit
from surveys.web.answering.cards import (
    Card,
    Gaps,
    comment_card,
    gaps_of_cards,
    gaps_of_problems,
    profile_cards,
    satisfaction_card,
    section_cards,
)
from surveys.web.answering.doors import Visit, answering
from surveys.web.answering.forms import overall_page, profile_page, section_page, units_page
from surveys.web.answering.frame import Faults, sheet, turn
from surveys.web.answering.sheets import shelves


class UnknownPage(Refusal):
    status = 404
    code = "unknown_page"
    sentence = _("This survey has no such page.")


def _told(request: HttpRequest, cards: list[Card], faults: Faults) -> Gaps | None:
    return gaps_of_cards(cards) if faults or "open" in request.GET else None


def _place(visit: Visit, unit: int) -> tuple[BlockSheet, RatedUnit]:
    if unit not in visit.questionnaire.units:
        raise UnknownPage
    return visit.questionnaire.units[unit]


@answering
def profile(request: HttpRequest, visit: Visit) -> HttpResponse:
    """About the business, in bands."""

    def show(visit: Visit, faults: Faults, entered: object) -> HttpResponse:
        cards = profile_cards(visit, faults)
        gaps = _told(request, cards, faults)
        if gaps and not visit.content.respondent_type:
            gaps = gaps_of_problems(entry_problems(visit.questionnaire, visit.content), "question-1")
        return sheet(request, visit, PROFILE, gaps, cards=cards)

    return turn(request, visit, PROFILE, lambda: profile_page(request.POST, visit.questionnaire), show)


@answering
def units(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Which units the business dealt with."""

    def show(visit: Visit, faults: Faults, entered: object) -> HttpResponse:
        told = faults or "open" in request.GET
        problems = entry_problems(visit.questionnaire, visit.content) if told else []
        return sheet(request, visit, UNITS, gaps_of_problems(problems, "choose"), shelves=shelves(visit))

    return turn(request, visit, UNITS, lambda: units_page(request.POST), show)


@answering
def section(request: HttpRequest, visit: Visit, unit: int, section: str) -> HttpResponse:
    """The questions of one sub-index about one unit."""
    step = Step(Kind.RATE, unit, section)
    block, rated = _place(visit, unit)
    page = block.section(section)
    if page is None:
        raise UnknownPage

    def show(visit: Visit, faults: Faults, entered: SectionPage | None) -> HttpResponse:
        typed = {code: str(raw) for code, raw in entered.answers.items() if code in faults} if entered else {}
        cards = section_cards(visit, step, typed, faults)
        return sheet(request, visit, step, _told(request, cards, faults), cards=cards, page=page, unit=rated)

    return turn(request, visit, step, lambda: section_page(request.POST, visit, unit, section), show)


@answering
def overall(request: HttpRequest, visit: Visit, unit: int) -> HttpResponse:
    """Overall satisfaction with a unit, and an optional comment."""
    step = Step(Kind.OVERALL, unit)
    _block, rated = _place(visit, unit)

    def show(visit: Visit, faults: Faults, entered: OverallPage | None) -> HttpResponse:
        card = satisfaction_card(visit, unit, str(faults.get("satisfaction", "")))
        remark = comment_card(visit, unit, str(faults.get("comment", "")))
        remark.typed = entered.comment if entered else remark.typed
        return sheet(request, visit, step, _told(request, [card, remark], faults), card=card, remark=remark, unit=rated)

    return turn(request, visit, step, lambda: overall_page(request.POST, unit), show)
