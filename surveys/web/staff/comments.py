"""The queue of comments: shown as written, shown edited, or hidden. Who wrote one is not known here either."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, typed
from ddci.core.errors import Invalid
from surveys.enums import NOT_CLOSED, CommentState
from surveys.models import Edition
from surveys.rules import may_moderate
from surveys.selectors.comments import comment_counts, comments_in_state, comments_of
from surveys.services.comments import NothingToShow, comment_review
from surveys.web.staff.doors import edition_or_404

COMMENTS_ON_A_PAGE = 20
ALL = "all"
SHOWN_LETTERS = 4000


class VerdictUnknown(Invalid):
    code = "verdict_unknown"
    sentence = gettext_lazy("This is not one of the decisions that can be taken about a comment.")


@require_safe
def comments(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Comments in one state; before the edition has closed, their number only."""
    edition = edition_or_404(request, edition_id)
    require(may_moderate(request.user, edition))
    wanted = request.GET.get("state", CommentState.PENDING.value)
    state = CommentState(wanted) if wanted in CommentState.values else None
    counts = comment_counts(edition)
    tabs = [(each, counts[each]) for each in CommentState]
    context = {"edition": edition, "province": edition.province, "tabs": tabs, "state": state, "wanted": wanted}
    context |= {"total": sum(counts.values()), "waits": edition.state in NOT_CLOSED}
    if not context["waits"]:
        page = Paginator(comments_in_state(edition, state), COMMENTS_ON_A_PAGE).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "query": f"state={wanted}"}
    return render(request, "staff/comments.html", context)


@require_POST
def comment_verdict(request: StaffRequest, edition_id: int, comment_id: str) -> HttpResponse:
    """Record what is to become of one comment and go back to the queue."""
    edition = edition_or_404(request, edition_id)
    require(may_moderate(request.user, edition))
    comment = get_object_or_404(comments_of(edition), pk=comment_id)
    state, text = _verdict(request), typed(request, "text", SHOWN_LETTERS)
    try:
        comment_review(comment=comment, state=state, by=request.user, now=timezone.now(), text=text)
        messages.success(request, _("Saved: %(state)s.") % {"state": state.label.lower()})
    except NothingToShow as refusal:
        messages.error(request, str(refusal))
    return redirect(_back(edition, request.POST.get("back", "")))


def _verdict(request: StaffRequest) -> CommentState:
    if request.POST.get("verdict") not in CommentState.values:
        raise VerdictUnknown
    return CommentState(request.POST["verdict"])


def _back(edition: Edition, state: str) -> str:
    """The queue in the state in which it was read."""
    query = f"?state={state}" if state in {*CommentState.values, ALL} else ""
    return reverse("staff:comments", args=[edition.pk]) + query
