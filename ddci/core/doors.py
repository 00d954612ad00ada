"""Doors are closed by default: every address asks for sign-in unless it was opened by name in the list of addresses."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver

Included = tuple[Any, str | None, str | None]


class ClosedDoors(LoginRequiredMiddleware):
    """Asks whether the address is open before it asks who is there, so that open pages never touch a session."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Sequence[Any],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, tuple(view_args), view_kwargs)


def opened(included: Included) -> Included:
    """What `include()` gave, with every view in it open to everybody: `path("s/", opened(include(…)))`."""
    _open(included[0].urlpatterns)
    return included


def _open(patterns: Iterable[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _open(pattern.url_patterns)
        elif pattern.callback is not None:
            login_not_required(pattern.callback)
