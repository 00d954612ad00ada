"""The frame of every page of the questionnaire."""

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from surveys.answers.journey import CONSENT
from surveys.selectors.invitations import keepsake_of
from surveys.web.answering.addresses import step_address
from surveys.web.answering.cards import Gaps
from surveys.web.answering.looks import Look
from surveys.web.answering.sheets import place_of


def sheet(
    look: Look, gaps: Gaps | None = None, template: str = "", *, refused: bool = False, **shown: Any
) -> HttpResponse:
    """A page of the questionnaire. Entries that were refused give status 422."""
    visit = look.visit
    context = {**_frame(look), "gaps": gaps, "told": gaps is not None and not gaps.must, **shown}
    overtaken = next((each for each in look.order if look.elsewhere and each.key == look.elsewhere), None)
    context["overtaken"] = step_address(visit.code, overtaken) if overtaken else ""
    status = 422 if look.faults or refused else 200
    return render(look.request, f"answering/{template or look.step.kind.value}.html", context, status=status)


def _frame(look: Look) -> dict[str, Any]:
    visit = look.visit
    edition = visit.invitation.edition
    return {
        "visit": visit,
        "code": visit.code,
        "edition": edition,
        "province": edition.province,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "step": look.step,
        "address": step_address(visit.code, look.step),
        "about": step_address(visit.code, CONSENT),
        "sitting": visit.sitting,
        "direct": look.direct,
        "place": place_of(visit, look.step, look.order),
        "saved_at": visit.saved_at,
        "tab": secrets.token_hex(8),
        # Nothing is kept in the browser of somebody who fills in for others.
        "keepsake": "" if visit.sitting else keepsake_of(visit.invitation),
    }
