"""Background jobs of the surveys: load, one service call."""

from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind


@job_kind("frame_import")
def frame_import(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: telephone numbers and spreadsheets take half a second that no command should wait for.
    from surveys.services.frame_imports import frame_import_run  # noqa: PLC0415

    done = frame_import_run(import_id=job.arguments["import"], clock=timezone.now, progress=progress)
    return {"import": done.pk, "rows": done.rows, "rejected": done.rejected}
