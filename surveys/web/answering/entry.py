"""Coming in: by a typed code or by the link; who asks and why; consent; withdrawing it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.answers.drafts import ConsentPage
from surveys.answers.journey import CONSENT, Problem, resume_step
from surveys.selectors.invitations import UnknownCode, code_of, invitation_by_code
from surveys.services.answering import draft_discard
from surveys.web.answering.addresses import step_address
from surveys.web.answering.cards import gaps_of_problems
from surveys.web.answering.doors import Visit, answering, discreet
from surveys.web.answering.frame import save, saved_response, sheet
from surveys.web.answering.limits import wrong_code_count, wrong_codes_check


@discreet
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code of a printed letter."""
    if request.method != "POST":
        return render(request, "answering/enter.html")
    wrong_codes_check(request)
    try:
        invitation = invitation_by_code(request.POST.get("code", ""))
    except UnknownCode as refusal:
        wrong_code_count(request)
        context = {"fault": str(refusal), "typed": request.POST.get("code", "")[:40]}
        return render(request, "answering/enter.html", context, status=refusal.status)
    return redirect("answering:start", code=code_of(invitation))


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
        return sheet(request, visit, CONSENT)
    if request.POST.get("consent") != "yes":
        told = [Problem(CONSENT, _("Tick the box to agree; without consent no answer is kept."))]
        return sheet(request, visit, CONSENT, gaps_of_problems(told, "consent"))
    return saved_response(request, visit, CONSENT, save(request, visit, CONSENT, ConsentPage(given=True)))


@answering
def discard(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Withdraw consent: delete what is saved so far, after asking once more."""
    if request.method == "POST":
        draft_discard(invitation=visit.invitation, now=timezone.now())
        return redirect("answering:start", code=visit.code)
    if visit.saved_at is None:
        return redirect("answering:start", code=visit.code)
    return sheet(request, visit, CONSENT, template="discard")
