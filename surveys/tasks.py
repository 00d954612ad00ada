"""Background jobs of the surveys: load, one service call."""

from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind
from surveys.models import Edition


@job_kind("quality_check")
def quality_check(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: SciPy takes a second that no other command should wait for.
    from surveys.services.checking import quality_check_run  # noqa: PLC0415

    edition = Edition.objects.select_related("province").get(pk=job.arguments["edition"])
    check = quality_check_run(edition=edition, by=job.by, now=timezone.now(), progress=progress)
    return {"check": check.pk, "flagged": check.flagged}
