"""The own list of an interviewer: whom to reach, what came of it, and the questionnaire for the interview."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from ddci.core.errors import Invalid
from surveys.enums import Channel, EditionState
from surveys.models import Edition, Invitation
from surveys.rules import may_interview
from surveys.selectors.calls import attempts_of, call_of, call_rows, calls_of
from surveys.selectors.sittings import code_of_sitting
from surveys.services.calls import attempt_record
from surveys.services.sittings import sitting_start
from surveys.web.staff.call_forms import TriedForm
from surveys.web.staff.doors import edition_or_404

ROWS_ON_A_PAGE = 50
MODES = {each.value: each for each in (Channel.PHONE, Channel.ONSITE)}


def edition_to_interview(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_interview(request.user, edition))
    return edition


@require_safe
@cache_control(no_store=True)
def my_calls(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The own businesses; who asked to be called back comes first."""
    edition = edition_to_interview(request, edition_id)
    page = Paginator(calls_of(request.user, edition), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "edition": edition,
        "province": edition.province,
        "page_obj": page,
        "rows": call_rows(page, edition),
        "now": timezone.now(),
        "query": "",
    }
    return render(request, "staff/calls/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def my_call(request: StaffRequest, edition_id: int, invitation_id: int) -> HttpResponse:
    """One business: how to reach it, attempts so far, noting one more, beginning the interview."""
    edition = edition_to_interview(request, edition_id)
    invitation = _own_or_404(request, edition, invitation_id)
    form = TriedForm(posted(request))
    if request.method == "POST" and form.is_valid() and _noted(request, invitation, form):
        messages.success(request, _("The attempt is noted."))
        return redirect("staff:my-calls", edition.pk)
    context = {
        "edition": edition,
        "province": edition.province,
        "row": call_rows([invitation], edition)[0],
        "attempts": attempts_of(invitation),
        "form": form,
        "modes": MODES.values(),
        "takes_answers": edition.state == EditionState.OPEN,
    }
    return render(request, "staff/calls/one.html", context, status=422 if form.errors else 200)


def _noted(request: StaffRequest, invitation: Invitation, form: TriedForm) -> bool:
    """Whether the attempt could be noted; if not, the form says why."""
    try:
        attempt_record(invitation=invitation, tried=form.tried(), by=request.user, now=timezone.now())
    except Invalid as refusal:
        form.add_error("call_back_at", str(refusal))
        return False
    return True


@require_POST
def my_call_begin(request: StaffRequest, edition_id: int, invitation_id: int) -> HttpResponse:
    """An empty questionnaire for an interview by telephone or on site."""
    edition = edition_to_interview(request, edition_id)
    invitation = _own_or_404(request, edition, invitation_id)
    mode = MODES.get(request.POST.get("mode", ""), Channel.PHONE)
    sitting = sitting_start(invitation=invitation, channel=mode, by=request.user, now=timezone.now())
    return redirect("answering:start", code=code_of_sitting(sitting))


def _own_or_404(request: StaffRequest, edition: Edition, invitation_id: int) -> Invitation:
    found = call_of(request.user, edition, invitation_id)
    if found is None:
        raise Http404
    return found
