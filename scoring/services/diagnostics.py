"""Diagnostics that take seconds: a second job after a complete run. The computing itself stands in `diagnosing`."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from accounts.rules import require
from accounts.services import job_start
from ddci.core.errors import NotNow
from scoring.enums import RunState
from scoring.models import ScoringRun
from scoring.rules import may_diagnose
from scoring.selectors.diagnostics import DIAGNOSTICS_JOB, diagnostics_of, diagnostics_underway


class NothingToDiagnose(NotNow):
    code = "nothing_to_diagnose"
    sentence = _("This run has no result yet, so there is nothing to diagnose.")


class DiagnosticsThere(NotNow):
    code = "diagnostics_there"
    sentence = _("The diagnostics of this run are there already.")


class DiagnosticsUnderway(NotNow):
    code = "diagnostics_underway"
    sentence = _("The diagnostics of this run are being computed already.")


@transaction.atomic
def diagnostics_start(*, run: ScoringRun, by: User, now: datetime) -> Job:
    """Start the diagnostics of a complete run once the transaction is committed.

    Raises:
        NotYours: neither an analyst nor an approver of the province.
        NothingToDiagnose: the run has no result.
        DiagnosticsThere: they were computed before.
        DiagnosticsUnderway: they are being computed at this moment.
    """
    locked = ScoringRun.objects.select_for_update().get(pk=run.pk)
    require(may_diagnose(by, run.edition.province))
    if locked.state != RunState.COMPLETE:
        raise NothingToDiagnose
    if diagnostics_of(locked) is not None:
        raise DiagnosticsThere
    if diagnostics_underway(locked):
        raise DiagnosticsUnderway
    return _started(locked, by, now)


@transaction.atomic
def diagnostics_follow(*, run: ScoringRun, by: User | None, now: datetime) -> None:
    """What a run that has just become complete brings about by itself: nobody else can have asked for it before."""
    _started(run, by, now)


def _started(run: ScoringRun, by: User | None, now: datetime) -> Job:
    arguments = {"diagnosed": run.pk}
    return job_start(kind=DIAGNOSTICS_JOB, arguments=arguments, province=run.edition.province, by=by, now=now)
