"""Flagged responses: the list, one with its answers and evidence, the decision. Who sent one in is not known."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest, posted
from surveys.models import Edition, QualityCheck, Response, ResponseFlag
from surveys.rules import may_freeze_data, may_review_responses
from surveys.selectors.datasets import datasets_of
from surveys.selectors.quality import (
    checks_of,
    flags_by_response,
    responses_flagged,
    responses_reviewable,
    reviews_of,
    two_persons_needed,
)
from surveys.selectors.review_page import copies_of, profile_told, rating_pages
from surveys.sentences import flag_sentence
from surveys.services.datasets import NothingChanged, dataset_renew
from surveys.services.reviews import ReasonMissing, response_decide
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.quality import Context, frame
from surveys.web.staff.review_forms import DecisionForm, RenewForm, ReviewFilterForm

ROWS_ON_A_PAGE = 25


@require_safe
def quality_responses(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Flagged responses, those with most signs first."""
    edition = edition_or_404(request, edition_id)
    require(may_review_responses(request.user, edition))
    check = checks_of(edition).first()
    form = ReviewFilterForm(request.GET, edition=edition)
    context: Context = {**frame(edition), "check": check, "form": form}
    if check:
        found = responses_flagged(check, form.wanted())
        page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        query = request.GET.copy()
        query.pop("page", None)
        context |= {"page_obj": page, "lines": _lines(check, list(page)), "query": query.urlencode()}
    return render(request, "staff/quality_responses.html", context)


def _lines(check: QualityCheck, responses: list[Response]) -> list[Context]:
    seen = flags_by_response(check, responses)
    return [{"response": each, "name": short_name(each.pk), "flags": _words(seen[each.pk])} for each in responses]


def short_name(key: UUID) -> str:
    """What reviewers call a response: the beginning of its random identifier."""
    return str(key)[:8]


def _words(flags: list[ResponseFlag]) -> list[Context]:
    return [
        {
            "code": flag.code,
            "label": flag.get_code_display(),
            "sentence": flag_sentence(flag.code, flag.evidence),
            "unit": flag.block_unit.unit.name if flag.block_unit else "",
        }
        for flag in flags
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def quality_response(request: StaffRequest, edition_id: int, response_id: UUID) -> HttpResponse:
    """One flagged response; responses without a flag cannot be read."""
    edition = edition_or_404(request, edition_id)
    require(may_review_responses(request.user, edition))
    response = get_object_or_404(responses_reviewable(edition), pk=response_id)
    form = DecisionForm(posted(request))
    if form.is_valid():
        try:
            review = response_decide(response=response, verdict=form.verdict(), by=request.user, now=timezone.now())
            messages.success(request, _("Saved: %(state)s.") % {"state": review.get_decision_display().lower()})
            return redirect("staff:quality-response", edition.pk, response.pk)
        except ReasonMissing as refusal:
            form.add_error("reason", str(refusal))
    return _page(request, edition, response, form)


def _page(request: StaffRequest, edition: Edition, response: Response, form: DecisionForm) -> HttpResponse:
    flags = flags_by_response(checks_of(edition)[0], [response])[response.pk]
    reviews = list(reviews_of(response))
    pages = rating_pages(edition, response, flags)
    waits = reviews[0] if reviews and reviews[0].decision == "propose" else None
    context = {
        **frame(edition),
        "response": response,
        "name": short_name(response.pk),
        "told": profile_told(response),
        "whole": _words([flag for flag in flags if flag.block_unit is None]),
        "ratings": [(page, _words(list(page.flags))) for page in pages],
        "copies": [(key, short_name(key)) for key in copies_of(flags, response)],
        "reviews": reviews,
        "proposal": waits,
        "own_proposal": waits is not None and waits.by_id == request.user.pk,
        "two_persons": two_persons_needed(edition),
        "frozen": datasets_of(edition).first(),
        "form": form,
    }
    return render(request, "staff/quality_response.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def dataset_renew_step(request: StaffRequest, edition_id: int) -> HttpResponse:
    """After freezing: write a new version of the dataset with the exclusions decided since."""
    edition = edition_or_404(request, edition_id)
    require(may_freeze_data(request.user, edition))
    form = RenewForm(posted(request))
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            dataset = dataset_renew(edition=edition, by=request.user, now=timezone.now(), reason=reason)
            messages.success(
                request, _("Dataset %(number)d was written. Score it in a new run.") % {"number": dataset.number}
            )
            return redirect("staff:quality", edition.pk)
        except NothingChanged as refusal:
            form.add_error(None, str(refusal))
    context = {**frame(edition), "form": form, "latest": datasets_of(edition).first()}
    return render(request, "staff/dataset_renew.html", context, status=422 if form.errors else 200)
