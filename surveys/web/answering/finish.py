"""The end: review, sending in, receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from surveys.answers.journey import REVIEW, reachable
from surveys.enums import Channel, InvitationState
from surveys.models import Invitation, Sitting
from surveys.selectors.invitations import code_of, keepsake_of, receipt_of
from surveys.services.answering import NotComplete, response_submit
from surveys.services.paper import paper_finish
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Arrival, Visit, answering, by_link, has_script
from surveys.web.answering.leaving import forgotten
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
def send(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Send in. A second time, from another window or by a double click, it leads to the same receipt. Paper waits for
    its second person instead.
    """
    invitation, sitting = arrival.invitation, arrival.sitting
    if request.method != "POST":
        return redirect("answering:review", code=arrival.code)
    try:
        if sitting is not None and sitting.channel == Channel.PAPER:
            paper_finish(sitting=sitting)
            return redirect("staff:paper", invitation.edition_id)
        response_submit(invitation=invitation, sitting=sitting, day=timezone.localdate())
    except NotComplete:
        return redirect("answering:review", code=arrival.code)
    if sitting is not None:
        return forgotten(_thanks(request, invitation, sitting))
    return _thanks(request, invitation) if has_script(request) else redirect("answering:receipt", code=arrival.code)


@by_link
def receipt(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Thanks, and the receipt code; can be opened again with the same link."""
    if arrival.invitation.state != InvitationState.DONE:
        return redirect("answering:start", code=arrival.code)
    return _thanks(request, arrival.invitation)


def _thanks(request: HttpRequest, invitation: Invitation, sitting: Sitting | None = None) -> HttpResponse:
    """The receipt. The device of somebody who filled in for the business learns no address of the business's own."""
    edition = invitation.edition
    context = {
        "direct": request.method == "POST" and sitting is None,
        "address": "" if sitting else reverse("answering:receipt", kwargs={"code": code_of(invitation)}),
        "receipt": receipt_of(invitation),
        "keepsake": "" if sitting else keepsake_of(invitation),
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "sitting": sitting,
    }
    return render(request, "answering/receipt.html", context)
