"""Opening the ballot box: a key holder's secret, boxes decrypted in memory, answers written in random order at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.crypto import SealBrokenError, unsealed
from ddci.core.errors import Invalid, NotNow
from ddci.core.sealing import public_of, secret_of_recovery_code, secret_unlocked, unpadded, unsealed_by
from surveys.answers.ballot import Ballot
from surveys.answers.coarse import FEWEST, coarsened
from surveys.enums import EditionState
from surveys.models import (
    BallotBox,
    Comment,
    Edition,
    KeyHolder,
    Rating,
    Response,
    SealedResponse,
    UnitCounter,
)
from surveys.selectors.ballots import fields_in_order, holder_of, key_holders_of, wrapping_key
from surveys.services.ballot_keys import locked_secret_of

BATCH = 500


class BoxNotClosed(NotNow):
    code = "box_not_closed"
    sentence = _("“%(edition)s” still takes answers. The ballot box can be opened once it has closed.")


class BoxOpened(NotNow):
    code = "box_opened"
    sentence = _("The ballot box of “%(edition)s” has been opened already.")


class WrongSecret(Invalid):
    code = "wrong_secret"
    sentence = _("This is neither the passphrase that you set for this edition nor one of its recovery codes.")


@dataclass(frozen=True)
class Opened:
    responses: int
    ratings: int
    comments: int
    damaged: int


@transaction.atomic
def ballot_open(*, edition: Edition, secret: str, by: User, now: datetime, rng: Random) -> Opened:
    """Open the ballot box of a closed edition.

    Answers get random identifiers, coarse strata (see `surveys.answers.coarse`) and no order; boxes, counters and every
    locked copy of the key are deleted in the same transaction, so that boxes in old copies of the database stay shut.

    Args:
        secret: the passphrase of the key holder `by`, or a recovery code of any key holder.

    Raises:
        BoxNotClosed, BoxOpened
        WrongSecret
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    ballot = BallotBox.objects.select_for_update().filter(edition=locked).first()
    if locked.state in {EditionState.DRAFT, EditionState.OPEN}:
        raise BoxNotClosed(edition=locked.title)
    if ballot is None or ballot.opened_at is not None or locked.state != EditionState.CLOSED:
        raise BoxOpened(edition=locked.title)
    ballots, damaged = _decrypted(ballot, _edition_secret(locked, secret, by))
    rng.shuffle(ballots)
    coarse = coarsened(ballots, fields_in_order(locked), rng)
    opened = _written(locked, coarse.ballots, rng, damaged)
    _locks_delete(ballot)
    BallotBox.objects.filter(pk=ballot.pk).update(
        opened_at=now,
        opened_by=by,
        boxes=len(ballots),
        damaged=damaged,
        fewest=FEWEST,
        merges=[merge.as_plain() for merge in coarse.merges],
    )
    note = f"{opened.responses}" if not damaged else f"{opened.responses}; damaged: {damaged}"
    audit(action="ballot.open", subject=locked, by=by, now=now, province=locked.province, note=note)
    return opened


def _edition_secret(edition: Edition, secret: str, by: User) -> bytes:
    own = secret_of_recovery_code(secret)
    try:
        if own is not None:
            public = public_of(own)
            holder = next((each for each in key_holders_of(edition) if bytes(each.public_key) == public), None)
        else:
            holder = holder_of(edition, by)
            own = secret_unlocked(locked_secret_of(holder), secret) if holder and holder.is_ready else None
        if holder is None or own is None:
            raise WrongSecret
        return unsealed_by(own, bytes(holder.sealed_key))
    except SealBrokenError as error:
        raise WrongSecret from error


def _decrypted(ballot: BallotBox, secret: bytes) -> tuple[list[Ballot], int]:
    """The ballots, and how many boxes were changed by somebody and cannot be read."""
    key, found, damaged = wrapping_key(ballot), [], 0
    boxes = SealedResponse.objects.filter(ballot=ballot).order_by("id").values_list("box", flat=True)
    for box in boxes.iterator(BATCH):
        try:
            found.append(Ballot.from_bytes(unpadded(unsealed_by(secret, unsealed(key, bytes(box))))))
        except SealBrokenError:
            damaged += 1
    return found, damaged


def _written(edition: Edition, ballots: Sequence[Ballot], rng: Random, damaged: int) -> Opened:
    responses: list[Response] = []
    ratings: list[Rating] = []
    comments: list[Comment] = []
    for each in ballots:
        response = response_row(edition=edition, ballot=each)
        responses.append(response)
        ratings += rating_rows(response=response, ballot=each)
        comments += comment_rows(each)
    rng.shuffle(ratings)
    rng.shuffle(comments)
    Response.objects.bulk_create(responses, batch_size=BATCH)
    Rating.objects.bulk_create(ratings, batch_size=BATCH)
    Comment.objects.bulk_create(comments, batch_size=BATCH)
    return Opened(len(responses), len(ratings), len(comments), damaged)


def _locks_delete(ballot: BallotBox) -> None:
    SealedResponse.objects.filter(ballot=ballot).delete()
    UnitCounter.objects.filter(block_unit__block__edition=ballot.edition_id).delete()
    KeyHolder.objects.filter(edition=ballot.edition_id).update(sealed_key=b"", locked_secret=b"", salt=b"")


def response_row(*, edition: Edition, ballot: Ballot) -> Response:
    """The response of a ballot, not saved yet."""
    return Response(
        id=uuid4(),
        edition=edition,
        questionnaire_id=ballot.questionnaire,
        channel=ballot.channel,
        profile=dict(ballot.profile),
        stratum=ballot.stratum,
        design_weight=ballot.design_weight,
        pace=ballot.pace,
    )


def rating_rows(*, response: Response, ballot: Ballot) -> Iterable[Rating]:
    return [
        Rating(
            response=response,
            block_unit_id=rated.unit,
            answers=dict(rated.answers),
            satisfaction=rated.satisfaction,
        )
        for rated in ballot.ratings
    ]


def comment_rows(ballot: Ballot) -> Iterable[Comment]:
    return [Comment(block_unit_id=unit, text=text) for unit, text in ballot.comments.items()]
