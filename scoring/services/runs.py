"""Scoring runs: started by an analyst, judged by a second person. The computing itself stands in `computing`."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import require
from accounts.services import audit, job_start
from ddci.core.errors import Forbidden, Invalid, NotNow
from scoring.engine import VERSION
from scoring.enums import Exclusions, RunState, Verdict
from scoring.models import Recipe, RunApproval, ScoringRun
from scoring.rules import is_author, may_approve
from scoring.selectors.runs import is_published, run_underway, runs_stopped
from scoring.sentences import fault_sentence
from surveys.enums import EditionState
from surveys.models import Dataset, Edition

SCORABLE = frozenset({EditionState.FROZEN, EditionState.SCORED, EditionState.PUBLISHED})
KIND = "scoring_run"
INTERRUPTED = {"code": "interrupted", "path": "", "params": {}}


class NotFrozen(NotNow):
    code = "not_frozen"
    sentence = _("“%(edition)s” cannot be scored yet: freeze its data first.")


class OtherEdition(Invalid):
    code = "other_edition"
    sentence = _("The dataset and the recipe must belong to “%(edition)s”.")


class RunUnderway(NotNow):
    code = "run_underway"
    sentence = _("The same run is being computed already. Wait for its result.")


class RunNotComplete(NotNow):
    code = "run_not_complete"
    sentence = _("This run has no result yet, so there is nothing to judge.")


class RunPublished(NotNow):
    code = "run_published"
    sentence = _("This run is published; its approval cannot be taken back. Publish a new run instead.")


class OwnRun(Forbidden):
    code = "own_run"
    sentence = _("Whoever started a run cannot approve it. Ask another approver.")


class NoteMissing(Invalid):
    code = "note_missing"
    sentence = _("Say why the run is sent back.")


@transaction.atomic
def run_start(  # noqa: PLR0913 - what a run is a function of, who and when
    *,
    edition: Edition,
    dataset: Dataset,
    recipe: Recipe,
    seed: int,
    by: User | None,
    now: datetime,
    exclusions: Exclusions = Exclusions.REVIEWED,
) -> ScoringRun:
    """Record a run and start its job once the transaction is committed.

    Args:
        exclusions: whether the responses that people excluded, as the dataset records it, are left out or used.

    Raises:
        NotFrozen: the edition's data are not frozen.
        OtherEdition: dataset or recipe belong to another edition.
        RunUnderway: the same is being computed at this moment.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in SCORABLE:
        raise NotFrozen(edition=locked.title)
    if {dataset.edition_id, recipe.edition_id} != {locked.pk}:
        raise OtherEdition(edition=locked.title)
    runs_interrupted_mark(now=now)
    run = ScoringRun(
        edition=locked,
        number=ScoringRun.objects.filter(edition=locked).count() + 1,
        dataset=dataset,
        recipe=recipe,
        seed=seed,
        exclusions=exclusions,
        engine_version=VERSION,
        started_by=by,
        started_at=now,
    )
    if run_underway(run):
        raise RunUnderway
    run.save(force_insert=True)
    audit(action="run.start", subject=run, by=by, now=now, province=locked.province)
    job = job_start(kind=KIND, arguments={"run": run.pk}, province=locked.province, by=by, now=now)
    run.job_id = job.pk
    run.save(update_fields=["job_id"])
    return run


@transaction.atomic
def runs_interrupted_mark(*, now: datetime) -> int:
    """Runs whose job ended without them (the server was stopped) count as failed; they can be started again."""
    stopped = list(runs_stopped().select_related("edition__province"))
    for run in stopped:
        before = run.state
        run.state, run.completed_at = RunState.FAILED, now
        run.fault, run.diagnostics = fault_sentence(INTERRUPTED), {"fault": INTERRUPTED}
        run.save(update_fields=["state", "completed_at", "fault", "diagnostics"])
        states = (before, str(RunState.FAILED))
        audit(action="run.fail", subject=run, by=None, now=now, province=run.edition.province, states=states)
    return len(stopped)


def verdict_require(*, run: ScoringRun, by: User) -> None:
    """Refuse unless this person can judge this run now.

    Raises:
        NotYours: not an approver of the province.
        OwnRun: the author of the run.
        RunNotComplete: no result to judge.
    """
    require(may_approve(by, run.edition.province))
    if is_author(by, run):
        raise OwnRun
    if run.state != RunState.COMPLETE:
        raise RunNotComplete


@transaction.atomic
def run_approve(*, run: ScoringRun, verdict: Verdict, note: str, by: User, now: datetime) -> RunApproval:
    """Record the second person's verdict; the latest verdict counts.

    Raises:
        NotYours: not an approver of the province.
        OwnRun: the author of the run.
        RunNotComplete: no result to judge.
        RunPublished: the run is public; sending it back would change nothing.
        NoteMissing: sent back without a reason.
    """
    locked = ScoringRun.objects.select_for_update().get(pk=run.pk)
    verdict_require(run=locked, by=by)
    if verdict == Verdict.REJECTED and is_published(locked):
        raise RunPublished
    if verdict == Verdict.REJECTED and not note.strip():
        raise NoteMissing
    province = locked.edition.province
    given = RunApproval.objects.create(run=locked, verdict=verdict, note=note.strip(), by=by, at=now)
    action = "run.approve" if verdict == Verdict.APPROVED else "run.reject"
    audit(action=action, subject=locked, by=by, now=now, province=province, note=note.strip())
    return given
