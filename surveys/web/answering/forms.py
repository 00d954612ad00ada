"""What a respondent's browser sent, as pages of the draft. Plain reading: no form machinery, no checks of meaning."""

from django.http import HttpRequest, QueryDict

from surveys.answers.drafts import OverallPage, ProfilePage, SectionPage, UnitsPage
from surveys.answers.questionnaire import Item, Questionnaire
from surveys.enums import NonAnswer
from surveys.services.answering import Tab
from surveys.web.answering.doors import Visit

APART = set(NonAnswer.values)


def tab_of(request: HttpRequest) -> Tab:
    """Which open page saves, for the n-th time, having been shown which revision."""
    return Tab(
        name=request.POST.get("tab", "")[:16],
        turn=_number(request.POST.get("turn", "")),
        seen=_number(request.POST.get("seen", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def profile_page(data: QueryDict, questionnaire: Questionnaire) -> ProfilePage:
    return ProfilePage({item.code: data.get(f"p-{item.code}", "") for item in questionnaire.profile})


def units_page(data: QueryDict) -> UnitsPage:
    return UnitsPage([_number(key) for key in data.getlist("unit")])


def overall_page(data: QueryDict, unit: int) -> OverallPage:
    return OverallPage(unit, satisfaction=data.get("satisfaction", ""), comment=data.get("comment", ""))


def section_page(data: QueryDict, visit: Visit, unit: int, section: str) -> SectionPage:
    """The answers of one page; questions that the page did not hold are left out, so that they stay as they are."""
    block, _unit = visit.questionnaire.units[unit]
    page = block.section(section)
    items = page.items if page else ()
    stored = visit.content.ratings.get(unit, {})
    answers = {
        item.code: _entered(data, item, stored.get(item.code))
        for item in items
        if f"q-{item.code}" in data or f"n-{item.code}" in data
    }
    return SectionPage(unit, answers, section)


def _entered(data: QueryDict, item: Item, stored: object) -> str:
    """What was entered for one question.

    A number field stands beside "not applicable" and "don't know". Without JavaScript both can be filled, because a
    chosen option cannot be unmade: then the one that was changed counts.
    """
    chosen, typed = data.get(f"q-{item.code}", ""), data.get(f"n-{item.code}", "").strip()
    if not (item.scale.is_number and typed):
        return chosen
    if chosen in APART and chosen != stored and stored is not None and stored not in APART:
        return chosen
    return typed
