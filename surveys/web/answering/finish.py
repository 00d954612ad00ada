"""The end: review, sending in, receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from surveys.answers.journey import REVIEW, reachable
from surveys.enums import InvitationState
from surveys.models import Invitation
from surveys.selectors.invitations import code_of, keepsake_of, receipt_of
from surveys.services.answering import NotComplete, response_submit
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Visit, answering, by_link, has_script
from surveys.web.answering.looks import Look
from surveys.web.answering.showing import shown


@answering
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is answered and what is not, with the way back to each page."""
    target = reachable(visit.questionnaire, visit.content, REVIEW.key)
    if target != REVIEW:
        return redirect(step_address(visit.code, target))
    return shown(Look.asked(request, visit, REVIEW))


@by_link
def send(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Send in. A second time, from another window or by a double click, it leads to the same receipt."""
    code = code_of(invitation)
    if request.method != "POST":
        return redirect("answering:review", code=code)
    try:
        response_submit(invitation=invitation, day=timezone.localdate())
    except NotComplete:
        return redirect("answering:review", code=code)
    return _thanks(request, invitation) if has_script(request) else redirect("answering:receipt", code=code)


@by_link
def receipt(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Thanks, and the receipt code; can be opened again with the same link."""
    if invitation.state != InvitationState.DONE:
        return redirect("answering:start", code=code_of(invitation))
    return _thanks(request, invitation)


def _thanks(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    edition = invitation.edition
    context = {
        "direct": request.method == "POST",
        "address": reverse("answering:receipt", kwargs={"code": code_of(invitation)}),
        "receipt": receipt_of(invitation),
        "keepsake": keepsake_of(invitation),
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
    }
    return render(request, "answering/receipt.html", context)
