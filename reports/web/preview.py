"""A unit's page before publication: for those who make the result, and for the unit's readers where they read first."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import require
from accounts.selectors import roles_remember
from accounts.web.requests import StaffRequest
from reports.rules import may_preview_any_run, may_preview_unit
from reports.selectors.preview import rated_units_for, run_to_preview, unit_preview
from reports.selectors.unit_page import UnitNotRated
from reports.selectors.watch import watch_list
from reports.selectors.watch_words import line_sentence
from reports.web.public.unit import unit_context


@require_safe
def preview(request: StaffRequest, edition_id: int, code: str) -> HttpResponse:
    """The unit's result from the newest run that this person may read."""
    units = rated_units_for(roles_remember(request.user))
    block_unit = get_object_or_404(units, block__edition=edition_id, unit__code=code)
    edition = block_unit.block.edition
    require(may_preview_unit(request.user, block_unit))
    run = run_to_preview(block_unit, for_reader=not may_preview_any_run(request.user, edition))
    context = {"edition": edition, "province": edition.province, "block_unit": block_unit, "run": run}
    if run is None:
        return render(request, "staff/unit_preview.html", context)
    try:
        result = unit_preview(run, code, now=timezone.now())
    except UnitNotRated as error:
        raise Http404 from error
    context |= unit_context(result, {}, []) | {"facts": result.facts}
    lines = watch_list(run).of(code) if result.row.ranked else ()
    watched = {"watched": [line_sentence(line) for line in lines]}
    return render(request, "staff/unit_preview.html", context | watched)
