"""How an open edition comes along: participation against the plan, by day; precision so far; what to see to."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from surveys.enums import NOT_CLOSED
from surveys.models import Edition
from surveys.rules import may_prepare_edition, may_see_edition, may_share_out_calls
from surveys.selectors import progress
from surveys.selectors.ballots import boxes_of
from surveys.selectors.interviewers import far_from_others, interviewers_so_far, together
from surveys.selectors.monitor import channel_counts
from surveys.selectors.precision_so_far import precision_so_far
from surveys.selectors.reach import reach_by_channel
from surveys.services.fieldwork import fieldwork_plan_set, stratum_rates_set
from surveys.web.staff.day_curve import day_curve
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.extension_forms import PlanRateForm, StratumRatesForm
from surveys.web.staff.monitor_tables import FORMS, TABLES, as_csv, as_xlsx, sheet_of


@require_safe
def monitor(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The whole page; htmx asks for it again every minute."""
    edition = edition_or_404(request, edition_id)
    require(may_see_edition(request.user, edition))
    return _page(request, edition, PlanRateForm(None, rate=progress.rate_planned(edition)))


def _page(request: StaffRequest, edition: Edition, form: PlanRateForm) -> HttpResponse:
    context = {
        "edition": edition,
        "province": edition.province,
        "form": form,
        "channels": channel_counts(edition),
        "boxes": boxes_of(edition),
        "may_plan": may_prepare_edition(request.user, edition.province) and edition.state in NOT_CLOSED,
    }
    context |= _participation(edition, timezone.localdate()) | _precision(edition)
    context |= _interviewers(edition, named=may_share_out_calls(request.user, edition))
    return render(request, "staff/monitor/monitor.html", context, status=422 if form.errors else 200)


def _participation(edition: Edition, today: date) -> dict[str, object]:
    strata = progress.steps_by_stratum(edition)
    total = progress.total_of(strata)
    days = progress.days_of(edition, total, today)
    return {
        "strata": strata,
        "localities": progress.steps_by_locality(edition),
        "messages_sent": reach_by_channel(edition),
        "total": total,
        "days": days,
        "withdrawn": sum(each.withdrawn for each in days),
        "reached": progress.reached_by(days, edition, today),
        "curve": day_curve(edition, days, total.target),
        "alerts": [*progress.behind(days), *progress.bursts(days)],
    }


def _interviewers(edition: Edition, *, named: bool) -> dict[str, object]:
    lines = interviewers_so_far(edition)
    total = together(lines)
    shown = [*lines, total] if named else [total]
    return {"interviewers": shown if lines else [], "together": total, "far": far_from_others(lines) if named else []}


def _precision(edition: Edition) -> dict[str, object]:
    blocks = precision_so_far(edition)
    short = [unit.line for block in blocks for unit in block.units if not unit.line.enough]
    return {"blocks": blocks, "short": short}


@require_POST
def monitor_plan(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Set the response rate to reach."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    form = PlanRateForm(request.POST, rate=None)
    if not form.is_valid():
        return _page(request, edition, form)
    fieldwork_plan_set(edition=edition, response_rate=form.rate(), by=request.user, now=timezone.now())
    messages.success(request, _("The plan was saved."))
    return redirect("staff:monitor", edition.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def monitor_strata(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Response rates to reach of single strata."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    planned = progress.rates_planned(edition)
    came = {each.code: each for each in progress.steps_by_stratum(edition)}
    form = StratumRatesForm(posted(request), strata=progress.strata_to_plan(edition), rates=planned.own, came=came)
    if request.method == "POST" and form.is_valid():
        stratum_rates_set(edition=edition, rates=form.rates(), by=request.user, now=timezone.now())
        messages.success(request, _("The plan was saved."))
        return redirect("staff:monitor", edition.pk)
    context = {
        "edition": edition,
        "province": edition.province,
        "form": form,
        "planned": planned,
        "open": edition.state in NOT_CLOSED,
    }
    return render(request, "staff/monitor/strata.html", context, status=422 if form.errors else 200)


@require_safe
def monitor_table(request: StaffRequest, edition_id: int, table: str, form: str) -> HttpResponse:
    """One table of the page as CSV or XLSX."""
    edition = edition_or_404(request, edition_id)
    require(may_see_edition(request.user, edition))
    if table not in TABLES or form not in FORMS:
        raise Http404
    named = may_share_out_calls(request.user, edition)
    sheet = sheet_of(edition, table, timezone.localdate(), named=named)
    name = f"{edition.province.slug}-{edition.year}-{table}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_csv(sheet) if form == "csv" else as_xlsx(sheet), content_type=FORMS[form], headers=headers)
