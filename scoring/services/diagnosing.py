"""Diagnosing a run: it is repeated to its hash, looked at from all sides, and what was found is stored for good."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import Progress, audit
from ddci.core.errors import NotNow
from scoring.engine import VERSION
from scoring.engine.checks import EngineError
from scoring.engine.dataset import canonical_json
from scoring.enums import RunState
from scoring.frames.deep import Given, deep_diagnostics
from scoring.frames.exclusions import other_responses
from scoring.models import RunDiagnostics, ScoringRun
from scoring.selectors.diagnostics import diagnostics_of
from scoring.sentences import fault_sentence
from scoring.sentences.diagnostics import part_words
from scoring.services.computing import RunOutcome, run_repeat
from scoring.services.diagnostics import DiagnosticsThere, NothingToDiagnose

REPEATING = 0.25
Content = dict[str, Any]


class DiagnosticsFailed(NotNow):
    code = "diagnostics_failed"
    sentence = _("The diagnostics could not be computed. %(sentence)s")


def diagnostics_execute(
    *, run_id: int, by: User | None, progress: Progress, clock: Callable[[], datetime]
) -> RunDiagnostics:
    """Repeat a complete run, diagnose it block by block, and store what was found with its hash.

    Raises:
        DiagnosticsThere: they were computed before.
        DiagnosticsFailed: the engine or the storage refused; the sentence says why.
        RunNotRepeatable, DatasetChanged: the run cannot be repeated to its hash.
    """
    run = ScoringRun.objects.select_related("edition__province", "dataset", "recipe").get(pk=run_id)
    if run.state != RunState.COMPLETE:
        raise NothingToDiagnose
    if diagnostics_of(run) is not None:
        raise DiagnosticsThere
    try:
        outcome = run_repeat(run=run, progress=lambda done, _all, said: progress(round(done * REPEATING), 100, said))
        content = {"blocks": _diagnosed(run, outcome, progress)}
    except (EngineError, OSError) as error:
        code = getattr(error, "code", "dataset_unreadable")
        fault: Content = {"code": code, "path": getattr(error, "path", ""), "params": {}}
        raise DiagnosticsFailed(sentence=fault_sentence(fault)) from error
    return _stored(run, content, by, clock())


def _diagnosed(run: ScoringRun, outcome: RunOutcome, progress: Progress) -> Content:
    found: Content = {}
    others = other_responses(run, outcome.beside.dataset)
    for place, (block, result) in enumerate(outcome.results.items()):

        def tell(step: str, share: float, place: int = place, name: str = outcome.keys[block].name) -> None:
            words = _now("%(block)s: %(step)s") % {"block": name, "step": part_words(step)}
            done = REPEATING + (1 - REPEATING) * (place + share) / len(outcome.results)
            progress(round(100 * done), 100, words)

        compared = others.compared(result, outcome.given[block])
        found[block] = deep_diagnostics(Given(result, outcome.histories[block], compared), tell)
    return found


@transaction.atomic
def _stored(run: ScoringRun, content: Content, by: User | None, now: datetime) -> RunDiagnostics:
    locked = ScoringRun.objects.select_for_update().get(pk=run.pk)
    if diagnostics_of(locked) is not None:
        raise DiagnosticsThere
    digest = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    made = RunDiagnostics.objects.create(
        run=locked, content=content, sha256=digest, engine_version=VERSION, made_at=now
    )
    province = run.edition.province
    audit(action="run.diagnose", subject=locked, by=by, now=now, province=province, note=digest)
    return made
