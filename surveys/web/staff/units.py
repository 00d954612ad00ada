"""The units of a province: their names and days, what became of them, and who reads their feedback."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.services import NameNeeded
from accounts.web.doors import province_or_404
from accounts.web.members import password_mail
from accounts.web.requests import StaffRequest, posted
from ddci.core.errors import Invalid
from surveys.enums import LineageKind
from surveys.models import Unit
from surveys.rules import may_change_units, may_see_units
from surveys.selectors.units import lineage_of, readers_of, units_of
from surveys.services.units import LineageInvalid, lineage_add, reader_grant, reader_revoke, unit_change
from surveys.web.staff.forms import LineageForm, ReaderForm, UnitForm


@require_safe
def units(request: StaffRequest, slug: str) -> HttpResponse:
    """All units of the province, of today and of before."""
    province = province_or_404(request, slug)
    require(may_see_units(request.user, province))
    manages = may_change_units(request.user, province)
    return render(request, "staff/units.html", {"province": province, "units": units_of(province), "manages": manages})


@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: StaffRequest, slug: str, code: str) -> HttpResponse:
    """One unit; a manager corrects its names and days here."""
    found = _unit_to_change(request, slug, code)
    form = UnitForm(posted(request), unit=found)
    if request.method == "POST" and form.is_valid():
        unit_change(unit=found, facts=form.facts(), by=request.user, now=timezone.now())
        messages.success(request, _("The unit was saved."))
        return redirect("staff:unit", slug, code)
    return _page(request, found, {"form": form})


@require_POST
def unit_lineage(request: StaffRequest, slug: str, code: str) -> HttpResponse:
    """Record what became of the unit."""
    found = _unit_to_change(request, slug, code)
    form = LineageForm(request.POST, unit=found)

    def add() -> None:
        facts = {**form.cleaned_data, "kind": LineageKind(form.cleaned_data["kind"])}
        lineage_add(predecessor=found, **facts, by=request.user, now=timezone.now())
        messages.success(request, _("The fate of the unit was recorded."))

    if _done(form, add, "successor", LineageInvalid):
        return redirect("staff:unit", slug, code)
    return _page(request, found, {"lineage_form": form})


@require_POST
def unit_reader_add(request: StaffRequest, slug: str, code: str) -> HttpResponse:
    """Let a person read the unit's feedback; a new account gets a link to set its password."""
    found = _unit_to_change(request, slug, code)
    form = ReaderForm(request.POST)

    def add() -> None:
        reader, created = reader_grant(unit=found, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("%(person)s now reads the page of this unit.") % {"person": str(reader.user)})
        if created:
            password_mail(request, reader.user)

    if _done(form, add, "full_name", NameNeeded):
        return redirect("staff:unit", slug, code)
    return _page(request, found, {"reader_form": form})


@require_POST
def unit_reader_remove(request: StaffRequest, slug: str, code: str, reader_id: int) -> HttpResponse:
    """The person no longer reads the unit's feedback before others."""
    found = _unit_to_change(request, slug, code)
    reader = get_object_or_404(readers_of(found), pk=reader_id)
    person = str(reader.user)
    reader_revoke(reader=reader, by=request.user, now=timezone.now())
    messages.success(request, _("%(person)s no longer reads the page of this unit.") % {"person": person})
    return redirect("staff:unit", slug, code)


def _unit_to_change(request: StaffRequest, slug: str, code: str) -> Unit:
    province = province_or_404(request, slug)
    require(may_change_units(request.user, province))
    return get_object_or_404(units_of(province).select_related("province"), code=code)


def _done(form: forms.Form, act: Callable[[], None], field: str, refusals: type[Invalid]) -> bool:
    """Whether the form was right and the act went through; a refusal is written to the field."""
    if not form.is_valid():
        return False
    try:
        act()
    except refusals as refusal:
        form.add_error(field, str(refusal))
        return False
    return True


def _page(request: StaffRequest, found: Unit, given: dict[str, forms.Form]) -> HttpResponse:
    context = {
        "province": found.province,
        "unit": found,
        "form": UnitForm(None, unit=found),
        "lineage_form": LineageForm(None, unit=found),
        "reader_form": ReaderForm(),
        "lineage": lineage_of(found),
        "readers": readers_of(found),
    } | given
    status = 422 if any(form.errors for form in given.values()) else 200
    return render(request, "staff/unit.html", context, status=status)
