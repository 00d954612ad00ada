"""Coming in: by a typed code or by the link; who asks and why; consent; withdrawing it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.answers.drafts import ConsentPage
from surveys.answers.journey import CONSENT, Problem, resume_step
from surveys.enums import Channel
from surveys.models import Invitation
from surveys.selectors.invitations import UnknownCode, code_of, invitation_by_code
from surveys.selectors.sittings import code_of_sitting
from surveys.services.answering import draft_discard
from surveys.services.sittings import sitting_start
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Visit, answering, discreet
from surveys.web.answering.frame import sheet
from surveys.web.answering.leaving import forgotten, over_page
from surveys.web.answering.limits import wrong_code_count, wrong_codes_check
from surveys.web.answering.looks import Look
from surveys.web.answering.showing import consent_refused, shown
from surveys.web.answering.turns import page_saved


@discreet
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code of a printed letter."""
    return _entered(request, "answering/enter.html", code_of)


@discreet
def assisted(request: HttpRequest) -> HttpResponse:
    """The respondent types the code on the device of a helper: an empty questionnaire begins there, whatever was saved
    before; the code stays in no address.
    """

    def begun(invitation: Invitation) -> str:
        started = sitting_start(invitation=invitation, channel=Channel.HELPED, by=None, now=timezone.now())
        return code_of_sitting(started)

    return _entered(request, "answering/assisted.html", begun)


def _entered(request: HttpRequest, template: str, code_from: Callable[[Invitation], str]) -> HttpResponse:
    """The page where a code is typed; a right one leads to the questionnaire."""
    if request.method != "POST":
        return render(request, template)
    wrong_codes_check(request)
    try:
        invitation = invitation_by_code(request.POST.get("code", ""))
    except UnknownCode as refusal:
        wrong_code_count(request)
        context = {"fault": str(refusal), "typed": request.POST.get("code", "")[:40]}
        return render(request, template, context, status=refusal.status)
    return redirect("answering:start", code=code_from(invitation))


@answering
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The link itself: the first page, or for who has begun, the page where it goes on."""
    if visit.content.consent:
        return redirect(step_address(visit.code, resume_step(visit.questionnaire, visit.content)))
    return _consent(request, visit)


@answering
def about(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who asks, why, how secrecy is kept; consent."""
    return _consent(request, visit)


def _consent(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Consent is asked here and nowhere kept before it is given."""
    if request.method != "POST":
        return shown(Look.asked(request, visit, CONSENT))
    if request.POST.get("consent") != "yes":
        problem = Problem(CONSENT, _("Tick the box to agree; without consent no answer is kept."))
        return consent_refused(Look(request, visit, CONSENT), problem)
    return page_saved(request, visit, CONSENT, [ConsentPage(given=True)])


@answering
def discard(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Withdraw consent: delete what is saved so far, after asking once more. A sitting ends with that."""
    if request.method == "POST":
        draft_discard(invitation=visit.invitation, sitting=visit.sitting, day=timezone.localdate())
        if visit.sitting is not None:
            return forgotten(over_page(request, visit.invitation, visit.sitting))
        return redirect("answering:start", code=visit.code)
    if visit.saved_at is None and visit.sitting is None:
        return redirect("answering:start", code=visit.code)
    return sheet(Look(request, visit, CONSENT), template="discard")
