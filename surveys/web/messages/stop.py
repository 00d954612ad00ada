"""Against further messages: a page for people, one click for mail programs (RFC 8058). Looking changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from surveys.enums import MessageChannel
from surveys.models import Invitation
from surveys.selectors.contacts import contact_of, invitation_by_stop_code, opted_out
from surveys.selectors.invitations import UnknownCode
from surveys.services.opt_outs import opt_in, opt_out
from surveys.web.answering.doors import discreet
from surveys.web.answering.limits import wrong_code_count, wrong_codes_check


@discreet
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Asks; by POST it is done. `again` takes it back."""
    invitation = _invitation(request, code)
    if request.method == "POST" and request.POST.get("want") == "again":
        opt_in(invitation=invitation)
    elif request.method == "POST":
        opt_out(invitation=invitation)
    edition = invitation.edition
    context = {
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "stopped": _stopped(invitation),
        "changed": request.method == "POST",
    }
    return render(request, "answering/stop.html", context)


def _stopped(invitation: Invitation) -> bool:
    province = invitation.edition.province
    contacts = [contact_of(invitation, channel) for channel in (MessageChannel.EMAIL, MessageChannel.SMS)]
    return any(opted_out(province, contact) for contact in contacts if contact)


def _invitation(request: HttpRequest, code: str) -> Invitation:
    """
    Raises:
        UnknownCode: no such link.
        TooManyCodes: neither this one nor many before it.
    """
    invitation = invitation_by_stop_code(code)
    if invitation is None:
        wrong_codes_check(request)
        wrong_code_count(request)
        raise UnknownCode
    return invitation
