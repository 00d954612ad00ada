"""Delivery reports of SMS and Zalo gateways, by POST with a word that only they know."""

import hmac
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from surveys.messages.returns import report_of
from surveys.services.returns import return_note

LONGEST = 1_000_000


@login_not_required
@csrf_exempt
@require_POST
def delivery_report(request: HttpRequest) -> JsonResponse:
    """One report, or a list of them; says how many were about messages of ours."""
    if not _known(request):
        return JsonResponse({"code": "not_known"}, status=403)
    try:
        data = json.loads(request.body[:LONGEST])
    except ValueError:
        return JsonResponse({"code": "not_json"}, status=400)
    reports = [report_of(each) for each in (data if isinstance(data, list) else [data])]
    noted = sum(return_note(found=each) for each in reports if each is not None)
    return JsonResponse({"noted": noted})


def _known(request: HttpRequest) -> bool:
    word = str(settings.REPORT_TOKEN)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(word) and hmac.compare_digest(given.encode(), word.encode())
