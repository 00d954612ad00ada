"""Background jobs of the scoring: load, one service call."""

from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind


@job_kind("scoring_run")
def scoring_run(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: SciPy takes a second that no other command should wait for.
    from scoring.services.computing import run_execute  # noqa: PLC0415

    run = run_execute(run_id=job.arguments["run"], progress=progress, clock=timezone.now)
    return {"run": run.pk, "result_sha256": run.result_sha256}


@job_kind("run_diagnostics")
def run_diagnostics(job: Job, progress: Progress) -> dict[str, Any]:
    from scoring.services.diagnosing import diagnostics_execute  # noqa: PLC0415

    run_id = job.arguments["diagnosed"]
    made = diagnostics_execute(run_id=run_id, by=job.by, progress=progress, clock=timezone.now)
    return {"run": run_id, "sha256": made.sha256}
