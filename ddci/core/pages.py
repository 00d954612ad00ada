"""Pages that belong to no app: refusals by status, the health check."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from ddci.core.errors import Refusal


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal's status (400, 403, 409, 429) with its sentence."""
    context = {"sentence": str(refusal), "code": refusal.code}
    return render(request, f"{refusal.status}.html", context, status=refusal.status)


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
