"""The review of answers in counts: checking them, what the flags mean for each unit, how many persons decide."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import require
from accounts.selectors import jobs_of
from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest, posted
from surveys.enums import NOT_CLOSED, Decision, EditionState, FlagCode, Secrecy
from surveys.models import Edition, QualityCheck
from surveys.rules import may_freeze_data, may_prepare_edition, may_review_responses, may_see_quality
from surveys.selectors.datasets import datasets_of
from surveys.selectors.quality import (
    UNDECIDED,
    checks_of,
    copies_undecided,
    decision_counts,
    flag_counts,
    thresholds_of,
    thresholds_usual,
    two_persons_needed,
    unit_flags,
)
from surveys.sentences import MEANINGS, threshold_words
from surveys.services.quality import (
    KIND,
    quality_check_start,
    quality_rules_change,
    quality_thresholds_change,
)
from surveys.services.reviews import copies_decide
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.review_forms import CopiesForm, ThresholdsForm

Context = dict[str, object]


@require_safe
def quality(request: StaffRequest, edition_id: int) -> HttpResponse:
    """What the flags saw and what was decided, in counts."""
    edition = edition_or_404(request, edition_id)
    require(may_see_quality(request.user, edition))
    check = checks_of(edition).first()
    context = {
        **frame(edition),
        "waits": edition.state in NOT_CLOSED,
        "check": check,
        "job": _job(edition),
        "two_persons": two_persons_needed(edition),
        "reviews": may_review_responses(request.user, edition),
        "rules_open": may_prepare_edition(request.user, edition.province) and edition.state in _RULES_OPEN,
        "renews": may_freeze_data(request.user, edition) and edition.state not in _RULES_OPEN,
        **(_counts(check) if check else {}),
    }
    return render(request, "staff/quality.html", context)


_RULES_OPEN = {*NOT_CLOSED, EditionState.CLOSED}


def frame(edition: Edition) -> Context:
    """What every page of the review shows round its content."""
    return {"edition": edition, "province": edition.province}


def _job(edition: Edition) -> dict[str, object] | None:
    """The check that still goes on or went wrong last."""
    latest = next(
        (job for job in jobs_of(edition.province, KIND)[:5] if job.arguments.get("edition") == edition.pk), None
    )
    return None if latest is None or latest.state == "done" else job_facts(latest)


def _counts(check: QualityCheck) -> Context:
    decided, counts = decision_counts(check), flag_counts(check)
    most = max(counts.values(), default=0) or 1
    datasets = list(datasets_of(check.edition))
    silent = _silent(check, days_gone=any(each.frozen_at < check.at for each in datasets))
    return {
        "flags": [
            {
                "code": code,
                "count": counts[code],
                "share": counts[code] / check.responses if check.responses else None,
                "bar": counts[code] / most,
                "meaning": MEANINGS[code],
                "silent": silent.get(code.value, ""),
            }
            for code in FlagCode
        ],
        "states": [(UNDECIDED, _("Undecided"), decided[UNDECIDED])]
        + [(each.value, str(each.label), decided[each.value]) for each in Decision],
        "decided": decided,
        "share": check.flagged / check.responses if check.responses else None,
        "units": unit_flags(check),
        "copies": sum(len(members) for members in copies_undecided(check).values()),
        "thresholds": threshold_words(check.thresholds),
        "dataset": datasets[0] if datasets else None,
    }


def _silent(check: QualityCheck, *, days_gone: bool) -> dict[str, str]:
    """Signs that say nothing, and why: no days, too little data, or too many ratings struck for one to be meant."""
    found = {}
    if days_gone or check.edition.secrecy == Secrecy.SEALED:
        found[FlagCode.BURST.value] = "no_days"
    for signs in check.left_out.values():
        for code, share in signs.items():
            found[code] = "too_little" if share is None else "left_out"
    return found


@require_POST
def quality_check(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Check all answers of the edition."""
    edition = edition_or_404(request, edition_id)
    require(may_review_responses(request.user, edition))
    quality_check_start(edition=edition, by=request.user, now=timezone.now())
    messages.success(request, _("The answers are being checked."))
    return redirect("staff:quality", edition.pk)


@require_POST
def quality_rules(request: StaffRequest, edition_id: int) -> HttpResponse:
    """One person or two for an exclusion."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    two_persons = request.POST.get("two_persons") == "yes"
    quality_rules_change(edition=edition, two_persons=two_persons, by=request.user, now=timezone.now())
    messages.success(request, _("The rules of the review were saved."))
    return redirect("staff:quality", edition.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def quality_thresholds(request: StaffRequest, edition_id: int) -> HttpResponse:
    """When a sign becomes a flag, from the next check on."""
    edition = edition_or_404(request, edition_id)
    require(may_review_responses(request.user, edition))
    chosen, usual = asdict(thresholds_of(edition)), asdict(thresholds_usual())
    form = ThresholdsForm(posted(request), chosen=chosen, usual=usual)
    if request.method == "POST" and form.is_valid():
        values, now = form.cleaned_data, timezone.now()
        quality_thresholds_change(edition=edition, values=values, by=request.user, now=now)
        messages.success(request, _("The thresholds were saved. They count from the next check on."))
        return redirect("staff:quality", edition.pk)
    context = {**frame(edition), "form": form, "open": edition.state in _RULES_OPEN}
    return render(request, "staff/quality_thresholds.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def quality_copies(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Of equal responses keep one and exclude the others, with one comment for all."""
    edition = edition_or_404(request, edition_id)
    require(may_review_responses(request.user, edition))
    check = checks_of(edition).first()
    groups = copies_undecided(check) if check else {}
    form = CopiesForm(posted(request))
    if check and groups and form.is_valid():
        comment = form.cleaned_data["comment"]
        _told(request, *copies_decide(check=check, comment=comment, by=request.user, now=timezone.now()))
        return redirect("staff:quality", edition.pk)
    context = {
        **frame(edition),
        "form": form,
        "groups": list(groups.values()),
        "two_persons": two_persons_needed(edition),
    }
    return render(request, "staff/quality_copies.html", context, status=422 if form.errors else 200)


def _told(request: StaffRequest, kept: int, excluded: int) -> None:
    sentence = ngettext(
        "%(count)d copied response is left out or waits for a second person.",
        "%(count)d copied responses are left out or wait for a second person.",
        excluded,
    )
    messages.success(request, sentence % {"count": excluded} + f" {_('Kept: %(kept)d.') % {'kept': kept}}")
