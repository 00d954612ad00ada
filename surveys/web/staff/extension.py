"""More time for answering: a new last day with a reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from ddci.core.errors import Invalid
from surveys.rules import may_prepare_edition
from surveys.services.fieldwork import edition_extend
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.extension_forms import ExtensionForm


@require_http_methods(["GET", "HEAD", "POST"])
def edition_extend_step(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Ask for the new day and why, then move it."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    form = ExtensionForm(posted(request))
    if form.is_valid():
        try:
            now = timezone.now()
            edition_extend(edition=edition, by=request.user, now=now, today=timezone.localdate(now), **form.facts())
            messages.success(request, _("The new last day holds now. Businesses read it on their first page."))
            return redirect("staff:monitor", edition.pk)
        except Invalid as refusal:
            form.add_error("closes_on", str(refusal))
    context = {"edition": edition, "province": edition.province, "form": form}
    return render(request, "staff/monitor/extend.html", context, status=422 if form.errors else 200)
