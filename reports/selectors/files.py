"""The stored files of a release: what can be downloaded, and the charts shown on its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from accounts.enums import JobState
from accounts.models import Job
from reports.enums import FileFormat, ReportKind
from reports.models import ReportFile
from scoring.models import Publication


def files_of(publication: Publication) -> list[ReportFile]:
    """Every file of a release but the charts, books first, then tables, archives and scorecards by unit."""
    order = [ReportKind.BOOK, ReportKind.TABLE, ReportKind.ARCHIVE, ReportKind.SCORECARD]
    found = ReportFile.objects.filter(publication=publication, kind__in=order).select_related("block_unit__unit")
    return sorted(found.order_by("name"), key=lambda file: (order.index(ReportKind(file.kind)), *_place(file)))


def _place(file: ReportFile) -> tuple[str, bool, str]:
    """By unit, Vietnamese first, then by name."""
    return (file.block_unit.unit.code if file.block_unit else "", file.language == "en", file.name)


def names_of(publication: Publication) -> set[str]:
    """The names of every file that exists already, charts included."""
    return set(ReportFile.objects.filter(publication=publication).values_list("name", flat=True))


def publications_unfinished() -> list[Publication]:
    """Releases whose making of files was interrupted or failed: without their archive, which is made last, and with
    nobody at it.
    """
    jobs = Job.objects.filter(kind="report_files").order_by("created_at", "id")
    states = {job.arguments.get("publication"): job.state for job in jobs}
    stopped = [key for key, state in states.items() if state in {JobState.INTERRUPTED, JobState.FAILED}]
    complete = ReportFile.objects.filter(kind=ReportKind.ARCHIVE).order_by().values("publication")
    found = Publication.objects.filter(pk__in=stopped).exclude(pk__in=complete)
    return list(found.select_related("edition__province", "published_by").order_by("pk"))


def scorecards_of(publication: Publication, unit_code: str) -> list[ReportFile]:
    """The scorecards of a unit, one per language, Vietnamese first."""
    found = ReportFile.objects.filter(publication=publication, kind=ReportKind.SCORECARD)
    return list(found.filter(block_unit__unit__code=unit_code).order_by("-language", "name"))


def file_get(province_slug: str, year: int, name: str) -> ReportFile:
    """A file of any release of an edition by its name, which holds the number of the release.

    Raises:
        ReportFile.DoesNotExist: there is no such file.
    """
    if "\0" in name:  # PostgreSQL does not even look for it
        raise ReportFile.DoesNotExist
    edition = {"publication__edition__province__slug": province_slug, "publication__edition__year": year}
    found = ReportFile.objects.filter(name=name, **edition).order_by("-publication__release").first()
    if found is None:
        raise ReportFile.DoesNotExist
    return found


@dataclass(frozen=True)
class Stamp:
    """How many files a release has and since when: changes when a file is added."""

    count: int
    made_at: datetime | None


def files_stamp(publication: Publication) -> Stamp:
    found = ReportFile.objects.filter(publication=publication).aggregate(count=Count("id"), made_at=Max("made_at"))
    return Stamp(found["count"], found["made_at"])


def charts_stored(publication: Publication, language: str, names: Sequence[str]) -> dict[str, str]:
    """The drawings (SVG text) kept under these names of charts; those that are missing are left out.

    A chart named `intervals-departments` is kept in a file `…-intervals-departments-vi.svg`.
    """
    wanted = {chart_file_name(publication, name, language): name for name in names}
    found = ReportFile.objects.filter(publication=publication, kind=ReportKind.CHART, name__in=wanted)
    drawings = {}
    for file in found.filter(format=FileFormat.SVG).order_by("name"):
        with file.file.open("rb") as stored:
            drawings[wanted[file.name]] = stored.read().decode()
    return drawings


def chart_file_name(publication: Publication, chart: str, language: str) -> str:
    """The name of the file in which a chart is kept."""
    edition = publication.edition
    return f"ddci-{edition.province.slug}-{edition.year}-r{publication.release}-{chart}-{language}.svg"
