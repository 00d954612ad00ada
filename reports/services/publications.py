"""Publishing: the release and, behind the request, every file that is made from it once."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.services import job_start
from reports.charts import charts_of
from reports.enums import FileFormat, ReportKind
from reports.models import ReportFile
from reports.pdf.book import book
from reports.pdf.reading import reading_of
from reports.pdf.scorecard import scorecard
from reports.selectors.files import chart_file_name, files_of, names_of
from reports.selectors.publications import facts_of
from reports.tables import tables_of
from scoring.enums import ScoreStatus
from scoring.models import Publication, ScoringRun
from scoring.services.publications import publication_create

LANGUAGES = ("vi", "en")
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Making:
    """A file that is to be made: how it is called and the function that gives its bytes."""

    name: str
    kind: ReportKind
    format: FileFormat
    language: str
    block_unit_id: int | None
    content: Callable[[], bytes]


@transaction.atomic
def publication_release(*, run: ScoringRun, reason: str, by: User, now: datetime) -> Publication:
    """Publish an approved run and have its files made behind the request.

    Raises:
        whatever `publication_create` refuses: the run is not approved, the state does not allow it, a reason is
        missing.
    """
    publication = publication_create(run=run, reason=reason, by=by, now=now)
    job_start(
        kind="report_files",
        arguments={"publication": publication.pk},
        province=publication.edition.province,
        by=by,
        now=now,
    )
    return publication


def report_files_make(*, publication: Publication, now: datetime, progress: Progress, documents: bool = True) -> int:
    """Make every file of a release that does not exist yet and return how many were made.

    Without `documents` only the tables and the archive of them: no charts and no PDFs.

    Can be repeated after an interruption: each file is stored as soon as it is made, and what exists is never made
    again.
    """
    languages = LANGUAGES if documents else ()
    drawn = (making for language in languages for making in _documents(publication, language))
    makings = [*_tables(publication), *drawn, _archive(publication)]
    existing = names_of(publication)
    made = 0
    for done, making in enumerate(makings):
        progress(done, len(makings), making.name)
        if making.name not in existing:
            _store(publication, making, now)
            made += 1
    progress(len(makings), len(makings), "")
    return made


def _stem(publication: Publication) -> str:
    return facts_of(publication, publication.release).file_stem


def _tables(publication: Publication) -> Iterator[Making]:
    for table in tables_of(publication):
        yield Making(
            table.name, ReportKind.TABLE, FileFormat(table.format), table.language, None, partial(bytes, table.content)
        )


def _documents(publication: Publication, language: str) -> Iterator[Making]:
    reading, stem = reading_of(publication, language), _stem(publication)
    for chart in charts_of(publication, language):
        name = chart_file_name(publication, chart.name, language)
        yield Making(name, ReportKind.CHART, FileFormat.SVG, language, None, partial(str.encode, chart.svg))
    yield Making(
        f"{stem}-book-{language}.pdf",
        ReportKind.BOOK,
        FileFormat.PDF,
        language,
        None,
        partial(book, reading),
    )
    for result in reading.units:
        if result.row.status != ScoreStatus.WITHHELD:
            yield Making(
                f"{stem}-{result.row.code}-{language}.pdf",
                ReportKind.SCORECARD,
                FileFormat.PDF,
                language,
                result.row.block_unit_id,
                partial(scorecard, result, reading),
            )


def _store(publication: Publication, making: Making, now: datetime) -> None:
    content = making.content()
    ReportFile.objects.create(
        publication=publication,
        kind=making.kind,
        format=making.format,
        language=making.language,
        block_unit_id=making.block_unit_id,
        name=making.name,
        file=ContentFile(content, name=f"{publication.pk}/{making.name}"),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=now,
    )


def _archive(publication: Publication) -> Making:
    content = partial(_archive_content, publication)
    return Making(f"{_stem(publication)}-all.zip", ReportKind.ARCHIVE, FileFormat.ZIP, "", None, content)


def _archive_content(publication: Publication) -> bytes:
    """All files but the charts in one ZIP, with fixed dates, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(files_of(publication), key=lambda file: file.name):
            with file.file.open("rb") as stored:
                archive.writestr(zipfile.ZipInfo(file.name, ARCHIVE_DATE), stored.read())
    return buffer.getvalue()
