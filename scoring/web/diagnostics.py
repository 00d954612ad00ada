"""Diagnostics of a run: what they say in short, a page per block and topic, files, starting and watching them."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest
from scoring.engine.dataset import canonical_json
from scoring.enums import RunState
from scoring.models import RunDiagnostics, ScoringRun
from scoring.rules import may_diagnose
from scoring.selectors.diagnostics import BlockFacts, blocks_diagnosed, diagnostics_job, diagnostics_of
from scoring.selectors.names import names_in
from scoring.selectors.runs import runs_of
from scoring.services.diagnostics import diagnostics_start
from scoring.tables import TOPICS, section_csv, section_of, sections_of, topic_of
from scoring.web.doors import run_or_404
from scoring.web.runs import Context, frame


@require_safe
def overview(request: StaffRequest, run_id: int) -> HttpResponse:
    """Every finding in one sentence, block by block, with a link to its section."""
    run, made, blocks = _diagnosed(request, run_id)
    context = {
        "blocks": [
            {"facts": block, "topics": [{"topic": topic, "sections": sections_of(block, topic)} for topic in TOPICS]}
            for block in blocks
        ],
        **_state(request, run, made),
    }
    return render(request, "scoring/diagnostics/overview.html", {**frame(run.edition), **context})


@require_safe
def part(request: StaffRequest, run_id: int, block: str, topic: str) -> HttpResponse:
    """The sections of one topic for one block."""
    run, made, blocks = _diagnosed(request, run_id)
    shown, wanted = _block_or_404(blocks, block), topic_of(topic)
    if wanted is None:
        raise Http404
    context = {
        "shown": shown,
        "blocks": blocks,
        "topic": wanted,
        "topics": TOPICS,
        "sections": sections_of(shown, wanted),
        **_state(request, run, made),
    }
    return render(request, "scoring/diagnostics/part.html", {**frame(run.edition), **context})


@require_safe
def section(request: StaffRequest, run_id: int, block: str, key: str) -> HttpResponse:
    """The figures of a section as a CSV file."""
    run, _made, blocks = _diagnosed(request, run_id)
    found = section_of(_block_or_404(blocks, block), key)
    table = None if found is None else found.file
    if table is None:
        raise Http404
    response = HttpResponse(section_csv(table), content_type="text/csv; charset=utf-8")
    edition = run.edition
    name = f"{edition.province.slug}-{edition.year}-run-{run.number}-{block}-{key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def document(request: StaffRequest, run_id: int) -> HttpResponse:
    """The whole diagnostics as the bytes of which the page shows the hash."""
    made = diagnostics_of(run_or_404(request, run_id))
    if made is None:
        raise Http404
    return HttpResponse(canonical_json(made.content), content_type="application/json")


@require_POST
def start(request: StaffRequest, run_id: int) -> HttpResponse:
    """Compute the diagnostics of a run that has none: an older run, or after an interruption."""
    run = run_or_404(request, run_id)
    diagnostics_start(run=run, by=request.user, now=timezone.now())
    return redirect("staff:run-diagnostics", run.pk)


@require_safe
def progress(request: StaffRequest, run_id: int) -> HttpResponse:
    """The fragment that htmx asks for while the diagnostics are computed; at the end it asks the page to load anew."""
    run = run_or_404(request, run_id)
    work = diagnostics_job(run)
    context = {"run": run, "job": job_facts(work) if work else None}
    response = render(request, "scoring/diagnostics/progress.html", context)
    if work is None or work.ended:
        response["HX-Refresh"] = "true"
    return response


def _diagnosed(request: StaffRequest, run_id: int) -> tuple[ScoringRun, RunDiagnostics | None, list[BlockFacts]]:
    """A complete run with what is known about its blocks; another run has no diagnostics page."""
    found = run_or_404(request, run_id)
    run = get_object_or_404(runs_of(found.edition).defer(None).filter(state=RunState.COMPLETE), pk=found.pk)
    made = diagnostics_of(run)
    return run, made, blocks_diagnosed(run, made, names_in(run.edition))


def _block_or_404(blocks: list[BlockFacts], code: str) -> BlockFacts:
    found = next((block for block in blocks if block.code == code), None)
    if found is None:
        raise Http404
    return found


def _state(request: StaffRequest, run: ScoringRun, made: RunDiagnostics | None) -> Context:
    """Whether the diagnostics are there, how far the work at them is, and whether this person may start it."""
    work = None if made else diagnostics_job(run)
    return {
        "run": run,
        "made": made,
        "job": job_facts(work) if work else None,
        "waits": work is not None and not work.ended,
        "starts": may_diagnose(request.user, run.edition.province),
    }
