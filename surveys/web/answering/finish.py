"""The end: review, sending in, receipt."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from surveys.answers.journey import REVIEW, problems, reachable, steps
from surveys.enums import Channel, InvitationState
from surveys.models import Invitation, Sitting
from surveys.selectors.invitations import keepsake_of, receipt_of
from surveys.services.answering import NotComplete, response_submit
from surveys.services.paper import paper_finish
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Arrival, Visit, answering, by_link
from surveys.web.answering.frame import sheet
from surveys.web.answering.leaving import forgotten
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
        response_submit(invitation=invitation, sitting=sitting)
    except NotComplete:
        return redirect("answering:review", code=arrival.code)
    if sitting is not None:
        return forgotten(_receipt_page(request, invitation, sitting))
    return redirect("answering:receipt", code=arrival.code)


@by_link
def receipt(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Thanks, and the receipt code; can be opened again with the same link."""
    if arrival.invitation.state != InvitationState.DONE:
        return redirect("answering:start", code=arrival.code)
    return _receipt_page(request, arrival.invitation, None)


def _receipt_page(request: HttpRequest, invitation: Invitation, sitting: Sitting | None) -> HttpResponse:
    edition = invitation.edition
    context = {
        "receipt": receipt_of(invitation),
        "keepsake": "" if sitting else keepsake_of(invitation),
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "sitting": sitting,
    }
    return render(request, "answering/receipt.html", context)
