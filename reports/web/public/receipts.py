"""Receipts: after closing, everybody can check that a receipt code stands in the list of answers that were counted.

The code is sent by POST so that it stands in no address and no log; nothing is remembered, so no token against forged
forms is needed.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from reports.web.public.frame import Crumb, plain_context
from surveys.enums import EditionState
from surveys.models import Edition
from surveys.selectors.ballots import ballot_box_of, receipts_of
from surveys.selectors.editions import EditionUnknown, edition_at
from surveys.selectors.invitations import receipt_sha256

LONGEST_CODE = 40


def edition_or_404(province: str, year: int) -> Edition:
    """An edition that has opened, whether or not its results are published."""
    try:
        found = edition_at(f"{province}/{year}")
    except EditionUnknown as error:
        raise Http404 from error
    if found.state == EditionState.DRAFT:
        raise Http404
    return found


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receipts(request: HttpRequest, province: str, year: int) -> HttpResponse:
    """How many receipts there are, and whether one code is among them."""
    edition = edition_or_404(province, year)
    listed = [] if edition.state == EditionState.OPEN else receipts_of(edition)
    context = plain_context(request, Crumb(edition.province.name), Crumb(edition.title), Crumb(_("Receipts")))
    context |= {"edition": edition, "listed": len(listed), "waits": edition.state == EditionState.OPEN}
    context |= {"box": ballot_box_of(edition), "simulated": edition.is_simulated}
    typed = request.POST.get("code", "")[:LONGEST_CODE]
    if request.method == "POST" and typed.strip() and not context["waits"]:
        digest = receipt_sha256(typed)
        context |= {"asked": True, "typed": typed, "digest": digest, "found": digest in listed}
    response = render(request, "reports/screen/receipts.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def receipts_file(request: HttpRequest, province: str, year: int) -> HttpResponse:
    """The list itself: one SHA-256 per line, in alphabetical order."""
    edition = edition_or_404(province, year)
    if edition.state == EditionState.OPEN:
        raise Http404
    response = HttpResponse("\n".join([*receipts_of(edition), ""]), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipts-{province}-{year}.txt"'
    return response
