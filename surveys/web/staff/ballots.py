"""The ballot box of an edition: how secret answers are, who holds keys, own passphrase and sheet, opening."""

import io
from random import SystemRandom
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest
from ddci.core.crypto import code_in_groups
from ddci.core.errors import Invalid
from surveys.enums import NOT_CLOSED, Secrecy
from surveys.models import Edition
from surveys.rules import is_key_holder, may_open_box, may_prepare_edition, may_review_responses, may_see_edition
from surveys.selectors.ballots import (
    FEWEST_HOLDERS,
    ballot_box_of,
    box_waits,
    boxes_of,
    holder_of,
    key_holders_of,
    merges_in_words,
    people_for_keys,
    receipts_of,
)
from surveys.services.ballot_keys import (
    PASSPHRASE_LETTERS,
    NotAMember,
    PassphrasesDiffer,
    key_holder_drop,
    key_holder_enrol,
    key_holder_name,
    secrecy_choose,
)
from surveys.services.ballot_opening import ballot_open
from surveys.web.staff.doors import edition_or_404
from surveys.web.staff.tries import tries_check, try_count


@require_safe
def ballot_box(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Where the box stands, and what this person can do about it."""
    edition = edition_or_404(request, edition_id)
    require(may_see_edition(request.user, edition))
    return _page(request, edition)


@require_POST
def secrecy(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Choose between sealed and confidential."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    chosen = request.POST.get("secrecy", "")
    if chosen in Secrecy.values:
        secrecy_choose(edition=edition, secrecy=Secrecy(chosen), by=request.user, now=timezone.now())
        messages.success(request, _("The choice is saved. Businesses read it on the first page."))
    return redirect("staff:ballot-box", edition.pk)


@require_POST
def holder_add(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Name a key holder."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    chosen = request.POST.get("person", "")
    person = people_for_keys(edition).filter(pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0).first()
    if person is None:
        return _page(request, edition, fault=str(NotAMember()), anchor="person")
    key_holder_name(edition=edition, person=person, by=request.user, now=timezone.now())
    messages.success(request, _("%(person)s can now set a passphrase on this page.") % {"person": person})
    return redirect("staff:ballot-box", edition.pk)


@require_POST
def holder_drop(request: StaffRequest, edition_id: int, holder_id: int) -> HttpResponse:
    """Take a key holder off the list."""
    edition = edition_or_404(request, edition_id)
    require(may_prepare_edition(request.user, edition.province))
    holder = get_object_or_404(key_holders_of(edition), pk=holder_id)
    key_holder_drop(holder=holder, by=request.user, now=timezone.now())
    messages.success(request, _("%(person)s is no key holder any more.") % {"person": holder.user})
    return redirect("staff:ballot-box", edition.pk)


@require_POST
@cache_control(no_store=True)
def key(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Set the own passphrase; the answer is the recovery sheet, shown this once."""
    edition = edition_or_404(request, edition_id)
    require(is_key_holder(request.user, edition))
    holder = get_object_or_404(key_holders_of(edition), user=request.user)
    passphrase, again = request.POST.get("passphrase", ""), request.POST.get("again", "")
    try:
        if passphrase != again:
            raise PassphrasesDiffer
        code = key_holder_enrol(holder=holder, passphrase=passphrase, now=timezone.now())
    except Invalid as refusal:
        return _page(request, edition, fault=str(refusal), anchor="passphrase")
    context: dict[str, Any] = {"edition": edition, "province": edition.province, "holder": holder}
    context |= {"code": code_in_groups(code), "picture": _picture(code), "day": timezone.localdate()}
    return render(request, "staff/recovery_sheet.html", context)


@require_POST
def box_open(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Open the box with a passphrase or a recovery code."""
    edition = edition_or_404(request, edition_id)
    require(may_open_box(request.user, edition))
    tries_check(request.user)
    secret = request.POST.get("secret", "")
    try:
        opened = ballot_open(edition=edition, secret=secret, by=request.user, now=timezone.now(), rng=SystemRandom())
    except Invalid as refusal:
        try_count(request.user)
        return _page(request, edition, fault=str(refusal), anchor="secret")
    said = _("The ballot box is open. Responses: %(responses)s, ratings: %(ratings)s.")
    messages.success(request, said % {"responses": opened.responses, "ratings": opened.ratings})
    if may_review_responses(request.user, edition):
        messages.info(request, _("Next: have the answers checked and decide about those that were flagged."))
        return redirect("staff:quality", edition.pk)
    return redirect("staff:ballot-box", edition.pk)


def _picture(code: str) -> SafeString:
    drawn = io.BytesIO()
    segno.make(code, error="q").save(drawn, kind="svg", scale=4, border=4, xmldecl=False, svgns=True, title="QR")
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - made here from letters and digits


def _page(request: StaffRequest, edition: Edition, fault: str = "", anchor: str = "") -> HttpResponse:
    faults = [{"text": fault, "anchor": anchor}] if fault else []
    context = _standing(edition) | _doors(request, edition) | {"faults": faults, "anchor": anchor}
    context |= {"edition": edition, "province": edition.province, "kinds": Secrecy}
    context |= {"fewest": FEWEST_HOLDERS, "letters": PASSPHRASE_LETTERS}
    return render(request, "staff/ballot_box.html", context, status=422 if fault else 200)


def _standing(edition: Edition) -> dict[str, Any]:
    """What there is to know about the box."""
    box = ballot_box_of(edition)
    early = edition.state in NOT_CLOSED
    arranging = early and edition.secrecy == Secrecy.SEALED and box is None
    return {
        "box": box,
        "arranging": arranging,
        "holders": key_holders_of(edition),
        "people": people_for_keys(edition) if arranging else [],
        "count": boxes_of(edition),
        "receipts": len(receipts_of(edition)) if box else 0,
        "merges": merges_in_words(box) if box else [],
    }


def _doors(request: StaffRequest, edition: Edition) -> dict[str, Any]:
    """What this person may do here."""
    return {
        "holder": holder_of(edition, request.user),
        "manages": may_prepare_edition(request.user, edition.province),
        "opens": box_waits(edition) and may_open_box(request.user, edition),
    }
