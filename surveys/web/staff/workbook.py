"""The workbook of an edition: uploaded and checked as a whole, its template, and the framework as it stands."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import require
from accounts.web.doors import province_or_404
from accounts.web.requests import StaffRequest, given
from surveys.rules import may_prepare_edition, may_see_edition
from surveys.services.edition_import import (
    EditionHasOpened,
    WorkbookFaults,
    edition_import,
    workbook_export,
    workbook_template,
)
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.forms import WorkbookForm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
def edition_import_page(request: StaffRequest, slug: str) -> HttpResponse:
    """Make an edition from a workbook, or show everything that is wrong with it and keep nothing."""
    province = province_or_404(request, slug)
    require(may_prepare_edition(request.user, province))
    form = WorkbookForm(**given(request))
    context: dict[str, object] = {"province": province, "form": form}
    if request.method == "POST" and form.is_valid():
        workbook = form.cleaned_data["workbook"].read()
        try:
            edition = edition_import(workbook=workbook, province=province, by=request.user, now=timezone.now())
            messages.success(request, _("“%(edition)s” was imported.") % {"edition": edition.title})
            return redirect("staff:edition", edition.pk)
        except WorkbookFaults as refusal:
            context |= {"faults": refusal.faults[:FAULTS_SHOWN], "fault_count": len(refusal.faults)}
        except EditionHasOpened as refusal:
            form.add_error("workbook", str(refusal))
    return render(request, "staff/import.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def workbook_template_file(request: StaffRequest) -> HttpResponse:
    """An empty workbook with explanations. The same for everybody who is signed in: it holds no data."""
    return _file(workbook_template(), "ddci-template.xlsx")


@require_safe
def edition_export(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The framework of an edition as a workbook that can be imported again."""
    edition = edition_or_404(request, edition_id)
    require(may_see_edition(request.user, edition))
    return _file(workbook_export(edition), f"ddci-{edition.province.slug}-{edition.year}.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
