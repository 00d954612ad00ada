"""The release an address asks for, and whether the reader already has that page."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag

from reports.selectors.files import files_stamp
from reports.selectors.publications import publication_latest, publication_release
from scoring.models import Publication

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Publication, P], HttpResponse]
HOUR = 3600
KNOWN_QUERY = {"release", "sort", "order"}


def release_or_404(province: str, year: int, release: str | None) -> Publication:
    """The newest release, or the one asked for by `?release=`."""
    try:
        if release is None:
            return publication_latest(province, year)
        return publication_release(province, year, int(release))
    except (Publication.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error


def of_release(view: View[P]) -> Callable[..., HttpResponseBase]:
    """A page of a release: 404 unless published, 304 if the reader has it, else the page with its marks.

    The same marks mean the same page, so a page is made once an hour and kept.
    """

    @wraps(view)
    def page(request: HttpRequest, province: str, year: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        publication = release_or_404(province, year, request.GET.get("release"))
        etag, modified = _marks(request, publication)
        unchanged = get_conditional_response(request, etag=etag, last_modified=int(modified.timestamp()))
        response = unchanged or _kept(request, etag, lambda: view(request, publication, *args, **kwargs))
        response.headers["ETag"] = etag
        response.headers["Last-Modified"] = http_date(modified.timestamp())
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
        return response

    return page


def _kept(request: HttpRequest, etag: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page made before under these marks; addresses with a query of somebody's own invention are not kept."""
    if not set(request.GET) <= KNOWN_QUERY:
        return make()
    content = cache.get(f"page:{etag}")
    if content is not None:
        return HttpResponse(content)
    response = make()
    cache.set(f"page:{etag}", response.content, HOUR)
    return response


def _marks(request: HttpRequest, publication: Publication) -> tuple[str, datetime]:
    """Results never change; files are added, names and reviews may be edited: an hour at most until these show."""
    newest = publication_latest(publication.edition.province.slug, publication.edition.year)
    stamp = files_stamp(publication)
    hour = int(timezone.now().timestamp()) // HOUR
    seen: tuple[Any, ...] = (request.get_full_path(), publication.pk, newest.pk, stamp, hour, _product_stamp())
    modified = max(moment for moment in (newest.published_at, stamp.made_at) if moment)
    return quote_etag(hashlib.sha256(repr(seen).encode()).hexdigest()[:32]), modified


@lru_cache
def _product_stamp() -> float:
    """When the templates last changed: a new version of the product shows new pages."""
    folder: Path = settings.BASE_DIR / "templates"
    return max(path.stat().st_mtime for path in folder.rglob("*.html"))
