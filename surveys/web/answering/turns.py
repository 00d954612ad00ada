"""Turning the pages: what a form brings is saved, then it goes on.

Without a script, a save answers with the address of the next page. With one it answers with the next page itself, and
with all pages about that unit: the script puts the address right, so that going back and loading again work as ever.
"""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import check_for_language, override
from django.utils.translation import gettext as _

from surveys.answers.drafts import Page
from surveys.answers.journey import Kind, Move, Step, reachable
from surveys.services.answering import Saved, draft_save
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Visit, has_script, wants_json
from surveys.web.answering.forms import tab_of
from surveys.web.answering.looks import Look
from surveys.web.answering.showing import shown

STAYING = ("autosave", "lang:")


def turn(request: HttpRequest, visit: Visit, step: Step, read: Callable[[], Sequence[Page]]) -> HttpResponse:
    """One page: GET shows it (or the step that must be settled first); POST saves it, and either goes on or shows again
    what could not be taken, as it was entered.
    """
    if request.method != "POST":
        target = reachable(visit.questionnaire, visit.content, step.key)
        if target != step:
            return redirect(step_address(visit.code, target))
        return shown(Look.asked(request, visit, step))
    return page_saved(request, visit, step, read())


def page_saved(request: HttpRequest, visit: Visit, step: Step, pages: Sequence[Page]) -> HttpResponse:
    """Save what was entered; what follows depends on who asked: a script, a form with a script, a form."""
    go = request.POST.get("go", "next")
    move = Move(step.key, "" if go.startswith(STAYING) else go)
    now, tab = timezone.now(), tab_of(request)
    saved = draft_save(invitation=visit.invitation, pages=pages, now=now, move=move, tab=tab, sitting=visit.sitting)
    if wants_json(request):
        return _autosaved(saved)
    if saved.faults:
        at = _step_of_faults(visit, step, saved)
        return shown(Look(request, visit.after(saved), at, faults=saved.faults, entered=pages, direct=at != step))
    return _gone_on(request, visit.after(saved), step, saved, go)


def _step_of_faults(visit: Visit, step: Step, saved: Saved) -> Step:
    """The page to which what was not taken belongs: a script sends several pages about a unit together."""
    if step.unit in visit.questionnaire.units:
        block, _unit = visit.questionnaire.units[step.unit]
        for section in block.sections:
            if any(item.code in saved.faults for item in section.items):
                return Step(Kind.RATE, step.unit, section.code)
        if saved.faults.keys() & {"satisfaction", "comment"}:
            return Step(Kind.OVERALL, step.unit)
    return step


def _gone_on(request: HttpRequest, visit: Visit, step: Step, saved: Saved, go: str) -> HttpResponse:
    target = reachable(visit.questionnaire, visit.content, visit.content.at)
    elsewhere = step.key if saved.overtaken else ""
    told = target == step or go == Kind.REVIEW
    if go.startswith("lang:"):
        with override(go.removeprefix("lang:") if check_for_language(go.removeprefix("lang:")) else None):
            return _to(step_address(visit.code, target), elsewhere=elsewhere)
    if has_script(request):
        return shown(Look(request, visit, target, told=told, elsewhere=elsewhere, direct=True))
    return _to(step_address(visit.code, target), elsewhere=elsewhere, open="1" if told else "")


def _to(address: str, **query: str) -> HttpResponseRedirect:
    asked = urlencode({name: value for name, value in query.items() if value})
    # The fragment leads to what is told even without JavaScript, which would move the focus there.
    found = HttpResponseRedirect(f"{address}?{asked}#told" if asked else address)
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
