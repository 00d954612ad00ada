"""Which results the public may see: editions with a release, their releases, what a release was made from."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Province
from scoring.models import Publication
from scoring.selectors.exclusions import responses_used
from surveys.models import Edition


@dataclass(frozen=True)
class PublicationFacts:
    """What a release is and what it was made from; `responses` and `ratings` are those that count. `newest` is the
    number of the latest release of the edition.
    """

    id: int
    province_slug: str
    province_name: str
    association: str
    year: int
    title: str
    decision: str
    simulated: bool
    release: int
    newest: int
    reason: str
    published_at: datetime
    run_number: int
    responses: int
    ratings: int
    result_sha256: str
    dataset_sha256: str
    recipe_sha256: str
    engine_version: str

    @property
    def superseded(self) -> bool:
        return self.release < self.newest

    @property
    def file_stem(self) -> str:
        """How names of files of this release begin."""
        return f"ddci-{self.province_slug}-{self.year}-r{self.release}"


@dataclass(frozen=True)
class ProvinceEditions:
    """A province and its published editions, latest year first, each by its newest release."""

    slug: str
    name: str
    association: str
    editions: tuple[PublicationFacts, ...]


def publications_public() -> QuerySet[Publication]:
    """Every release with what a page says about it, by province, newest year, newest release."""
    return (
        Publication.objects.select_related("edition__province", "run__recipe", "run__dataset")
        .defer("run__diagnostics")
        .order_by("edition__province__slug", "-edition__year", "-release")
    )


def publications_of(edition: Edition) -> list[Publication]:
    """The releases of an edition, newest first."""
    return list(publications_public().filter(edition=edition))


def publication_latest(province_slug: str, year: int) -> Publication:
    """The newest release of an edition.

    Raises:
        Publication.DoesNotExist: nothing is published for this province and year.
    """
    return _first(publications_public().filter(edition__province__slug=province_slug, edition__year=year))


def publication_release(province_slug: str, year: int, release: int) -> Publication:
    """One release of an edition, also a superseded one.

    Raises:
        Publication.DoesNotExist: there is no such release.
    """
    found = publications_public().filter(edition__province__slug=province_slug, edition__year=year)
    return _first(found.filter(release=release))


def publication_by_id(pk: int) -> Publication:
    """A release by its key.

    Raises:
        Publication.DoesNotExist: there is none.
    """
    return publications_public().get(pk=pk)


def _first(found: QuerySet[Publication]) -> Publication:
    publication = found.first()
    if publication is None:
        raise Publication.DoesNotExist
    return publication


def publications_newest(province: Province | None = None) -> list[Publication]:
    """The newest release of every published edition (of one province), latest year first within a province."""
    found = publications_public()
    if province is not None:
        found = found.filter(edition__province=province)
    newest: dict[int, Publication] = {}
    for publication in found:
        newest.setdefault(publication.edition_id, publication)
    return list(newest.values())


def facts_of(publication: Publication, newest: int | None = None) -> PublicationFacts:
    """What a page says about a release; `newest` spares the query for the number of the latest release."""
    edition, run = publication.edition, publication.run
    if newest is None:
        latest = Publication.objects.filter(edition=edition).order_by("-release").values_list("release", flat=True)
        newest = latest[0]
    responses, ratings = responses_used(run)
    return PublicationFacts(
        id=publication.pk,
        province_slug=edition.province.slug,
        province_name=edition.province.name,
        association=edition.province.association,
        year=edition.year,
        title=edition.title,
        decision=edition.decision,
        simulated=edition.is_simulated,
        release=publication.release,
        newest=newest,
        reason=publication.reason,
        published_at=publication.published_at,
        run_number=run.number,
        responses=responses,
        ratings=ratings,
        result_sha256=run.result_sha256,
        dataset_sha256=run.dataset.sha256,
        recipe_sha256=run.recipe.sha256,
        engine_version=run.engine_version,
    )


def editions_public(province: Province | None = None) -> list[ProvinceEditions]:
    """Provinces that have published something, with their editions. One query."""
    grouped: dict[str, list[Publication]] = {}
    for publication in publications_newest(province):
        grouped.setdefault(publication.edition.province.slug, []).append(publication)
    return [
        ProvinceEditions(
            slug=slug,
            name=found[0].edition.province.name,
            association=found[0].edition.province.association,
            editions=tuple(facts_of(publication, publication.release) for publication in found),
        )
        for slug, found in grouped.items()
    ]


def province_public(slug: str) -> ProvinceEditions:
    """One province with its published editions.

    Raises:
        Province.DoesNotExist: no such province, or it has published nothing.
    """
    found = editions_public(Province.objects.get(slug=slug))
    if not found:
        raise Province.DoesNotExist
    return found[0]
