"""The end: review, sending in, receipt."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from surveys.answers.journey import REVIEW, problems, reachable, steps
from surveys.enums import InvitationState
from surveys.models import Invitation
from surveys.selectors.invitations import code_of, keepsake_of, receipt_of
from surveys.services.answering import NotComplete, response_submit
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Visit, answering, by_link
from surveys.web.answering.frame import sheet
from surveys.web.answering.sheets import review_profile, review_units


@answering
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is answered and what is not, with the way back to each page."""
    target = reachable(visit.questionnaire, visit.content, REVIEW.key)
    if target != REVIEW:
        return redirect(step_address(visit.code, target))
    found = problems(visit.questionnaire, visit.content)
    settle = [(problem.sentence, step_address(visit.code, problem.step)) for problem in found]
    back = step_address(visit.code, steps(visit.questionnaire, visit.content)[-2])
    shown: dict[str, Any] = {"profile": review_profile(visit), "units": review_units(visit)}
    return sheet(request, visit, REVIEW, settle=settle, back=back, **shown)


@by_link
def send(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Send in. A second time, from another window or by a double click, it leads to the same receipt."""
    code = code_of(invitation)
    if request.method != "POST":
        return redirect("answering:review", code=code)
    try:
        response_submit(invitation=invitation, now=timezone.now())
    except NotComplete:
        return redirect("answering:review", code=code)
    return redirect("answering:receipt", code=code)


@by_link
def receipt(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Thanks, and the receipt code; can be opened again with the same link."""
    if invitation.state != InvitationState.DONE:
        return redirect("answering:start", code=code_of(invitation))
    edition = invitation.edition
    context = {
        "receipt": receipt_of(invitation),
        "keepsake": keepsake_of(invitation),
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
    }
    return render(request, "answering/receipt.html", context)
