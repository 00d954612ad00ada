"""Trying other choices on a frozen dataset beside a run: nothing is stored until somebody makes a run of it."""

import time
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.web.requests import StaffRequest
from scoring.engine.checks import EngineError
from scoring.enums import Counting, Exclusions, RunState
from scoring.frames.trials import (
    DatasetNotAsFrozen,
    causes_of,
    run_scored,
    side_of,
    side_scored,
    trial_scores,
    trial_side,
)
from scoring.models import ScoringRun
from scoring.rules import may_start_run
from scoring.selectors.compare import Cause, trial_shifts
from scoring.selectors.runs import runs_of
from scoring.sentences import fault_sentence
from scoring.services.recipes import recipe_create
from scoring.services.runs import run_start
from scoring.web.doors import run_or_404
from scoring.web.trial_form import TrialForm

Context = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
def run_trial(request: StaffRequest, run_id: int) -> HttpResponse:
    """Other choices beside a complete run; by POST they become a recipe and a run."""
    found = run_or_404(request, run_id)
    run = get_object_or_404(runs_of(found.edition).filter(state=RunState.COMPLETE), pk=found.pk)
    starts = may_start_run(request.user, run.edition.province)
    if request.method == "POST":
        require(starts)
    form = _form(request, run)
    if request.method == "POST" and form.is_valid():
        return _kept(request, run, form)
    context = {**_frame(run), "run": run, "form": form, "starts": starts}
    if form.is_bound and form.is_valid():
        context |= _tried(run, form)
    return render(request, "scoring/trial.html", context, status=422 if form.errors else 200)


def _frame(run: ScoringRun) -> Context:
    edition = run.edition
    return {"edition": edition, "province": edition.province, "simulated": edition.is_simulated}


def _form(request: StaffRequest, run: ScoringRun) -> TrialForm:
    sent = request.POST if request.method == "POST" else request.GET or None
    return TrialForm(sent, run=run, keeping=request.method == "POST")


def _tried(run: ScoringRun, form: TrialForm) -> Context:
    """The shifts from the run to the trial, or why there is no trial."""
    begun = time.perf_counter()
    given = form.cleaned_data
    side = trial_side(run.edition, given["dataset"], form.content(), given["exclusions"])
    try:
        results = side_scored(side)
        causes = causes_of(side_of(run), side, run_scored(run), results)
    except (EngineError, DatasetNotAsFrozen, OSError) as error:
        return {"fault": _fault(error)}
    blocks = trial_shifts(run, trial_scores(side, results), causes)
    return {
        "blocks": blocks,
        "seconds": time.perf_counter() - begun,
        "same_data": side.dataset.pk == run.dataset_id,
        "keepable": side.exclusions != Counting.FLAGGED,
    }


def _fault(error: Exception) -> str:
    if isinstance(error, EngineError):
        return fault_sentence({"code": error.code, "path": error.path})
    changed = isinstance(error, DatasetNotAsFrozen)
    return fault_sentence({"code": DatasetNotAsFrozen.code if changed else "dataset_unreadable"})


def _kept(request: StaffRequest, run: ScoringRun, form: TrialForm) -> HttpResponse:
    """The choices as a recipe, and a run by it with the seed of the run that they were tried beside."""
    given, by, now = form.cleaned_data, request.user, timezone.now()
    recipe = recipe_create(edition=run.edition, content=form.content(), by=by, now=now, reason=given["reason"])
    started = run_start(
        edition=run.edition,
        dataset=given["dataset"],
        recipe=recipe,
        seed=run.seed,
        by=by,
        now=now,
        exclusions=Exclusions(given["exclusions"]),
    )
    messages.success(request, _("Recipe %(number)s can be used.") % {"number": recipe.number})
    messages.success(request, _("The run has been started."))
    return redirect("staff:run", started.pk)


def causes_between(first: ScoringRun, second: ScoringRun) -> Mapping[int, Cause]:
    """What moved each unit from one complete run to another; none where they cannot be computed again."""
    try:
        return causes_of(side_of(first), side_of(second), run_scored(first), run_scored(second))
    except (EngineError, DatasetNotAsFrozen, OSError):
        return {}
