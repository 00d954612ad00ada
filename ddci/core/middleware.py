"""Layers round every view: one log line without personal data, codes kept from leaking, refusals shown as pages."""

import re
import secrets
import time
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from ddci.core.errors import Refusal
from ddci.core.logs import RESPONDENT_PATH
from ddci.core.pages import DATABASE_AWAY, away_page, database_away_log, refusal_page

log = structlog.get_logger("ddci.request")
GZIP = re.compile(r"\bgzip\b")
GZIP_LEVEL, FEWEST_BYTES = 3, 200
Answer = Callable[[HttpRequest], HttpResponse]


def request_log(get_response: Answer) -> Answer:
    """Logs method, route name, status and milliseconds: never the address (it can hold a code), never a user or an IP
    address.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.view_name if match else "",
            status=response.status_code,
            milliseconds=round((time.perf_counter() - begun) * 1000),
        )
        return response

    return middleware


def codes_stay_here(get_response: Answer) -> Answer:
    """No page whose address can hold a respondent's code tells that address to anybody, nor is kept: also those that
    no view answers (unknown addresses, faults), whose style sheets would else be asked for with it in `Referer`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if RESPONDENT_PATH.search(request.path):
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


class gzip_quickly(GZipMiddleware):  # noqa: N801 - a middleware is named like the functions beside it
    """Django's, with its guard against guessing what is compressed, at a level that takes a quarter of the time for a
    tenth more bytes; fonts are packed already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("font/"):
            return response
        if not isinstance(response, HttpResponse) or len(response.content) < FEWEST_BYTES or "ETag" in response:
            return super().process_response(request, response)
        if "Content-Encoding" in response or not GZIP.search(request.headers.get("Accept-Encoding", "")):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        packed = BytesIO()
        name = secrets.token_hex(secrets.randbelow(self.max_random_bytes // 2) + 1)
        with GzipFile(filename=name, mode="wb", compresslevel=GZIP_LEVEL, fileobj=packed, mtime=0) as file:
            file.write(response.content)
        response.content = packed.getvalue()
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        return response


class refusals_become_pages:  # noqa: N801 - a middleware is named like the functions beside it
    """A `Refusal` that rises out of a view becomes the page of its status, with its sentence; a database that does not
    answer, or can write no more, a page that says so. What the request was to write is undone as a whole then.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DATABASE_AWAY):
            database_away_log(exception)
            return away_page(request)
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
