"""The door of answering: a link or code instead of an account.

These pages set no cookie and use no session. The code in the address is itself what a forged form would lack, so no
CSRF token is needed; one could not work anyway: to keep the code from leaking through the Referer header, browsers
are told to send no referrer, and then send `Origin: null` with forms.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ddci.core.errors import Refusal, Unavailable
from ddci.core.pages import DATABASE_AWAY, RETRY_AFTER, database_away_log
from surveys.answers.drafts import DraftContent
from surveys.answers.questionnaire import Questionnaire
from surveys.models import Invitation, Sitting
from surveys.selectors.answering import draft_content, draft_revision, has_draft, questionnaire_asked
from surveys.selectors.invitations import UnknownCode, code_of, invitation_by_code
from surveys.selectors.sittings import code_of_sitting, is_code_of_sitting, sitting_by_code, sitting_content
from surveys.services.answering import Saved, answerable_check
from surveys.web.answering.limits import TooManyCodes, wrong_code_count, wrong_codes_check

Page = Callable[..., HttpResponse]


class NotSaved(Unavailable):
    code = "not_saved"
    sentence = _("Not saved yet: the system does not answer at the moment.")


@dataclass(frozen=True)
class Visit:
    """Somebody who came by a valid link, and what is saved so far. `sitting`: fills in for the respondent; `saved`: by
    this request.
    """

    invitation: Invitation
    code: str
    questionnaire: Questionnaire
    revision: int
    saved_at: datetime | None
    sitting: Sitting | None = None
    saved: DraftContent | None = None

    @cached_property
    def content(self) -> DraftContent:
        """Unsealed only where it is needed: a form that is saved is merged into a reading of its own."""
        if self.saved is not None:
            return self.saved
        return sitting_content(self.sitting) if self.sitting else draft_content(self.invitation)

    def after(self, saved: Saved) -> "Visit":
        """The same visit, with what has just been saved."""
        return replace(self, saved=saved.content, revision=saved.revision, saved_at=saved.at)


@dataclass(frozen=True)
class Arrival:
    """A valid link: the invitation, and where somebody else fills in, the sitting. `code` is that of the link."""

    invitation: Invitation
    code: str
    sitting: Sitting | None = None

    @property
    def own_code(self) -> str:
        """The respondent's code, for the respondent only."""
        return "" if self.sitting else self.code


def discreet(view: Page) -> Page:
    """Neither kept by caches, nor told to other sites, nor indexed; foreseen refusals become kind pages, and so does a
    database that does not answer or can write no more: then nothing of the request is stored.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, **places: Any) -> HttpResponse:
        try:
            response = view(request, **places)
        except Refusal as refusal:
            response = kind_page(request, refusal)
        except DATABASE_AWAY as error:
            database_away_log(error)
            response = kind_page(request, NotSaved())
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def by_link(view: Page) -> Page:
    """For holders of a link, in whatever state their invitation is."""

    @discreet
    @wraps(view)
    def page(request: HttpRequest, code: str, **places: Any) -> HttpResponse:
        arrival = arrival_of_link(request, code)
        try:
            return view(request, arrival, **places)
        except Refusal as refusal:
            return kind_page(request, refusal, arrival)

    return page


def answering(view: Page) -> Page:
    """For holders of a link that can be answered now."""

    @by_link
    @wraps(view)
    def page(request: HttpRequest, arrival: Arrival, **places: Any) -> HttpResponse:
        answerable_check(arrival.invitation)
        return view(request, visit_of(arrival), **places)

    return page


def visit_of(arrival: Arrival) -> Visit:
    invitation, sitting = arrival.invitation, arrival.sitting
    if sitting is not None:
        return Visit(
            invitation=invitation,
            code=arrival.code,
            questionnaire=questionnaire_asked(invitation.edition),
            revision=sitting.revision,
            saved_at=sitting.saved_at if sitting.revision else None,
            sitting=sitting,
        )
    return Visit(
        invitation=invitation,
        code=arrival.code,
        questionnaire=questionnaire_asked(invitation.edition),
        revision=draft_revision(invitation),
        saved_at=invitation.draft.saved_at if has_draft(invitation) else None,
    )


def arrival_of_link(request: HttpRequest, code: str) -> Arrival:
    """What a link opens. A valid link always opens: many businesses may share one address of the network.

    Raises:
        SittingOver: the link of a sitting that is no more.
        UnknownCode: no such link.
        TooManyCodes: neither this one nor many before it.
    """
    if is_code_of_sitting(code):
        sitting = sitting_by_code(code, timezone.now())
        return Arrival(sitting.invitation, code_of_sitting(sitting), sitting)
    try:
        invitation = invitation_by_code(code)
    except UnknownCode:
        wrong_codes_check(request)
        wrong_code_count(request)
        raise
    return Arrival(invitation, code_of(invitation))


def wants_json(request: HttpRequest) -> bool:
    return request.POST.get("go") == "autosave"


def has_script(request: HttpRequest) -> bool:
    """Whether the page\x27s script has sent the form: it then can take the next page as the answer."""
    return request.POST.get("script") == "1"


def kind_page(request: HttpRequest, refusal: Refusal, arrival: Arrival | None = None) -> HttpResponse:
    """Why it does not go on here, in one sentence, and what to do next."""
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    edition = arrival.invitation.edition if arrival else None
    context = {
        "refusal": refusal,
        "kind": refusal.code,
        "edition": edition,
        "province": edition.province if edition else None,
        "simulated": bool(edition and edition.is_simulated),
        "code": arrival.own_code if arrival else "",
    }
    response = render(request, "answering/kind.html", context, status=refusal.status)
    if isinstance(refusal, TooManyCodes):
        response["Retry-After"] = "900"
    if isinstance(refusal, NotSaved):
        response["Retry-After"] = RETRY_AFTER
    return response
