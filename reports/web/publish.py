"""Publishing: asks first, saying what will happen, then releases."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.selectors import roles_remember
from accounts.web.requests import StaffRequest, typed
from reports.services.publications import publication_release
from scoring.rules import may_publish
from scoring.selectors.runs import is_approved, releases_of, runs_visible_to, verdict_of
from scoring.services.publications import ReasonMissing


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, run_id: int) -> HttpResponse:
    """Make an approved run the next release of its edition."""
    run = get_object_or_404(runs_visible_to(roles_remember(request.user)), pk=run_id)
    require(may_publish(request.user, run.edition.province))
    context = {"run": run, "edition": run.edition, "province": run.edition.province, "approved": is_approved(run)}
    context |= {"verdict": verdict_of(run), "releases": releases_of(run.edition), "reason": ""}
    if request.method == "POST":
        reason = typed(request, "reason", 300)
        try:
            publication_release(run=run, reason=reason, by=request.user, now=timezone.now())
            messages.success(request, _("The result is published. Its files are being made."))
            return redirect("staff:edition", run.edition_id)
        except ReasonMissing as refusal:
            return render(request, "staff/publish.html", context | {"fault": str(refusal)}, status=422)
    return render(request, "staff/publish.html", context)
