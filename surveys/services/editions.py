"""An edition's way through the year. Each step is one service: guarded by the state it starts from, logged, in one
transaction.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from random import Random
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import NotNow
from surveys.enums import EditionState, Secrecy
from surveys.models import (
    Business,
    Comment,
    Draft,
    Edition,
    QuestionnaireVersion,
    Rating,
    Receipt,
    Response,
    ResponseDay,
    ResponseLink,
    Sitting,
)
from surveys.selectors.ballots import ballot_box_of
from surveys.selectors.readiness import gaps_before_opening
from surveys.services.ballot_keys import ballot_box_make
from surveys.services.tray import tray_empty

NEXT_STATES: dict[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset({EditionState.OPEN}),
    EditionState.OPEN: frozenset({EditionState.CLOSED}),
    EditionState.CLOSED: frozenset({EditionState.FROZEN}),
    EditionState.FROZEN: frozenset({EditionState.SCORED}),
    EditionState.SCORED: frozenset({EditionState.PUBLISHED}),
    EditionState.PUBLISHED: frozenset(),
}
REWRITE_BATCH = 500
Row = TypeVar("Row")


class WrongState(NotNow):
    code = "wrong_state"
    sentence = _("“%(edition)s” is %(state)s; this step does not follow from there.")


class NotReady(NotNow):
    code = "not_ready"
    sentence = _("“%(edition)s” cannot open yet: %(gaps)s")


def edition_held(*, edition: Edition, states: Collection[EditionState]) -> Edition:
    """The edition as it is now, locked until the transaction ends, with its province.

    Raises:
        WrongState: it is in none of these states.
    """
    locked = Edition.objects.select_for_update(of=("self",)).select_related("province").get(pk=edition.pk)
    state = EditionState(locked.state)
    if state not in states:
        raise WrongState(edition=locked.title, state=state.label.lower())
    return locked


@transaction.atomic
def edition_advance(*, edition: Edition, to: EditionState, by: User | None, now: datetime, note: str = "") -> Edition:
    """Move an edition one step on and record who did it.

    Raises:
        WrongState: `to` does not follow from the state in the database.
    """
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    before = EditionState(locked.state)
    if to not in NEXT_STATES[before]:
        raise WrongState(edition=locked.title, state=before.label.lower())
    locked.state = to
    locked.save(update_fields=["state"])
    audit(
        action=f"edition.{to.value}",
        subject=locked,
        by=by,
        now=now,
        province=locked.province,
        states=(before.value, to.value),
        note=note,
    )
    edition.state = to
    return locked


@transaction.atomic
def edition_open(*, edition: Edition, by: User | None, now: datetime) -> Edition:
    """Open for answers; from here on the questionnaire and the framework cannot change. A sealed edition gets the key
    of its ballot box, locked for its key holders.

    Raises:
        NotReady: something is missing; the sentence names everything at once.
        WrongState: not in preparation any more.
    """
    gaps = gaps_before_opening(edition)
    if gaps and edition.state == EditionState.DRAFT:
        raise NotReady(edition=edition.title, gaps=" ".join(str(gap) for gap in gaps))
    QuestionnaireVersion.objects.filter(edition=edition, locked=False).update(locked=True)
    if edition.state == EditionState.DRAFT and edition.secrecy == Secrecy.SEALED:
        ballot_box_make(edition=edition, now=now)
    return edition_advance(edition=edition, to=EditionState.OPEN, by=by, now=now)


@transaction.atomic
def edition_close(*, edition: Edition, by: User | None, now: datetime, rng: Random, reason: str = "") -> Edition:
    """Close for answers: drafts go, the tray is emptied into the ballot box, and all answers that are readable already
    and all receipts are written anew in random order, so that nothing in the database's own bookkeeping (order of rows,
    transaction numbers) joins them to an invitation.

    Of a sealed edition the frame forgets with which units each business had dealings: held against the units that
    an answer rates, that would leave few who could have given it.

    Raises:
        WrongState: not open.
    """
    closed = edition_advance(edition=edition, to=EditionState.CLOSED, by=by, now=now, note=reason)
    Draft.objects.filter(invitation__edition=closed).delete()
    Sitting.objects.filter(invitation__edition=closed).delete()
    if ballot_box_of(closed) is not None:
        tray_empty(edition=closed, rng=rng)
    _rewrite_in_random_order(closed, rng)
    if closed.secrecy == Secrecy.SEALED:
        Business.objects.filter(province=closed.province).exclude(units=[]).update(units=[])
    return closed


def _rewrite_in_random_order(edition: Edition, rng: Random) -> None:
    order = list(Response.objects.filter(edition=edition).order_by("id").values_list("id", flat=True))
    rng.shuffle(order)
    for batch in _batched(order):
        responses = list(Response.objects.filter(id__in=batch).order_by("id"))
        links = list(ResponseLink.objects.filter(response__in=batch).order_by("response"))
        days = list(ResponseDay.objects.filter(response__in=batch).order_by("response"))
        ratings = list(Rating.objects.filter(response__in=batch).order_by("id"))
        Response.objects.filter(id__in=batch).delete()
        Response.objects.bulk_create(_shuffled(responses, rng))
        Rating.objects.bulk_create(_shuffled(ratings, rng))
        ResponseLink.objects.bulk_create(links)
        ResponseDay.objects.bulk_create(days)
    comments = list(Comment.objects.filter(block_unit__block__edition=edition).order_by("id"))
    receipts = list(Receipt.objects.filter(edition=edition).order_by("id"))
    Comment.objects.filter(block_unit__block__edition=edition).delete()
    Receipt.objects.filter(edition=edition).delete()
    Comment.objects.bulk_create(_shuffled(comments, rng), batch_size=REWRITE_BATCH)
    Receipt.objects.bulk_create(_shuffled(receipts, rng), batch_size=REWRITE_BATCH)


def _batched(order: list[UUID]) -> Iterator[list[UUID]]:
    """The identifiers in pieces small enough for one statement."""
    return (order[start : start + REWRITE_BATCH] for start in range(0, len(order), REWRITE_BATCH))


def _shuffled(rows: list[Row], rng: Random) -> list[Row]:
    rng.shuffle(rows)
    return rows
