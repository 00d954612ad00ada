"""How fieldwork goes, in counts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest
from surveys.rules import may_see_edition
from surveys.selectors import monitor
from surveys.selectors.ballots import boxes_of
from surveys.web.staff.doors import edition_or_404


@require_safe
def responses(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Counts by block and unit, stratum, channel and profile band."""
    edition = edition_or_404(request, edition_id)
    require(may_see_edition(request.user, edition))
    context = {
        "edition": edition,
        "province": edition.province,
        "participation": monitor.participation_of(edition),
        "time_passed": monitor.share_of_time(edition, timezone.localdate()),
        "blocks": monitor.block_counts(edition),
        "strata": monitor.stratum_counts(edition),
        "channels": monitor.channel_counts(edition),
        "sealed": boxes_of(edition).all > 0,
        "bands": monitor.band_counts(edition),
        "hidden_most": monitor.HIDDEN_BELOW - 1,
    }
    return render(request, "staff/responses.html", context)
