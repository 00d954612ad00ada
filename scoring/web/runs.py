"""Runs of an edition: the list, starting one, its page, its progress, its tables, two of them compared."""

from pathlib import PurePosixPath

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import require
from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest
from scoring.enums import RunState
from scoring.models import ScoringRun
from scoring.rules import is_author, may_approve, may_publish, may_start_run
from scoring.selectors.compare import shifts
from scoring.selectors.contradictions import contrasts_of
from scoring.selectors.exclusions import run_exclusions
from scoring.selectors.names import EditionNames, names_in
from scoring.selectors.recipes import recipes_of
from scoring.selectors.run_page import blocks_of
from scoring.selectors.runs import is_approved, job_of, runs_of, runs_same, state_shown, verdict_of
from scoring.sentences import contrast_sentence, fault_sentence, recipe_sentences
from scoring.sentences.channels import channel_sentences
from scoring.sentences.checks import run_checks
from scoring.sentences.exclusions import exclusion_sentences, shift_sentence
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import INTERRUPTED, SCORABLE, run_start
from scoring.tables.alarms import run_alarms
from scoring.web.doors import edition_or_404, run_or_404
from scoring.web.forms import CompareForm, RunForm
from scoring.web.trials import causes_between
from surveys.models import Edition
from surveys.selectors.datasets import datasets_of

Context = dict[str, object]


def frame(edition: Edition) -> Context:
    """What every page of an edition shows round its content."""
    return {"edition": edition, "province": edition.province, "simulated": edition.is_simulated}


@require_safe
def runs(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The runs of an edition with their verdicts, its recipes and datasets."""
    edition = edition_or_404(request, edition_id)
    found = list(runs_of(edition))
    context = {
        "lines": [{"run": run, "state": state_shown(run), "verdict": verdict_of(run)} for run in found],
        "recipes": recipes_of(edition),
        "datasets": datasets_of(edition),
        "scorable": edition.state in SCORABLE,
        "starts": may_start_run(request.user, edition.province),
        "comparable": sum(1 for run in found if run.state == RunState.COMPLETE) > 1,
    }
    return render(request, "scoring/runs.html", {**frame(edition), **context})


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Choose dataset, recipe and seed, then start."""
    edition = edition_or_404(request, edition_id)
    require(may_start_run(request.user, edition.province))
    typed = request.POST if request.method == "POST" else None
    form = RunForm(typed, edition=edition, initial=request.GET.dict())
    if form.is_valid():
        started = _started(request, edition, form)
        messages.success(request, _("The run has been started."))
        return redirect("staff:run", started.pk)
    context = {"form": form, "scorable": edition.state in SCORABLE}
    return render(request, "scoring/run_new.html", {**frame(edition), **context}, status=422 if form.errors else 200)


def _started(request: StaffRequest, edition: Edition, form: RunForm) -> ScoringRun:
    """Start what was chosen, with the edition's standard recipe where none was."""
    given, by, now = form.cleaned_data, request.user, timezone.now()
    recipe = given["recipe"] or recipe_create(edition=edition, content=recipe_default(edition), by=by, now=now)
    chosen = {name: given[name] for name in ("dataset", "seed", "exclusions")}
    return run_start(edition=edition, recipe=recipe, by=by, now=now, **chosen)


@require_safe
def run(request: StaffRequest, run_id: int) -> HttpResponse:
    """Everything about one run."""
    found = run_or_404(request, run_id)
    names = names_in(found.edition)
    state = state_shown(found)
    context = {
        "run": found,
        "state": state,
        "verdict": verdict_of(found),
        "recipe_words": recipe_sentences(found.recipe.content, names.fields),
        **(_result(found, names) if state == RunState.COMPLETE else _without_result(found, state)),
        **_deeds(request, found, state),
    }
    return render(request, "scoring/run.html", {**frame(found.edition), **context})


def _result(found: ScoringRun, names: EditionNames) -> Context:
    blocks = blocks_of(found, names)
    same = list(runs_same(found))
    exclusions = run_exclusions(found.diagnostics, names.blocks, names.units)
    return {
        "blocks": blocks,
        "names": names,
        "checks": [*run_checks(found, blocks, names, same), *run_alarms(found, names)],
        "contrasts": _contrasts(found),
        "exclusion_words": [*channel_sentences(found.diagnostics["inputs"]), *exclusion_sentences(exclusions)],
        "shifts": [(block, shift_sentence(block)) for block in (exclusions.blocks if exclusions else ())],
    }


def _contrasts(found: ScoringRun) -> list[Context]:
    """Where records and businesses contradict each other, unit by unit, those with the widest gap first."""
    by_unit: dict[str, list[Context]] = {}
    for each in contrasts_of(found):
        line: Context = {"better": each.found.records_better, "sentence": contrast_sentence(each)}
        by_unit.setdefault(each.soft.block_unit.unit.name, []).append(line)
    return [{"unit": unit, "lines": lines} for unit, lines in by_unit.items()]


def _without_result(found: ScoringRun, state: RunState) -> Context:
    """How far the work is, or why it failed."""
    if state == RunState.FAILED:
        return {"fault": fault_sentence(found.diagnostics.get("fault", INTERRUPTED))}
    work = job_of(found)
    return {"job": job_facts(work) if work else None}


def _deeds(request: StaffRequest, found: ScoringRun, state: RunState) -> Context:
    """What this person can do with the run now."""
    province, complete = found.edition.province, state == RunState.COMPLETE
    approves = complete and may_approve(request.user, province)
    return {
        "approves": approves and not is_author(request.user, found),
        "own": approves and is_author(request.user, found),
        "publishes": complete and may_publish(request.user, province) and is_approved(found),
        "restarts": state == RunState.FAILED and may_start_run(request.user, province),
    }


@require_safe
def run_progress(request: StaffRequest, run_id: int) -> HttpResponse:
    """The fragment that htmx asks for while a run is computed; at the end it asks the page to load anew."""
    found = run_or_404(request, run_id)
    work = job_of(found)
    context = {"run": found, "job": job_facts(work) if work else None}
    response = render(request, "scoring/run_progress.html", context)
    if state_shown(found) in {RunState.COMPLETE, RunState.FAILED}:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def run_tables(request: StaffRequest, run_id: int) -> HttpResponse:
    """All intermediate tables of a run as one file."""
    found = run_or_404(request, run_id)
    complete = get_object_or_404(runs_of(found.edition).filter(state=RunState.COMPLETE), pk=found.pk)
    with complete.tables.open("rb") as tables:
        response = HttpResponse(tables.read(), content_type="application/zip")
    name = PurePosixPath(complete.tables.name or "").name
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def run_compare(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Two runs side by side: differences of scores, ranks won and lost."""
    edition = edition_or_404(request, edition_id)
    complete = {run.number: run for run in runs_of(edition) if run.state == RunState.COMPLETE}
    numbers = sorted(complete)
    start = {"first": numbers[-2], "second": numbers[-1]} if len(numbers) > 1 else None
    form = CompareForm(request.GET or start, numbers=numbers)
    context: Context = {"form": form, "enough": len(numbers) > 1}
    if len(numbers) > 1 and form.is_valid():
        pair = (complete[form.cleaned_data["first"]], complete[form.cleaned_data["second"]])
        context |= {"first": pair[0], "second": pair[1], "blocks": shifts(*pair, causes_between(*pair))}
    return render(request, "scoring/compare.html", {**frame(edition), **context})
