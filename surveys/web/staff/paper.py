"""Paper questionnaires: the printed code opens the own entry; two finished entries are compared and decided here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import require
from accounts.web.requests import StaffRequest
from ddci.core.errors import Refusal
from surveys.models import Edition, Invitation
from surveys.rules import may_interview
from surveys.selectors.invitations import UnknownCode
from surveys.selectors.sittings import code_of_sitting
from surveys.services.answering import NotComplete
from surveys.services.paper import (
    DifferenceOpen,
    paper_entry_open,
    paper_of,
    paper_pair,
    paper_reopen,
    paper_send,
)
from surveys.web.answering.limits import wrong_code_count, wrong_codes_check
from surveys.web.staff.doors import edition_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def paper(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Type the code of a paper: it opens the own entry, or, where two are finished, their comparison."""
    edition = _edition(request, edition_id)
    if request.method != "POST":
        return _page(request, edition)
    try:
        invitation = _paper(request, edition)
        entry = paper_entry_open(invitation=invitation, by=request.user, now=timezone.now())
    except Refusal as refusal:
        return _page(request, edition, refusal)
    if entry is None:
        return _comparison(request, edition, invitation)
    return redirect("answering:start", code=code_of_sitting(entry))


@require_POST
@cache_control(no_store=True)
def paper_decide(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Send a paper in as it was decided, difference by difference."""
    edition = _edition(request, edition_id)
    try:
        invitation = _paper(request, edition)
    except Refusal as refusal:
        return _page(request, edition, refusal)
    chosen = {name.removeprefix("d:"): str(value) for name, value in request.POST.items() if name.startswith("d:")}
    try:
        receipt = paper_send(invitation=invitation, chosen=chosen, by=request.user, now=timezone.now())
    except (DifferenceOpen, NotComplete) as refusal:
        return _comparison(request, edition, invitation, refusal, chosen)
    words = _("The paper is sent in. Receipt code: %(receipt)s. Write it on the paper.")
    messages.success(request, words % {"receipt": receipt})
    return redirect("staff:paper", edition.pk)


@require_POST
def paper_again(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Take the own entry up again, where neither says what stands on the paper."""
    edition = _edition(request, edition_id)
    try:
        entry = paper_reopen(invitation=_paper(request, edition), by=request.user)
    except Refusal as refusal:
        return _page(request, edition, refusal)
    return redirect("answering:start", code=code_of_sitting(entry))


def _edition(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_interview(request.user, edition))
    return edition


def _paper(request: StaffRequest, edition: Edition) -> Invitation:
    """The paper of the code that was typed; wrong ones are counted.

    Raises:
        UnknownCode, TooManyCodes
        AlreadySent, NotOpenYet, AlreadyClosed
    """
    wrong_codes_check(request)
    try:
        return paper_of(edition=edition, typed=request.POST.get("code", ""))
    except UnknownCode:
        wrong_code_count(request)
        raise


def _page(request: StaffRequest, edition: Edition, refusal: Refusal | None = None) -> HttpResponse:
    context = {"edition": edition, "province": edition.province, "fault": str(refusal) if refusal else ""}
    return render(request, "staff/paper/enter.html", context, status=422 if refusal else 200)


def _comparison(
    request: StaffRequest,
    edition: Edition,
    invitation: Invitation,
    refusal: Refusal | None = None,
    chosen: dict[str, str] | None = None,
) -> HttpResponse:
    pair = paper_pair(invitation=invitation)
    context = {
        "edition": edition,
        "province": edition.province,
        "rows": [(each, (chosen or {}).get(each.key, "")) for each in pair.differences],
        "code": request.POST.get("code", "")[:40],
        "fault": str(refusal) if refusal else "",
    }
    return render(request, "staff/paper/compare.html", context, status=422 if refusal else 200)
