"""Background jobs of the reports: load, one service call."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.utils import timezone

from accounts.models import Job
from accounts.services import Progress, job_kind
from reports.selectors.publications import publication_by_id
from reports.services.letters import letters_expire
from surveys.selectors.editions import editions_open
from surveys.services.fieldwork import fieldwork_look_after
from surveys.services.sending import outbox_wake

log = structlog.get_logger("ddci.clock")


@job_kind("report_files")
def report_files(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: WeasyPrint takes a second that no other command should wait for.
    from reports.services.publications import report_files_make  # noqa: PLC0415

    publication = publication_by_id(job.arguments["publication"])
    return {"made": report_files_make(publication=publication, now=timezone.now(), progress=progress)}


@job_kind("letters_make")
def letters_make_job(job: Job, progress: Progress) -> dict[str, Any]:
    # Imported by the job itself: WeasyPrint takes a second that no other command should wait for.
    from reports.services.letter_making import letters_make  # noqa: PLC0415

    facts = job.arguments
    return {"letters": letters_make(letters=facts["letters"], audience=facts["audience"], progress=progress)}


def tick(*, now: datetime) -> None:
    """What goes on by itself: messages that are due, letters that nobody took, full trays, days to be counted. What
    fails is logged and tried again the next time; it keeps nothing else from being done, in this province or another.
    """
    duties: list[Callable[[], object]] = [partial(outbox_wake, now=now), partial(letters_expire, now=now)]
    today = timezone.localdate(now)
    duties += [partial(fieldwork_look_after, edition=edition, today=today) for edition in editions_open()]
    for duty in duties:
        try:
            duty()
        except Exception:
            log.exception("the clock stumbled")
