"""The pages that ask: profile, choice of units, one page for each sub-index of each unit, overall satisfaction."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Refusal
from surveys.answers.journey import PROFILE, UNITS, Kind, Step
from surveys.answers.questionnaire import BlockSheet
from surveys.web.answering.doors import Visit, answering
from surveys.web.answering.forms import profile_page, unit_pages, units_page
from surveys.web.answering.turns import turn


class UnknownPage(Refusal):
    status = 404
    code = "unknown_page"
    sentence = _("This survey has no such page.")


def _block(visit: Visit, unit: int) -> BlockSheet:
    if unit not in visit.questionnaire.units:
        raise UnknownPage
    return visit.questionnaire.units[unit][0]


@answering
def profile(request: HttpRequest, visit: Visit) -> HttpResponse:
    """About the business, in bands."""
    return turn(request, visit, PROFILE, lambda: [profile_page(request.POST, visit.questionnaire)])


@answering
def units(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Which units the business dealt with."""
    return turn(request, visit, UNITS, lambda: [units_page(request.POST)])


@answering
def section(request: HttpRequest, visit: Visit, unit: int, section: str) -> HttpResponse:
    """The questions of one sub-index about one unit."""
    step = Step(Kind.RATE, unit, section)
    if _block(visit, unit).section(section) is None:
        raise UnknownPage
    return turn(request, visit, step, lambda: unit_pages(request.POST, visit, step))


@answering
def overall(request: HttpRequest, visit: Visit, unit: int) -> HttpResponse:
    """Overall satisfaction with a unit, and an optional comment."""
    _block(visit, unit)
    step = Step(Kind.OVERALL, unit)
    return turn(request, visit, step, lambda: unit_pages(request.POST, visit, step))
