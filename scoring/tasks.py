"""Background jobs of the scoring: load, one service call."""

from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind
from scoring.services.computing import run_execute
from scoring.services.runs import KIND


@job_kind(KIND)
def scoring_run(job: Job, progress: Progress) -> dict[str, Any]:
    run = run_execute(run_id=job.arguments["run"], progress=progress, clock=timezone.now)
    return {"run": run.pk, "result_sha256": run.result_sha256}
