"""Background jobs of the surveys: load, one service call."""

import time
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind
from surveys.models import Edition
from surveys.services.sending import World, campaign_work


@job_kind("quality_check")
def quality_check(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: SciPy takes a second that no other command should wait for.
    from surveys.services.checking import quality_check_run  # noqa: PLC0415

    edition = Edition.objects.select_related("province").get(pk=job.arguments["edition"])
    check = quality_check_run(edition=edition, by=job.by, now=timezone.now(), progress=progress)
    return {"check": check.pk, "flagged": check.flagged}


@job_kind("frame_import")
def frame_import(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: telephone numbers and spreadsheets take half a second that no command should wait for.
    from surveys.services.frame_imports import frame_import_run  # noqa: PLC0415

    done = frame_import_run(import_id=job.arguments["import"], clock=timezone.now, progress=progress)
    return {"import": done.pk, "rows": done.rows, "rejected": done.rejected}


@job_kind("campaign_send")
def campaign_send(job: Job, progress: Progress) -> dict[str, Any]:
    return {"handed": campaign_work(campaign_id=job.arguments["campaign"], world=world_real(), progress=progress)}


def world_real() -> World:
    """The real clock, real waiting, real chance."""
    return World(clock=timezone.now, sleep=time.sleep, rng=Random())  # noqa: S311 - spreads tries, protects nothing
