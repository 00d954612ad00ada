"""The frozen dataset as labelled files: made by a job, taken away with a line in the audit trail."""

from pathlib import PurePosixPath

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import require
from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest
from surveys.enums import ExportKind
from surveys.models import DatasetExport, Edition
from surveys.rules import may_export_all, may_export_data
from surveys.selectors.datasets import datasets_of
from surveys.selectors.exports import exports_of
from surveys.sentences import change_sentence
from surveys.services.dataset_exports import GroupTooSmall, export_hand_out, export_start
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.export_forms import ExportForm

ROWS_ON_A_PAGE = 20


def edition_to_export(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_export_data(request.user, edition))
    return edition


@require_safe
def exports(request: StaffRequest, edition_id: int) -> HttpResponse:
    """What was made so far, and what can be made."""
    edition = edition_to_export(request, edition_id)
    return _page(request, edition, ExportForm(None, full=may_export_all(request.user, edition)))


def _page(request: StaffRequest, edition: Edition, form: ExportForm) -> HttpResponse:
    page = Paginator(exports_of(edition), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    waiting = next((each for each in page if each.job and not each.job.ended), None)
    context = {
        "edition": edition,
        "province": edition.province,
        "dataset": datasets_of(edition).first(),
        "form": form,
        "page": page,
        "rows": [(each, _may_take(request, each, edition), _told(each)) for each in page],
        "job": job_facts(waiting.job) if waiting and waiting.job else None,
        "may_all": may_export_all(request.user, edition),
    }
    return render(request, "staff/exports/exports.html", context, status=422 if form.errors else 200)


def _may_take(request: StaffRequest, export: DatasetExport, edition: Edition) -> bool:
    return bool(export.file) and (export.kind == ExportKind.RESEARCH or may_export_all(request.user, edition))


def _told(export: DatasetExport) -> list[str]:
    return [change_sentence(**change) for change in export.changes]


@require_POST
def export_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Have files made; the full version only by an analyst."""
    edition = edition_to_export(request, edition_id)
    form = ExportForm(request.POST, full=may_export_all(request.user, edition))
    if form.is_valid():
        kind = form.kind_chosen()
        require(kind == ExportKind.RESEARCH or may_export_all(request.user, edition))
        try:
            export_start(edition=edition, by=request.user, now=timezone.now(), kind=kind, **form.wanted())
            messages.success(request, _("The files are being written."))
            return redirect("staff:exports", edition.pk)
        except GroupTooSmall as refusal:
            form.add_error("fewest", str(refusal))
    return _page(request, edition, form)


@require_POST
def export_file(request: StaffRequest, edition_id: int, export_id: int) -> HttpResponseBase:
    """The archive; by POST, because that it was taken is written down."""
    edition = edition_to_export(request, edition_id)
    export = get_object_or_404(exports_of(edition), pk=export_id)
    require(export.kind == ExportKind.RESEARCH or may_export_all(request.user, edition))
    export_hand_out(export=export, by=request.user, now=timezone.now())
    name = PurePosixPath(str(export.file.name)).name
    return FileResponse(export.file.open("rb"), as_attachment=True, filename=name)
