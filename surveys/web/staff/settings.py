"""Settings of an edition that may change after its workbook was imported; which units are withheld."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from surveys.models import Edition
from surveys.rules import may_prepare_edition
from surveys.selectors.units import rated_units
from surveys.services.edition_settings import EndsBeforeStart, edition_settings_change
from surveys.services.units import ReasonNeeded, unit_withhold
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.forms import SettingsForm, WithholdForm


@require_http_methods(["GET", "HEAD", "POST"])
def edition_settings(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Days, minutes, the minimum for a rank, whether units read first."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    form = SettingsForm(posted(request), edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            edition_settings_change(edition=edition, settings=form.settings(), by=request.user, now=timezone.now())
            messages.success(request, _("The settings were saved."))
            return redirect("staff:edition-settings", edition.pk)
        except EndsBeforeStart as refusal:
            form.add_error("closes_on", str(refusal))
    return _page(request, edition, form, WithholdForm(edition=edition))


@require_POST
def edition_withhold(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Withhold a unit with a reason."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    form = WithholdForm(request.POST, edition=edition)
    if form.is_valid():
        try:
            unit_withhold(**form.facts(), withheld=True, by=request.user, now=timezone.now())
            messages.success(request, _("The unit is withheld. The next scoring run follows it."))
            return redirect("staff:edition-settings", edition.pk)
        except ReasonNeeded as refusal:
            form.add_error("reason_vi", str(refusal))
    return _page(request, edition, SettingsForm(None, edition=edition), form)


@require_POST
def edition_unwithhold(request: StaffRequest, edition_id: int, block_unit_id: int) -> HttpResponse:
    """Withhold a unit no longer."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    block_unit = get_object_or_404(rated_units(edition), pk=block_unit_id)
    unit_withhold(block_unit=block_unit, withheld=False, by=request.user, now=timezone.now())
    messages.success(request, _("The unit is no longer withheld. The next scoring run follows it."))
    return redirect("staff:edition-settings", edition.pk)


def _page(request: StaffRequest, edition: Edition, form: SettingsForm, withhold: WithholdForm) -> HttpResponse:
    withheld = rated_units(edition).filter(withheld=True)
    context = {"edition": edition, "province": edition.province, "form": form, "withhold": withhold}
    wrong = bool(form.errors or withhold.errors)
    return render(request, "staff/settings.html", context | {"withheld": withheld}, status=422 if wrong else 200)
