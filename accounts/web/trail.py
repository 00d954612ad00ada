"""The audit trail of a province, to read and to take away."""

import csv
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Province
from accounts.rules import may_see_audit, require
from accounts.selectors import AuditFilter, audit_found
from accounts.web.doors import province_or_404
from accounts.web.forms import AuditForm
from accounts.web.requests import StaffRequest
from ddci.core.text import csv_cell

LINES_ON_A_PAGE = 50
HEAD = ["at", "by", "action", "subject_kind", "subject_id", "subject", "from", "to", "note"]


@require_safe
def audit(request: StaffRequest, slug: str) -> HttpResponse:
    """Who did what and when, filtered by action, person and days."""
    province = province_or_404(request, slug)
    require(may_see_audit(request.user, province))
    form = AuditForm(request.GET, province=province)
    page = Paginator(audit_found(province, form.wanted()), LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"province": province, "form": form, "page_obj": page, "query": query.urlencode()}
    return render(request, "staff/audit.html", context)


@require_safe
def audit_csv(request: StaffRequest, slug: str) -> StreamingHttpResponse:
    """The same lines as a file."""
    province = province_or_404(request, slug)
    require(may_see_audit(request.user, province))
    wanted = AuditForm(request.GET, province=province).wanted()
    response = StreamingHttpResponse(_lines(province, wanted), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{province.slug}.csv"'
    return response


class _Echo:
    """What csv writes into: gives each line back."""

    def write(self, line: str) -> str:
        return line


def _lines(province: Province, wanted: AuditFilter) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow(HEAD)
    for entry in audit_found(province, wanted).iterator(1000):
        row = [entry.at.isoformat(), entry.by.email if entry.by else "", entry.action, entry.subject_kind]
        row += [entry.subject_id, entry.subject, entry.state_from, entry.state_to, entry.note]
        yield writer.writerow([csv_cell(each) for each in row])
