"""The frame of a province: how many businesses it holds, the list, and what may stand there twice. For managers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Province
from accounts.rules import require
from accounts.web.doors import province_or_404
from accounts.web.requests import StaffRequest, typed
from surveys.rules import may_keep_frame
from surveys.selectors.frame import (
    band_lines,
    band_options,
    businesses_found,
    duplicates_open,
    frame_counts,
    import_latest,
    imports_of,
)
from surveys.services.duplicates import duplicate_keep_apart, duplicate_merge
from surveys.web.staff.frame_forms import BusinessFilterForm

ROWS_ON_A_PAGE = 50
PAIRS_ON_A_PAGE = 20
IMPORTS_SHOWN = 6


def frame_or_404(request: StaffRequest, slug: str) -> Province:
    """The province, for somebody who may see its businesses with their contact data."""
    province = province_or_404(request, slug)
    require(may_keep_frame(request.user, province))
    return province


@require_safe
def frame(request: StaffRequest, slug: str) -> HttpResponse:
    """Counts by type, locality, sector, size and age; the last imports; what is to be decided."""
    province = frame_or_404(request, slug)
    counts = frame_counts(province)
    context = {
        "province": province,
        "counts": counts,
        "reach": counts.share(counts.reachable),
        "phone": counts.share(counts.with_phone),
        "email": counts.share(counts.with_email),
        "bands": band_lines(province),
        "imports": imports_of(province)[:IMPORTS_SHOWN],
        "duplicates": duplicates_open(province).count(),
    }
    return render(request, "staff/frame/frame.html", context)


@require_safe
def businesses(request: StaffRequest, slug: str) -> HttpResponse:
    """The businesses by name, searched by name or tax code."""
    province = frame_or_404(request, slug)
    options = band_options(province)
    form = BusinessFilterForm(request.GET, localities=options.get("locality", {}))
    found = businesses_found(province, form.wanted(), import_latest(province))
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    rows = [(each, words_of(each.locality, options, "locality"), words_of(each.size, options, "size")) for each in page]
    context = {"province": province, "form": form, "page_obj": page, "rows": rows, "query": query.urlencode()}
    return render(request, "staff/frame/businesses.html", context)


def words_of(code: str, options: dict[str, dict[str, str]], variable: str) -> str:
    """A band in words; a code that the latest edition does not know stays as it is."""
    return options.get(variable, {}).get(code, code)


@require_safe
def duplicates(request: StaffRequest, slug: str) -> HttpResponse:
    """Pairs that may be one business, side by side; a person decides."""
    province = frame_or_404(request, slug)
    options = band_options(province)
    page = Paginator(duplicates_open(province), PAIRS_ON_A_PAGE).get_page(request.GET.get("page"))
    pairs = [
        (pair, [(side, each, words_of(each.locality, options, "locality")) for side, each in
                (("first", pair.first), ("second", pair.second))])
        for pair in page
    ]  # fmt: skip
    return render(request, "staff/frame/duplicates.html", {"province": province, "page_obj": page, "pairs": pairs})


@require_POST
def duplicate_decide(request: StaffRequest, slug: str, duplicate_id: int) -> HttpResponse:
    """Keep the first, keep the second, or keep both."""
    province = frame_or_404(request, slug)
    pair = get_object_or_404(duplicates_open(province), pk=duplicate_id)
    verdict = typed(request, "verdict", 10)
    kept = {"first": pair.first, "second": pair.second}.get(verdict)
    if kept is not None:
        duplicate_merge(duplicate=pair, keep=kept, by=request.user, now=timezone.now())
        messages.success(request, _("The two rows were merged into “%(name)s”.") % {"name": kept.name})
    elif verdict == "apart":
        duplicate_keep_apart(duplicate=pair, by=request.user, now=timezone.now())
        messages.success(request, _("Both businesses stay."))
    else:
        messages.error(request, _("Choose which row to keep, or that both stay."))
    return redirect("staff:frame-duplicates", slug)
