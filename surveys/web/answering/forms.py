"""What a respondent's browser sent, as pages of the draft. Plain reading: no form machinery, no checks of meaning."""

from django.http import HttpRequest, QueryDict

from surveys.answers.checks import Raw
from surveys.answers.drafts import OverallPage, Page, ProfilePage, SectionPage, UnitsPage
from surveys.answers.journey import Kind, Step
from surveys.answers.questionnaire import Item, Questionnaire, Section
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


def unit_pages(data: QueryDict, visit: Visit, step: Step) -> list[Page]:
    """The page that was sent, and with it what a script brings along of other pages about the same unit."""
    block, _unit = visit.questionnaire.units[step.unit]
    pages: list[Page] = []
    for section in block.sections:
        answers = _answers(data, section, visit, step.unit)
        if answers or section.code == step.section:
            pages.append(SectionPage(step.unit, answers, section.code))
    if step.kind is Kind.OVERALL or "satisfaction" in data or "comment" in data:
        pages.append(overall_page(data, step.unit))
    return pages


def _answers(data: QueryDict, section: Section, visit: Visit, unit: int) -> dict[str, Raw]:
    """What was entered on one page; questions that it did not hold are left out, so that they stay as they are."""
    return {
        item.code: _entered(data, item, visit, unit)
        for item in section.items
        if f"q-{item.code}" in data or f"n-{item.code}" in data
    }


def _entered(data: QueryDict, item: Item, visit: Visit, unit: int) -> str:
    """What was entered for one question.

    A number field stands beside "not applicable" and "don't know". Without JavaScript both can be filled, because a
    chosen option cannot be unmade: then the one that was changed counts.
    """
    chosen, typed = data.get(f"q-{item.code}", ""), data.get(f"n-{item.code}", "").strip()
    if not (item.scale.is_number and typed):
        return chosen
    if chosen not in APART:
        return typed
    stored = visit.content.ratings.get(unit, {}).get(item.code)
    return typed if stored is None or stored in APART else chosen
