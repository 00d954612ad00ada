"""Importing the frame: upload, confirm the columns, watch, read what was rejected. For managers."""

import csv
import io

import xlsxwriter
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest, given, posted, typed
from ddci.core.errors import Invalid
from ddci.core.text import csv_cell
from surveys.enums import FrameFault
from surveys.models import FrameImport
from surveys.population.columns import FIELDS, mapping_guess
from surveys.selectors.frame import band_options, fault_counts, faults_of, imports_of, mapping_remembered
from surveys.services.frame_imports import (
    ColumnMissing,
    ColumnTwice,
    FaultyRow,
    ImportUnderway,
    faults_hand_out,
    frame_import_start,
    frame_preview,
    frame_upload,
)
from surveys.services.frame_rows import Reading
from surveys.web.staff.frame import frame_or_404, words_of
from surveys.web.staff.frame_forms import ColumnsForm, FrameFileForm

FAULTS_SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def frame_import(request: StaffRequest, slug: str) -> HttpResponse:
    """Upload a file; nothing is taken over before its columns are confirmed."""
    province = frame_or_404(request, slug)
    form = FrameFileForm(**given(request))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = frame_upload(
                province=province, name=file.name, data=file.read(), by=request.user, now=timezone.now()
            )
            return redirect("staff:frame-columns", slug, kept.pk)
        except Invalid as refusal:
            form.add_error("file", str(refusal))
    context = {"province": province, "form": form, "fields": FIELDS.values()}
    return render(request, "staff/frame/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def frame_columns(request: StaffRequest, slug: str, import_id: int) -> HttpResponse:
    """Which column is which: guessed, shown on the first rows, confirmed. Then the import begins."""
    province = frame_or_404(request, slug)
    found = get_object_or_404(imports_of(province), pk=import_id)
    if found.job is not None or found.finished_at:
        return redirect("staff:frame-import-result", slug, found.pk)
    guess = mapping_guess(found.headings, mapping_remembered(province))
    form = ColumnsForm(posted(request), frame_import=found, guess=guess)
    if request.method == "POST" and typed(request, "action", 10) == "import" and _started(request, found, form):
        return redirect("staff:frame-import-result", slug, found.pk)
    mapping = form.mapping() if not form.is_bound or form.is_valid() else guess
    grid, reading = frame_preview(frame_import=found, mapping=mapping, now=timezone.now())
    context = {
        "province": province,
        "found": found,
        "form": form,
        "grid": grid,
        "preview": _preview(reading, band_options(province)),
    }
    return render(request, "staff/frame/columns.html", context, status=422 if form.errors else 200)


def _started(request: StaffRequest, found: FrameImport, form: ColumnsForm) -> bool:
    """Whether the import could begin; if not, the form says why."""
    if not form.is_valid():
        return False
    whole = form.cleaned_data["whole"]
    try:
        frame_import_start(frame_import=found, mapping=form.mapping(), whole=whole, by=request.user, now=timezone.now())
    except (ColumnMissing, ColumnTwice, ImportUnderway) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _preview(reading: Reading, options: dict[str, dict[str, str]]) -> list[dict[str, object]]:
    """The first rows as they would be taken over, with what is wrong with each."""
    reasons: dict[int, list[str]] = {}
    for fault in reading.faults:
        words = f"{fault.reason.label} ({fault.value})" if fault.value else str(fault.reason.label)
        reasons.setdefault(fault.row, []).append(words)
    records = {reading.places[key]: record for key, record in reading.records.items()}
    return [
        {
            "row": row,
            "record": records.get(row),
            "bands": [
                words_of(getattr(records[row], name), options, name)
                for name in ("type", "locality", "sector", "size", "age")
            ]
            if row in records
            else [],
            "faults": reasons.get(row, []),
        }
        for row in sorted({*records, *reasons})
    ]


@require_safe
def frame_import_result(request: StaffRequest, slug: str, import_id: int) -> HttpResponse:
    """How far the import is; when it is done, the difference and what was rejected."""
    province = frame_or_404(request, slug)
    found = get_object_or_404(imports_of(province), pk=import_id)
    counts = [(FrameFault(reason).label, rejected, n) for reason, rejected, n in fault_counts(found)]
    context = {
        "province": province,
        "found": found,
        "job": job_facts(found.job) if found.job else None,
        "reasons": counts,
        "faults": [(fault, FIELDS.get(fault.column, "")) for fault in faults_of(found)[:FAULTS_SHOWN]],
        "fault_count": sum(n for _reason, _rejected, n in counts),
        "changes": [(FIELDS.get(field, _("back in the frame")), n) for field, n in found.changes.items()],
    }
    return render(request, "staff/frame/result.html", context)


@require_POST
@cache_control(no_store=True)
def frame_faults(request: StaffRequest, slug: str, import_id: int) -> HttpResponse:
    """Every rejected row with its reason, as CSV or XLSX, in the columns of the file that was sent. It is recorded."""
    province = frame_or_404(request, slug)
    found = get_object_or_404(imports_of(province), pk=import_id)
    rows = faults_hand_out(frame_import=found, by=request.user, now=timezone.now())
    table = [_fault_head(found), *(_fault_cells(row) for row in rows)]
    name = f"frame-faults-{province.slug}-{found.pk}"
    if request.POST.get("form") == "xlsx":
        response = HttpResponse(_xlsx(table), content_type=XLSX)
    else:
        response = HttpResponse(_csv(table), content_type="text/csv; charset=utf-8")
    kind = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _fault_head(found: FrameImport) -> list[str]:
    return [_("Row"), _("What happened"), _("Column"), _("Reason"), _("Cell"), *map(str, found.headings)]


def _fault_cells(row: FaultyRow) -> list[str]:
    happened = _("rejected") if row.rejected else _("taken over without this cell")
    return [str(row.row), happened, row.column, row.reason, row.value, *row.cells]


def _csv(table: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([csv_cell(cell) for cell in row] for row in table)
    return f"\ufeff{text.getvalue()}"


def _xlsx(table: list[list[str]]) -> bytes:
    """Every cell as text: a tax code keeps its zeros, and no cell is taken for a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return content.getvalue()
