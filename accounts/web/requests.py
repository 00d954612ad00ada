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


def given(request: HttpRequest) -> dict[str, Any]:
    """What was sent by POST with its files, as arguments of a form."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {"data": None, "files": None}
