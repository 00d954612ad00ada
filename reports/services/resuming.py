"""Going on with report files after an interruption. A starting server asks for it, so nothing heavy is imported."""

from datetime import datetime

from django.db import transaction

from accounts.services import job_start
from reports.selectors.files import publications_unfinished


@transaction.atomic
def report_files_resume(*, now: datetime) -> int:
    """Start the jobs anew that were interrupted before every file of their release was made; says how many."""
    left = publications_unfinished()
    for publication in left:
        job_start(
            kind="report_files",
            arguments={"publication": publication.pk},
            province=publication.edition.province,
            by=publication.published_by,
            now=now,
        )
    return len(left)
