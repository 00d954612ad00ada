"""What every API of the platform shares: read only, pages, one shape of error."""

from typing import TYPE_CHECKING, Any

from django.http import Http404
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from ddci.core.errors import Refusal

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ReadOnly(BasePermission):
    """GET, HEAD and OPTIONS for everybody; nothing else for anybody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return request.method in SAFE_METHODS


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=` (at most 500)."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500


def refusal_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """One shape for every error: `{"code": …, "message": …}`."""
    if isinstance(error, Refusal):
        return Response({"code": error.code, "message": str(error)}, status=error.status)
    from rest_framework.views import exception_handler  # noqa: PLC0415 - reads the settings that name us

    response = exception_handler(error, context)
    if response is not None:
        code = "not_found" if isinstance(error, Http404) else getattr(error, "default_code", "error")
        detail = response.data.get("detail", response.data) if isinstance(response.data, dict) else response.data
        response.data = {"code": code, "message": detail}
    return response
