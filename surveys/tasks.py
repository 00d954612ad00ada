"""Background jobs of the surveys: load, one service call."""

import time
from random import Random, SystemRandom
from typing import Any

from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind
from surveys.models import Edition, Invitation
from surveys.services.sending import World, campaign_work


@job_kind("quality_check")
def quality_check(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: SciPy takes a second that no other command should wait for.
    from surveys.services.checking import quality_check_run  # noqa: PLC0415

    edition = Edition.objects.select_related("province").get(pk=job.arguments["edition"])
    check = quality_check_run(edition=edition, by=job.by, now=timezone.now(), progress=progress)
    return {"check": check.pk, "flagged": check.flagged}


@job_kind("dataset_export")
def dataset_export(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: writers of spreadsheets, SPSS and Stata take a second.
    from surveys.services.dataset_exports import export_write  # noqa: PLC0415

    done = export_write(export_id=job.arguments["export"], rng=SystemRandom(), progress=progress)
    return {"export": done.pk, "sha256": done.sha256}


@job_kind("frame_import")
def frame_import(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: telephone numbers and spreadsheets take half a second that no command should wait for.
    from surveys.services.frame_imports import frame_import_run  # noqa: PLC0415

    done = frame_import_run(import_id=job.arguments["import"], clock=timezone.now, progress=progress)
    return {"import": done.pk, "rows": done.rows, "rejected": done.rejected}


@job_kind("registration_mail")
def registration_mail(job: Job, _progress: Progress) -> dict[str, Any]:
    # Imported by the job itself, like the others.
    from surveys.services.registration_mail import registration_mail_send  # noqa: PLC0415

    found = Invitation.objects.select_related("edition__province", "business").get(pk=job.arguments["invitation"])
    return {"sent": registration_mail_send(invitation=found)}


@job_kind("campaign_send")
def campaign_send(job: Job, progress: Progress) -> dict[str, Any]:
    return {"handed": campaign_work(campaign_id=job.arguments["campaign"], world=world_real(), progress=progress)}


def world_real() -> World:
    """The real clock, real waiting, real chance."""
    return World(clock=timezone.now, sleep=time.sleep, rng=Random())  # noqa: S311 - spreads tries, protects nothing
