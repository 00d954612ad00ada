"""Values from administrative records: what is there and what is missing, by unit, by workbook, and their documents."""

from pathlib import PurePosixPath

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, given, posted
from surveys.enums import NOT_FROZEN
from surveys.models import Edition
from surveys.rules import may_enter_records
from surveys.selectors.records import documents_of, rated_with_block, records_of
from surveys.services.record_lines import record_lines, records_standing, records_workbook
from surveys.services.records import (
    DocumentTwice,
    RecordsFaults,
    RecordsFaulty,
    document_add,
    record_remove,
    records_import,
    records_save,
)
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.record_forms import DocumentForm, RecordsFileForm, UnitRecordsForm
from surveys.web.staff.workbook import FAULTS_SHOWN, XLSX

Context = dict[str, object]


@require_http_methods(["GET", "HEAD", "POST"])
def records(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Every unit with what is known of it; a workbook of values is checked and taken over as a whole."""
    edition = _edition(request, edition_id)
    form = RecordsFileForm(**given(request))
    context: Context = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            changed = records_import(edition=edition, by=request.user, now=timezone.now(), **form.facts())
            messages.success(request, _changed(changed))
            return redirect("staff:records", edition.pk)
        except RecordsFaults as refusal:
            context |= {"faults": refusal.faults[:FAULTS_SHOWN], "fault_count": len(refusal.faults)}
    return _page(request, edition, context)


def _changed(count: int) -> str:
    words = ngettext("%(count)d value was taken over.", "%(count)d values were taken over.", count)
    return words % {"count": count} if count else _("Nothing is different from what was there.")


def _edition(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_enter_records(request.user, edition.province))
    return edition


def _page(request: StaffRequest, edition: Edition, context: Context) -> HttpResponse:
    shown: Context = {"form": RecordsFileForm(None, None), "document_form": DocumentForm(None, None), **context}
    wrong = request.method == "POST"
    facts: Context = {
        "edition": edition,
        "province": edition.province,
        "standing": records_standing(edition),
        "documents": documents_of(edition),
        "enterable": edition.state in NOT_FROZEN,
    }
    return render(request, "staff/records/list.html", {**facts, **shown}, status=422 if wrong else 200)


@require_safe
def records_file(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The workbook of records: a line for every unit and indicator, with the values that are there."""
    edition = _edition(request, edition_id)
    response = HttpResponse(records_workbook(edition), content_type=XLSX)
    name = f"ddci-{edition.province.slug}-{edition.year}-records.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def records_unit(request: StaffRequest, edition_id: int, block_unit_id: int) -> HttpResponse:
    """All values of one unit in one form; every fault is shown at its field and nothing is saved before all hold."""
    edition = _edition(request, edition_id)
    rated = get_object_or_404(rated_with_block(edition), pk=block_unit_id)
    lines = record_lines(edition=edition, rated=rated)
    form = UnitRecordsForm(posted(request), lines=lines, documents=[each.title for each in documents_of(edition)])
    if request.method == "POST" and form.is_valid():
        try:
            entries, confirmed = form.entries(rated.unit.code), form.cleaned_data["confirmed"]
            changed = records_save(
                edition=edition, entries=entries, confirmed=confirmed, by=request.user, now=timezone.now()
            )
            messages.success(request, _changed(changed))
            return redirect("staff:records", edition.pk)
        except RecordsFaulty as refusal:
            form.problems_add(refusal.problems)
    context = {"edition": edition, "province": edition.province, "rated": rated, "form": form}
    context["enterable"] = edition.state in NOT_FROZEN
    return render(request, "staff/records/unit.html", context, status=422 if form.errors else 200)


@require_POST
def record_delete(request: StaffRequest, edition_id: int, value_id: int) -> HttpResponse:
    """Take one value out again."""
    edition = _edition(request, edition_id)
    value = get_object_or_404(records_of(edition), pk=value_id)
    record_remove(edition=edition, value=value, by=request.user, now=timezone.now())
    messages.success(request, _("The value was taken out."))
    return redirect("staff:records-unit", edition.pk, value.block_unit_id)


@require_POST
def record_document(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Keep a document on which values rest."""
    edition = _edition(request, edition_id)
    form = DocumentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            document_add(edition=edition, by=request.user, now=timezone.now(), **form.facts())
            messages.success(request, _("The document was added."))
            return redirect("staff:records", edition.pk)
        except DocumentTwice as refusal:
            form.add_error("title", str(refusal))
    return _page(request, edition, {"document_form": form})


@require_safe
def record_document_file(request: StaffRequest, edition_id: int, document_id: int) -> HttpResponseBase:
    """The file of a document, for those who enter records; it is never shown inside a page."""
    edition = _edition(request, edition_id)
    document = get_object_or_404(documents_of(edition), pk=document_id)
    if not document.file:
        raise Http404
    return FileResponse(
        document.file.open("rb"), as_attachment=True, filename=PurePosixPath(str(document.file.name)).name
    )
