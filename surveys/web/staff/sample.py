"""The sample of an edition: planned with what it will be able to say, drawn, invited by waves. For managers."""

import csv
from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, typed
from ddci.core.errors import Invalid, NotNow
from ddci.core.text import csv_cell
from surveys.models import Edition, Sample
from surveys.population.plan import VARIABLES
from surveys.rules import may_draw_sample
from surveys.selectors.evidence import evidence_for
from surveys.selectors.frame import frame_counts, variable_names
from surveys.selectors.samples import members_found, sample_of, strata_of_sample, waves_of
from surveys.services.sample_files import MEMBER_COLUMNS, STRATUM_COLUMNS, members_hand_out, stratum_rows
from surveys.services.samples import margins_from_frame, next_wave, sample_discard, sample_draw, sample_invite
from surveys.services.sampling import Assessment, BlockPlan, plan_assess, sizes_compared
from surveys.web.staff.curve import Curve, curve_of
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.sample_forms import MemberFilterForm, PlanForm, plan_first

ROWS_ON_A_PAGE = 50
STRATA_SHOWN = 250


def edition_to_sample(request: StaffRequest, edition_id: int) -> Edition:
    """The edition, for somebody who may see the businesses of its province."""
    edition = edition_or_404(request, edition_id)
    require(may_draw_sample(request.user, edition))
    return edition


def sample_or_404(edition: Edition) -> Sample:
    found = sample_of(edition)
    if found is None:
        raise Http404
    return found


@require_safe
def sample(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The plan with its expected precision as long as nothing is drawn; then the sample."""
    edition = edition_to_sample(request, edition_id)
    drawn = sample_of(edition)
    return _plan_page(request, edition) if drawn is None else _sample_page(request, edition, drawn)


def _plan_page(request: StaffRequest, edition: Edition, refusal: Invalid | NotNow | None = None) -> HttpResponse:
    counts = frame_counts(edition.province)
    form = _plan_form(request, edition, counts.total)
    assessment: Assessment | None = None
    if counts.total and form.is_valid():
        try:
            assessment = plan_assess(edition=edition, plan=form.plan())
        except (Invalid, NotNow) as found:
            refusal = refusal or found
    context = {
        "edition": edition,
        "province": edition.province,
        "counts": counts,
        "form": form,
        "refusal": refusal,
        "assessment": assessment,
        "blocks": _drawn_blocks(assessment) if assessment else [],
    }
    return render(request, "staff/sample/plan.html", context, status=422 if request.method == "POST" else 200)


def _plan_form(request: StaffRequest, edition: Edition, population: int) -> PlanForm:
    """What was chosen; before that, where to begin."""
    given = request.POST if request.method == "POST" else request.GET
    names = variable_names(edition.province)
    if "size" in given:
        return PlanForm(given, variables=names)
    evidence = evidence_for(edition, VARIABLES[:2])
    return PlanForm(plan_first(population, evidence.response_rate if evidence else None), variables=names)


def _drawn_blocks(assessment: Assessment) -> list[tuple[BlockPlan, list[dict[str, object]], Curve | None]]:
    """Every block with its units, the least precise first, the bars beside their figures, and the curve over sizes."""
    found = []
    for block in assessment.blocks:
        widest = max((unit.half_width or 0 for unit in block.units), default=0) or 1
        rows = [
            {
                "unit": unit,
                "bar": 1.0 if unit.half_width is None else unit.half_width / widest,
                "ranks_bar": (unit.ranks or len(block.units)) / max(len(block.units), 1),
            }
            for unit in sorted(block.units, key=lambda unit: (unit.ratings, unit.code))
        ]
        found.append((block, rows, curve_of(sizes_compared(assessment=assessment, block=block), assessment.plan.size)))
    return found


@require_POST
def sample_draw_now(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Draw with the plan that the page showed."""
    edition = edition_to_sample(request, edition_id)
    form = PlanForm(request.POST, variables=variable_names(edition.province))
    if not form.is_valid():
        return _plan_page(request, edition)
    try:
        drawn = sample_draw(edition=edition, plan=form.plan(), by=request.user, now=timezone.now())
    except Invalid as refusal:
        return _plan_page(request, edition, refusal)
    sentence = ngettext("%(count)d business was drawn.", "%(count)d businesses were drawn.", drawn.plan["size"])
    messages.success(request, sentence % {"count": drawn.plan["size"]})
    return redirect("staff:sample", edition.pk)


def _sample_page(request: StaffRequest, edition: Edition, drawn: Sample) -> HttpResponse:
    strata, waves, upcoming = strata_of_sample(drawn), waves_of(drawn), next_wave(drawn)
    names = variable_names(edition.province)
    context = {
        "edition": edition,
        "province": edition.province,
        "sample": drawn,
        "strata": strata[:STRATA_SHOWN],
        "stratum_count": len(strata),
        "totals": {
            name: sum(getattr(each, name) for each in strata) for name in ("population", "drawn", "reserve", "issued")
        },
        "waves": [(wave, size, wave == upcoming) for wave, size in waves.items()],
        "upcoming": upcoming,
        "upcoming_size": waves.get(upcoming or 0, 0),
        "variables": [names.get(name, name) for name in drawn.plan["variables"]],
        "blocks": _expected(edition, drawn),
    }
    return render(request, "staff/sample/sample.html", context)


def _expected(edition: Edition, drawn: Sample) -> list[dict[str, object]]:
    """By block, what was expected of the middle unit and of the least precise one."""
    found: list[dict[str, object]] = []
    names = {block.code: block.name for block in edition.blocks.all()}
    for code, block in drawn.precision.get("blocks", {}).items():
        units = [unit for unit in block["units"].values() if unit["half_width"] is not None]
        if units:
            ordered = sorted(units, key=lambda unit: unit["half_width"])
            found.append({"name": names.get(code, code), "middle": ordered[len(ordered) // 2], "worst": ordered[-1]})
    return found


@require_POST
def sample_invite_next(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Invite the next wave: the main sample first, then the reserves."""
    edition = edition_to_sample(request, edition_id)
    wave = typed(request, "wave", 3)
    made = sample_invite(
        sample=sample_or_404(edition), wave=int(wave) if wave.isdecimal() else -1, by=request.user, now=timezone.now()
    )
    sentence = ngettext("%(count)d business invited.", "%(count)d businesses invited.", len(made))
    messages.success(request, sentence % {"count": len(made)})
    return redirect("staff:sample", edition.pk)


@require_POST
def sample_discard_now(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Give up a sample of which nobody is invited; that it was drawn stays in the audit trail."""
    edition = edition_to_sample(request, edition_id)
    sample_discard(sample=sample_or_404(edition), by=request.user, now=timezone.now())
    messages.success(request, _("The sample was discarded. The audit trail keeps that it was drawn, and its seed."))
    return redirect("staff:sample", edition.pk)


@require_POST
def sample_margins(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Take the population counts of the profile questions from the frame."""
    edition = edition_to_sample(request, edition_id)
    counted = margins_from_frame(edition=edition, by=request.user, now=timezone.now())
    sentence = ngettext(
        "%(count)d profile question now has its population counts from the frame.",
        "%(count)d profile questions now have their population counts from the frame.",
        counted,
    )
    messages.success(request, sentence % {"count": counted})
    return redirect("staff:sample", edition.pk)


@require_safe
def sample_members(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The drawn businesses, searched by name or tax code."""
    edition = edition_to_sample(request, edition_id)
    drawn = sample_or_404(edition)
    waves = {str(wave): wave_words(wave) for wave in waves_of(drawn)}
    form = MemberFilterForm(request.GET, waves=waves, strata=strata_of_sample(drawn))
    page = Paginator(members_found(drawn, **form.wanted()), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    rows = [(each, waves[str(each.wave)]) for each in page]
    context = {"edition": edition, "province": edition.province, "form": form, "page_obj": page, "rows": rows}
    return render(request, "staff/sample/members.html", context | {"query": query.urlencode()})


def wave_words(wave: int) -> str:
    return _("Reserve %(number)d") % {"number": wave} if wave else _("Main sample")


@require_http_methods(["GET", "HEAD"])
def sample_strata_csv(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The strata with population, drawn, issued and weight: no business stands there."""
    edition = edition_to_sample(request, edition_id)
    return _csv(f"strata-{edition.province.slug}-{edition.year}", STRATUM_COLUMNS, stratum_rows(sample_or_404(edition)))


@require_POST
@cache_control(no_store=True)
def sample_members_csv(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The drawn businesses with their contact data. It is recorded."""
    edition = edition_to_sample(request, edition_id)
    rows = members_hand_out(sample=sample_or_404(edition), by=request.user, now=timezone.now())
    return _csv(f"sample-{edition.province.slug}-{edition.year}", MEMBER_COLUMNS, rows)


def _csv(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows([csv_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return response
