"""Stored files, as they were made."""

from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from reports.models import ReportFile
from reports.selectors.files import file_get

TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}
COMPRESSED = {"pdf", "xlsx", "zip"}
YEAR = 31_536_000


@require_safe
def file(request: HttpRequest, province: str, year: int, name: str) -> HttpResponseBase:
    """A file to keep: its name holds its release, so the same address gives the same bytes for ever."""
    try:
        found = file_get(province, year, name)
    except ReportFile.DoesNotExist as error:
        raise Http404 from error
    etag, modified = quote_etag(found.sha256), int(found.made_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    response: HttpResponse | FileResponse = unchanged or _sent(found)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


def _sent(found: ReportFile) -> FileResponse:
    response = FileResponse(found.file.open("rb"), content_type=TYPES[found.format])
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if found.format in COMPRESSED:
        # The middleware would compress them once more and hide their size.
        response.headers["Content-Encoding"] = "identity"
    return response
