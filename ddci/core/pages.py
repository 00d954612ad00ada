"""Pages that belong to no app: refusals by status, the health check."""

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.cache import never_cache

from ddci.core.errors import Refusal

# Gone, going, full, or waited for too long.
DATABASE_AWAY = (OperationalError, InterfaceError)
RETRY_AFTER = "30"
log = structlog.get_logger("ddci.database")


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal's status (400, 403, 409, 429) with its sentence."""
    context = {"sentence": str(refusal), "code": refusal.code}
    return render(request, f"{refusal.status}.html", context, status=refusal.status)


def away_page(request: HttpRequest) -> HttpResponse:
    """Something that is needed does not answer: without a session or a query, which would need it too."""
    response = HttpResponse(get_template("503.html").render(), status=503)
    response["Retry-After"] = RETRY_AFTER
    return response


def database_away_log(error: Exception) -> None:
    """For whoever looks after the server: what kind of trouble, never the statement or its values."""
    log.error("database", kind=type(error.__cause__ or error).__name__)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503."""
    well = _database_answers()
    return JsonResponse({"status": "ok" if well else "database unavailable"}, status=200 if well else 503)
