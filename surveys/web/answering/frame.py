"""What all pages of answering share: addresses of steps, the frame of a page, what happens after a save."""

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import check_for_language, override
from django.utils.translation import gettext as _

from ddci.core.errors import Invalid
from surveys.answers.drafts import Page
from surveys.answers.journey import Kind, Move, Step, reachable, steps
from surveys.selectors.invitations import keepsake_of
from surveys.services.answering import Saved, draft_save
from surveys.web.answering.addresses import step_address
from surveys.web.answering.cards import Gaps
from surveys.web.answering.doors import Visit, wants_json
from surveys.web.answering.forms import tab_of
from surveys.web.answering.sheets import place_of

Faults = dict[str, Invalid]
Show = Callable[[Visit, Faults, Any], HttpResponse]
STAYING = ("autosave", "lang:")


def sheet(
    request: HttpRequest, visit: Visit, step: Step, gaps: Gaps | None = None, template: str = "", **shown: Any
) -> HttpResponse:
    """A page of the questionnaire. Entries that were refused give status 422."""
    context = {**_frame(visit, step), "gaps": gaps, "told": gaps is not None and not gaps.must, **shown}
    key = request.GET.get("elsewhere")
    overtaken = next((each for each in steps(visit.questionnaire, visit.content) if each.key == key), None)
    context["overtaken"] = step_address(visit.code, overtaken) if overtaken else ""
    status = 422 if request.method == "POST" else 200
    return render(request, f"answering/{template or step.kind.value}.html", context, status=status)


def _frame(visit: Visit, step: Step) -> dict[str, Any]:
    edition = visit.invitation.edition
    return {
        "visit": visit,
        "code": visit.code,
        "edition": edition,
        "province": edition.province,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "step": step,
        "place": place_of(visit, step),
        "saved_at": visit.saved_at,
        "tab": secrets.token_hex(8),
        # Nothing is kept in the browser of somebody who fills in for others.
        "keepsake": "" if visit.sitting else keepsake_of(visit.invitation),
    }


def save(request: HttpRequest, visit: Visit, step: Step, page: Page) -> Saved:
    go = request.POST.get("go", "next")
    move = Move(step.key, "" if go.startswith(STAYING) else go)
    return draft_save(
        invitation=visit.invitation,
        pages=[page],
        now=timezone.now(),
        move=move,
        tab=tab_of(request),
        sitting=visit.sitting,
    )


def saved_response(request: HttpRequest, visit: Visit, step: Step, saved: Saved) -> HttpResponse:
    """After a save that took everything: to the page where it goes on; or for an autosave, the time of the save."""
    if wants_json(request):
        return _autosaved(saved)
    go = request.POST.get("go", "next")
    target = reachable(visit.questionnaire, saved.content, saved.content.at)
    query = {"elsewhere": step.key} if saved.overtaken else {}
    if go.startswith("lang:"):
        return _in_language(go.removeprefix("lang:"), visit.code, target, query)
    if target == step or go == Kind.REVIEW:
        query["open"] = "1"
    return _to(step_address(visit.code, target), query)


def _in_language(language: str, code: str, target: Step, query: dict[str, str]) -> HttpResponse:
    with override(language if check_for_language(language) else None):
        return _to(step_address(code, target), query)


def _to(address: str, query: dict[str, str]) -> HttpResponseRedirect:
    # The fragment leads to what is told even without JavaScript, which would move the focus there.
    found = HttpResponseRedirect(f"{address}?{urlencode(query)}#told" if query else address)
    found.status_code = 303
    return found


def _autosaved(saved: Saved) -> JsonResponse:
    time = date_format(timezone.localtime(saved.at), "H:i")
    notice = _("This page was also changed in another window or on another device. What was saved last is kept.")
    return JsonResponse(
        {
            "revision": saved.revision,
            "status": _("Saved %(time)s") % {"time": time},
            "faults": {name: str(fault) for name, fault in saved.faults.items()},
            "notice": notice if saved.overtaken else "",
        }
    )


def turn(request: HttpRequest, visit: Visit, step: Step, read: Callable[[], Page], show: Show) -> HttpResponse:
    """One page: GET shows it (or the step that must be settled first); POST saves it, and either goes on or shows again
    what could not be taken, as it was entered.
    """
    if request.method != "POST":
        target = reachable(visit.questionnaire, visit.content, step.key)
        return show(visit, {}, None) if target == step else redirect(step_address(visit.code, target))
    entered = read()
    saved = save(request, visit, step, entered)
    if not saved.faults or wants_json(request):
        return saved_response(request, visit, step, saved)
    return show(visit.after(saved), saved.faults, entered)
