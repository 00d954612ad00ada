"""The steps of an edition that belong to the survey: open, close, freeze. Each asks first, saying what will happen."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.web.requests import StaffRequest, typed
from surveys.enums import EditionState
from surveys.models import Edition
from surveys.rules import may_freeze_data, may_prepare_edition
from surveys.selectors.readiness import gaps_before_opening
from surveys.selectors.review_notes import review_notes
from surveys.services.datasets import dataset_freeze
from surveys.services.editions import edition_open
from surveys.services.fieldwork import ReasonMissing, fieldwork_end
from surveys.web.staff.doors import edition_or_404

READ_OR_DO = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Step:
    """What the page says before something happens that cannot be undone."""

    starts_from: EditionState
    title: Promise
    consequences: tuple[Promise, ...]
    undo: Promise
    button: Promise
    asks_reason: bool = False
    needs_reason: bool = False


OPEN = Step(
    starts_from=EditionState.DRAFT,
    title=gettext_lazy("Open the edition"),
    consequences=(
        gettext_lazy("Invited businesses can answer by their link or code from this moment on."),
        gettext_lazy("Blocks, units, sub-indices, indicators and questions can no longer be changed."),
        gettext_lazy("Population counts and values from records can still be corrected until the data are frozen."),
    ),
    undo=gettext_lazy("This cannot be undone. A mistake in the questionnaire then needs a new edition."),
    button=gettext_lazy("Open the edition"),
)
CLOSE = Step(
    starts_from=EditionState.OPEN,
    title=gettext_lazy("Close the edition"),
    consequences=(
        gettext_lazy("Nobody can answer any more; whoever opens a link reads that the survey has ended."),
        gettext_lazy("Answers that were begun and not sent in are deleted."),
        gettext_lazy("The ballot box is mixed one last time; a key holder can open it from then on."),
        gettext_lazy("A sealed edition: with which units businesses dealt, if their list says so, is forgotten."),
        gettext_lazy("The list of receipts is published: every business can check that its answers were counted."),
    ),
    undo=gettext_lazy("This cannot be undone: a closed edition does not open again."),
    button=gettext_lazy("Close the edition"),
    asks_reason=True,
    needs_reason=True,
)
FREEZE = Step(
    starts_from=EditionState.CLOSED,
    title=gettext_lazy("Freeze the data"),
    consequences=(
        gettext_lazy("All answers become one file that cannot be changed, known by its fingerprint (SHA-256)."),
        gettext_lazy(
            "Excluded responses stay in the file with their reason; runs leave them out and show both results."
        ),
        gettext_lazy("Answers, population counts and values from records can no longer be corrected."),
        gettext_lazy("Scoring works from this file alone and can be repeated from it at any time."),
    ),
    undo=gettext_lazy("This cannot be undone."),
    button=gettext_lazy("Freeze the data"),
    asks_reason=True,
)


@require_http_methods(READ_OR_DO)
def edition_open_step(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Ask, then open for answers."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    if request.method == "POST":
        edition_open(edition=edition, by=request.user, now=timezone.now())
        messages.success(request, _("The edition is open for answers."))
        return redirect("staff:edition", edition.pk)
    gaps = gaps_before_opening(edition) if edition.state == EditionState.DRAFT else []
    return _asked(request, edition, OPEN, gaps)


@require_http_methods(READ_OR_DO)
def edition_close_step(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Ask, then close for answers."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    if request.method == "POST":
        reason = typed(request, "reason", 300)
        try:
            now, rng = timezone.now(), SystemRandom()
            today = timezone.localdate(now)
            fieldwork_end(edition=edition, by=request.user, now=now, today=today, rng=rng, reason=reason)
            messages.success(request, _("The edition is closed for answers."))
            return redirect("staff:edition", edition.pk)
        except ReasonMissing as refusal:
            return _asked(request, edition, CLOSE, [], fault=str(refusal))
    return _asked(request, edition, CLOSE, [])


@require_http_methods(READ_OR_DO)
def edition_freeze_step(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Ask, then freeze the data."""
    edition = edition_or_404(request, edition_id)
    require(may_freeze_data(request.user, edition))
    if request.method == "POST":
        reason = typed(request, "reason", 300)
        dataset_freeze(edition=edition, by=request.user, now=timezone.now(), reason=reason)
        messages.success(request, _("The data are frozen. They can now be scored."))
        return redirect("staff:edition", edition.pk)
    return _asked(request, edition, FREEZE, [], notes=review_notes(edition))


def _asked(
    request: StaffRequest, edition: Edition, step: Step, gaps: list[str], notes: Sequence[str] = (), fault: str = ""
) -> HttpResponse:
    context = {"edition": edition, "province": edition.province, "step": step, "gaps": gaps, "notes": notes}
    context |= {"fault": fault, "follows": edition.state == step.starts_from}
    return render(request, "staff/step.html", context, status=422 if fault else 200)
