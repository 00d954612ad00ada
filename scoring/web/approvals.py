"""The second person's verdict on a run."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web.requests import StaffRequest
from scoring.enums import Verdict
from scoring.selectors.names import names_in
from scoring.selectors.run_page import blocks_of
from scoring.selectors.runs import runs_same
from scoring.sentences.checks import run_checks
from scoring.services.runs import run_approve, verdict_require
from scoring.tables.alarms import run_alarms
from scoring.web.doors import run_or_404
from scoring.web.forms import VerdictForm
from scoring.web.runs import frame


@require_http_methods(["GET", "HEAD", "POST"])
def run_verdict(request: StaffRequest, run_id: int) -> HttpResponse:
    """Approve a run or send it back, with the checks in view."""
    run = run_or_404(request, run_id)
    verdict_require(run=run, by=request.user)
    form = VerdictForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        verdict = Verdict(form.cleaned_data["verdict"])
        run_approve(run=run, verdict=verdict, note=form.cleaned_data["note"], by=request.user, now=timezone.now())
        messages.success(request, _("Your verdict has been recorded."))
        return redirect("staff:run", run.pk)
    names = names_in(run.edition)
    checks = [*run_checks(run, blocks_of(run, names), names, list(runs_same(run))), *run_alarms(run, names)]
    context = {**frame(run.edition), "run": run, "form": form, "checks": checks}
    return render(request, "scoring/verdict.html", context, status=422 if form.errors else 200)
