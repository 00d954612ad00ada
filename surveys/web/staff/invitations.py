"""Who is invited: the list, new invitations, the codes for letters and messages. For managers only."""

import csv

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, given
from ddci.core.text import csv_cell
from surveys.enums import NOT_CLOSED
from surveys.models import Edition
from surveys.rules import may_invite
from surveys.selectors.guests import addresses_invited, invitations_of
from surveys.selectors.monitor import participation_of
from surveys.services.codes import Letter, codes_hand_out
from surveys.services.invitations import Guest, GuestInvalid, WeightsDiffer, invitations_create
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.forms import GuestFilterForm, GuestListForm
from surveys.web.staff.guest_list import RowFault, guests_read

ROWS_ON_A_PAGE = 50
FAULTS_SHOWN = 200


@require_safe
def invitations(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The invited businesses with how far each came; never what it answered."""
    edition = edition_or_404(request, edition_id)
    require(may_invite(request.user, edition))
    form = GuestFilterForm(request.GET, edition=edition)
    page = Paginator(invitations_of(edition, **form.wanted()), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = _context(edition) | {"form": form, "page_obj": page, "query": query.urlencode()}
    return render(request, "staff/invitations.html", context | {"participation": participation_of(edition)})


@require_http_methods(["GET", "HEAD", "POST"])
def invitations_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Invite the businesses of a list; if anything is wrong with it, nobody is invited and all faults are shown."""
    edition = edition_or_404(request, edition_id)
    require(may_invite(request.user, edition))
    form = GuestListForm(**given(request))
    faults: list[RowFault] = []
    if request.method == "POST" and form.is_valid():
        guests, faults = guests_read(form.content(), invited=addresses_invited(edition))
        if not faults and _invited(request, edition, guests, form):
            sentence = ngettext("%(count)d business invited.", "%(count)d businesses invited.", len(guests))
            messages.success(request, sentence % {"count": len(guests)})
            return redirect("staff:invitations", edition.pk)
    wrong = bool(faults or form.errors)
    context = _context(edition) | {"form": form, "faults": faults[:FAULTS_SHOWN], "fault_count": len(faults)}
    return render(request, "staff/invitations_new.html", context, status=422 if wrong else 200)


def _invited(request: StaffRequest, edition: Edition, guests: list[Guest], form: GuestListForm) -> bool:
    """Whether the list could be invited; if not, the form says why."""
    try:
        invitations_create(edition=edition, guests=guests, by=request.user, now=timezone.now())
    except (GuestInvalid, WeightsDiffer) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_POST
@cache_control(no_store=True)
def invitations_codes(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Codes and links of everybody who has not completed yet, as a file. It is recorded."""
    edition = edition_or_404(request, edition_id)
    require(may_invite(request.user, edition))
    letters = codes_hand_out(edition=edition, by=request.user, now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="codes-{edition.province.slug}-{edition.year}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["name", "email", "stratum", "code", "link"])
    for each in letters:
        writer.writerow([*map(csv_cell, (each.name, each.email, each.stratum)), each.code_printed, _link(each)])
    return response


def _context(edition: Edition) -> dict[str, object]:
    return {"edition": edition, "province": edition.province, "takes_guests": edition.state in NOT_CLOSED}


def _link(letter: Letter) -> str:
    """The respondent's link, in Vietnamese whatever language the member of staff reads."""
    with translation.override("vi"):
        return str(settings.SITE_URL) + reverse("answering:start", args=[letter.code])
