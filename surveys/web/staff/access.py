"""Public ways into an edition: switched on and off by the manager."""

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from surveys.enums import NOT_CLOSED
from surveys.models import Edition
from surveys.rules import may_open_ways
from surveys.selectors.access import access_of
from surveys.services.access import access_change
from surveys.web.staff.call_forms import WaysForm
from surveys.web.staff.doors import edition_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def access(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Which ways are open, their address to pass on, and how many links they gave today."""
    edition = edition_or_404(request, edition_id)
    require(may_open_ways(request.user, edition))
    found = access_of(edition)
    initial = {name: getattr(found, name) for name in WaysForm.base_fields}
    form = WaysForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        access_change(edition=edition, ways=form.ways(), by=request.user, now=timezone.now())
        messages.success(request, _("The choice is saved."))
        return redirect("staff:access", edition.pk)
    context = _context(edition) | {"form": form, "access": found}
    return render(request, "staff/access.html", context, status=422 if form.errors else 200)


def _context(edition: Edition) -> dict[str, object]:
    address, found = _address(edition), access_of(edition)
    return {
        "edition": edition,
        "province": edition.province,
        "address": address,
        "drawing": str(segno.make(address, error="m").svg_inline(scale=3, border=2, omitsize=False)),
        "assisted": _absolute("answering:assisted"),
        "changeable": edition.state in NOT_CLOSED,
        "today": found.counted if found.counted_on == timezone.localdate() else 0,
    }


def _address(edition: Edition) -> str:
    return _absolute("answering:join", edition.province.slug, edition.year)


def _absolute(name: str, *args: object) -> str:
    """An address to pass on, in Vietnamese whatever language the member of staff reads."""
    with translation.override("vi"):
        return str(settings.SITE_URL) + reverse(name, args=args)
