"""What every public page carries beside its own content: address, other language, way back, releases."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import gettext as _

from reports.selectors.publications import ProvinceEditions, PublicationFacts, facts_of, publications_of
from scoring.models import Publication


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True)
class Addresses:
    """Full addresses of a page for search engines: itself, and in each language."""

    canonical: str
    alternates: tuple[tuple[str, str], ...]


def addresses(request: HttpRequest, query: str = "") -> Addresses:
    path = request.path + (f"?{query}" if query else "")
    found = [(code, f"{settings.SITE_URL}{translate_url(path, code)}") for code, _name in settings.LANGUAGES]
    return Addresses(f"{settings.SITE_URL}{path}", (*found, ("x-default", found[0][1])))


def plain_context(request: HttpRequest, *crumbs: Crumb) -> dict[str, Any]:
    """For pages that belong to no release."""
    trail = [Crumb(_("Home"), reverse("public:home")), *crumbs]
    return {"addresses": addresses(request), "crumbs": trail if crumbs else []}


def release_context(request: HttpRequest, publication: Publication, *crumbs: Crumb) -> dict[str, Any]:
    """For pages of a release. `release_query` is "" for the newest release, else what links must carry on."""
    releases = publications_of(publication.edition)
    facts = facts_of(publication, releases[0].release)
    query = urlencode({"release": facts.release}) if facts.superseded else ""
    ranking = reverse("public:ranking", args=[facts.province_slug, facts.year])
    trail = [
        Crumb(_("Home"), reverse("public:home")),
        Crumb(facts.province_name, reverse("public:province", args=[facts.province_slug])),
        Crumb(facts.title, f"{ranking}?{query}" if query else ranking),
        *crumbs,
    ]
    return {
        "addresses": addresses(request, query),
        "crumbs": trail,
        "facts": facts,
        "releases": [facts_of(found, releases[0].release) for found in releases],
        "release_query": f"?{query}" if query else "",
        "simulated": facts.simulated,
    }


def simulated_only(provinces: list[ProvinceEditions]) -> bool:
    """Whether everything that is listed is simulated."""
    found: list[PublicationFacts] = [edition for province in provinces for edition in province.editions]
    return bool(found) and all(edition.simulated for edition in found)
