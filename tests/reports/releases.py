"""Releases for the tests of what the world sees: corrected, with withheld and thinly rated units, with stored files."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile

from accounts.enums import Role
from reports.charts import charts_of
from reports.models import ReportFile
from reports.selectors.files import chart_file_name
from reports.tables import tables_of
from scoring.enums import Verdict
from scoring.models import Publication, ScoringRun
from scoring.services.publications import publication_create
from scoring.services.runs import run_approve
from surveys.models import BlockUnit, Dataset, Edition, Rating
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import province_make, user_make
from tests.factories.results import fixed_goalposts, run_of

WITHHELD, THIN = "so-xay-dung", "so-noi-vu"
REASON = "Đơn vị đang được sắp xếp lại."


def approve_and_publish(run: ScoringRun, reason: str = "") -> Publication:
    province = run.edition.province
    approver, manager = user_make(Role.APPROVER, province=province), user_make(Role.MANAGER, province=province)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver, now=NOW)
    return publication_create(run=run, reason=reason, by=manager, now=NOW)


def release_of(edition: Edition, *, fixed: bool = False) -> Publication:
    """The first release of a closed edition; `fixed`: on goalposts that stay."""
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)
    analyst = user_make(Role.ANALYST, province=edition.province)
    content = fixed_goalposts(edition) if fixed else None
    return approve_and_publish(run_of(dataset, by=analyst, content=content))


def releases_over(*years: int, fixed: bool = True, units: int = 4, responses: int = 60) -> Publication:
    """One release for each year of the same province, each from answers of its own; the last is returned."""
    province = province_make()
    published = [
        release_of(
            edition_closed(province=province, year=year, units=units, responses=responses, seed=year), fixed=fixed
        )
        for year in years
    ]
    return published[-1]


def correction_of(publication: Publication, reason: str) -> Publication:
    """Another release of the same edition, from a run with another seed."""
    dataset: Dataset = publication.run.dataset
    analyst = user_make(Role.ANALYST, province=publication.edition.province)
    return approve_and_publish(run_of(dataset, by=analyst, seed=2), reason)


def release_with_gaps() -> Publication:
    """Five departments, of which one is withheld and one has almost no ratings."""
    edition = edition_closed(units=5, responses=120)
    BlockUnit.objects.filter(block__edition=edition, unit__code=WITHHELD).update(
        withheld=True, withheld_reason_vi=REASON, withheld_reason_en="Being reorganised."
    )
    thin = Rating.objects.filter(response__edition=edition, block_unit__unit__code=THIN).order_by("id")
    Rating.objects.filter(pk__in=[rating.pk for rating in thin[1:]]).delete()
    return release_of(edition)


def store(publication: Publication, name: str, content: bytes, **facts: Any) -> ReportFile:
    """A stored file of a release."""
    known = {"kind": "table", "format": "csv", "language": ""} | facts
    return ReportFile.objects.create(
        publication=publication,
        name=name,
        file=ContentFile(content, name=name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=NOW,
        **known,
    )


def store_charts_and_tables(publication: Publication) -> None:
    for language in ("vi", "en"):
        for chart in charts_of(publication, language):
            name = chart_file_name(publication, chart.name, language)
            store(publication, name, chart.svg.encode(), kind="chart", format="svg", language=language)
    for table in tables_of(publication):
        store(publication, table.name, table.content, format=table.format, language=table.language)
