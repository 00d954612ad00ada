"""The call list of an edition for its manager: filter, give to interviewers, print or download."""

import csv
import io

import xlsxwriter
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest
from ddci.core.errors import Invalid
from ddci.core.text import csv_cell
from surveys.models import Edition
from surveys.rules import may_share_out_calls
from surveys.selectors.calls import CallRow, Wanted, call_rows, calls_found
from surveys.services.calls import NotAnInterviewer, calls_assign, calls_hand_out
from surveys.web.staff.call_forms import AssignForm, CallFilterForm
from surveys.web.staff.doors import edition_or_404

ROWS_ON_A_PAGE = 50
COLUMNS = (
    "number",
    "name",
    "phone",
    "address",
    "locality",
    "stratum",
    "interviewer",
    "attempts",
    "outcome",
    "call_back",
    "no_messages",
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def edition_to_call(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_share_out_calls(request.user, edition))
    return edition


@require_safe
def calls(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Who has not answered, with telephone, interviewer and what came of the attempts so far."""
    return _page(request, edition_to_call(request, edition_id))


def _page(request: StaffRequest, edition: Edition, fault: str = "") -> HttpResponse:
    form = CallFilterForm(request.GET, edition=edition)
    page = Paginator(calls_found(edition, form.wanted()), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "edition": edition,
        "province": edition.province,
        "form": form,
        "assign": AssignForm(edition=edition),
        "page_obj": page,
        "rows": call_rows(page, edition),
        "query": query.urlencode(),
        "fault": fault,
    }
    return render(request, "staff/calls/list.html", context, status=422 if fault else 200)


@require_POST
def calls_give(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Give the businesses of the filter, up to a number, to an interviewer."""
    edition = edition_to_call(request, edition_id)
    form = AssignForm(request.POST, edition=edition)
    if not form.is_valid():
        return _page(request, edition, fault=str(NotAnInterviewer()))
    facts = form.cleaned_data
    wanted, person = _wanted(request, edition), form.people[facts["person"]]
    try:
        given = calls_assign(
            edition=edition, wanted=wanted, most=facts["most"], interviewer=person, by=request.user, now=timezone.now()
        )
    except Invalid as refusal:
        return _page(request, edition, fault=str(refusal))
    sentence = ngettext("%(person)s got %(count)d business.", "%(person)s got %(count)d businesses.", given)
    messages.success(request, sentence % {"person": person, "count": given})
    return redirect(f"{reverse('staff:calls', args=[edition.pk])}?{request.GET.urlencode()}")


def _wanted(request: StaffRequest, edition: Edition) -> Wanted:
    return CallFilterForm(request.GET, edition=edition).wanted()


@require_POST
@cache_control(no_store=True)
def calls_export(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The list of the filter to print, as CSV or as XLSX. It is recorded."""
    edition = edition_to_call(request, edition_id)
    rows = calls_hand_out(edition=edition, wanted=_wanted(request, edition), by=request.user, now=timezone.now())
    kind = request.POST.get("form", "")
    if kind == "print":
        context = {"edition": edition, "province": edition.province, "rows": rows}
        return render(request, "staff/calls/print.html", context)
    name = f"call-list-{edition.province.slug}-{edition.year}"
    return _xlsx(name, rows) if kind == "xlsx" else _csv(name, rows)


def _cells(row: CallRow) -> list[str | int]:
    again = date_format(timezone.localtime(row.call_back_at), "d/m/Y H:i") if row.call_back_at else ""
    facts = [row.number, row.name, row.phone, row.address, row.locality, row.stratum, row.interviewer]
    return [*facts, row.attempts, row.outcome, again, int(row.no_messages)]


def _csv(name: str, rows: object) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in rows:  # type: ignore[attr-defined]
        writer.writerow([csv_cell(cell) if isinstance(cell, str) else cell for cell in _cells(row)])
    return response


def _xlsx(name: str, rows: object) -> HttpResponse:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(_("Call list")[:31])
        sheet.freeze_panes(1, 2)
        for line, cells in enumerate([list(COLUMNS), *map(_cells, rows)]):  # type: ignore[call-overload]
            for column, cell in enumerate(cells):
                sheet.write(line, column, cell)
        sheet.set_column(1, 1, 40)
        sheet.set_column(2, 8, 18)
    response = HttpResponse(content.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
