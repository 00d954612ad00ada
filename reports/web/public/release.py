"""The release an address asks for, and whether the reader already has that page."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag

from reports.selectors.files import files_stamp
from reports.selectors.publications import publication_latest, publication_release
from scoring.models import Publication

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Publication, P], HttpResponse]
HOUR = 3600
COLUMNS = {"rank", "name", "total", "band", "n"}


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
        make = partial(view, request, publication, *args, **kwargs)
        response = unchanged or (_kept(etag, make) if _led_to(request.GET, publication) else make())
        response.headers["ETag"] = etag
        response.headers["Last-Modified"] = http_date(modified.timestamp())
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
        return response

    return page


def _led_to(query: QueryDict, publication: Publication) -> bool:
    """Whether our own links have such a query; pages of invented ones are not kept, lest they fill the cache."""
    blocks = publication.run.recipe.content["blocks"].values()
    columns = {item["code"] for block in blocks for item in block["sub_indices"]}
    known = {"release": {str(publication.release)}, "sort": COLUMNS | columns, "order": {"asc", "desc"}}
    return all(len(values) == 1 and values[0] in known.get(name, ()) for name, values in query.lists())


def _kept(etag: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page made before under these marks."""
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
