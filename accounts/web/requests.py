"""The request behind a closed door: somebody is signed in."""

from typing import Any

from django.http import HttpRequest, QueryDict

from accounts.models import User


class StaffRequest(HttpRequest):
    """What every staff view is given: the middleware sent everybody else to sign in."""

    user: User


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent by POST, for a form; None by any other method. An empty POST fills a form with nothing."""
    return request.POST if request.method == "POST" else None


def typed(request: HttpRequest, name: str, longest: int) -> str:
    """A text sent by POST without blank edges and NUL, which PostgreSQL does not take."""
    return str(request.POST.get(name, "")).replace("\0", "").strip()[:longest]


def given(request: HttpRequest) -> dict[str, Any]:
    """What was sent by POST with its files, as arguments of a form."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {"data": None, "files": None}
