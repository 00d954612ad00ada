"""From the tray into the box, like the count of a postal vote: outer envelopes are taken off in memory, the boxes are
mixed with all that lie there already, every box gets a new wrapping, and all are written anew in one transaction.

So one look at the database shows boxes of equal age in random order, and even whoever compares two looks (without the
invitation key) cannot tell which of the boxes came in between.
"""

from random import Random, SystemRandom

import structlog
from django.db import connection, transaction

from ddci.core.crypto import sealed, unsealed
from surveys.answers.ballot import envelope_parts
from surveys.enums import EditionState
from surveys.models import BallotBox, BlockUnit, Edition, Envelope, SealedResponse, UnitCounter
from surveys.selectors.ballots import envelope_key, wrapping_key

FEWEST_TOGETHER = 10
SHARE_TOGETHER = 10
BATCH = 500
log = structlog.get_logger("ddci.ballot")


def is_due(edition: Edition) -> bool:
    """Enough envelopes: at least ten, and a tenth of the boxes, so that rewriting all stays cheap."""
    waiting = Envelope.objects.filter(invitation__edition=edition).count()
    if waiting < FEWEST_TOGETHER:
        return False
    return waiting >= SealedResponse.objects.filter(ballot__edition=edition).count() // SHARE_TOGETHER


def tray_empty_when_due(*, edition: Edition) -> None:
    """Empty the tray if it is full enough. Answers wait there safely if this fails."""
    if not is_due(edition):
        return
    tray_empty(edition=edition, rng=SystemRandom())
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # The rows of before say in which round a box came in; they are cleared away at once rather than some day.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (SKIP_LOCKED) surveys_sealedresponse, surveys_envelope")


@transaction.atomic
def tray_empty(*, edition: Edition, rng: Random) -> int:
    """Put every envelope of the tray into the box and return how many there were; while the edition is open only if at
    least ten lie there, at closing all.
    """
    ballot = BallotBox.objects.select_for_update().get(edition=edition)
    envelopes = list(Envelope.objects.filter(invitation__edition=edition).select_related("invitation").order_by("pk"))
    if edition.state == EditionState.OPEN and len(envelopes) < FEWEST_TOGETHER:
        return 0
    key = wrapping_key(ballot)
    boxes, counted = [], dict[int, int]()
    for envelope in envelopes:
        units, box = envelope_parts(unsealed(envelope_key(envelope), bytes(envelope.box)))
        boxes.append(box)
        for unit in units:
            counted[unit] = counted.get(unit, 0) + 1
    lying = SealedResponse.objects.filter(ballot=ballot)
    boxes += [unsealed(key, bytes(box)) for box in lying.order_by("id").values_list("box", flat=True).iterator(BATCH)]
    rng.shuffle(boxes)
    lying.delete()
    for start in range(0, len(boxes), BATCH):
        SealedResponse.objects.bulk_create(
            SealedResponse(ballot=ballot, box=sealed(key, box)) for box in boxes[start : start + BATCH]
        )
    _envelopes_delete(envelopes)
    if len(envelopes) >= FEWEST_TOGETHER:
        _count(edition, counted)
    return len(envelopes)


def _envelopes_delete(envelopes: list[Envelope]) -> None:
    for start in range(0, len(envelopes), BATCH):
        Envelope.objects.filter(pk__in=[each.pk for each in envelopes[start : start + BATCH]]).delete()


def _count(edition: Edition, counted: dict[int, int]) -> None:
    """All counters are written, also those that stay, so that none tells by its age when it was last raised."""
    units = BlockUnit.objects.filter(block__edition=edition).order_by("pk").values_list("pk", "counter__ratings")
    UnitCounter.objects.bulk_create(
        [UnitCounter(block_unit_id=unit, ratings=(before or 0) + counted.get(unit, 0)) for unit, before in units],
        update_conflicts=True,
        unique_fields=["block_unit"],
        update_fields=["ratings"],
    )
