"""Taking messages out of the outbox, one by one, in short transactions.

A message is claimed and committed as being sent before it is handed over; what became of it is written afterwards. A
worker that dies in between leaves one message whose fate nobody knows: it becomes unclear when its lease ends and is
not sent again by itself. Everything else waits where it was. See docs/decisions/0050.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from surveys.enums import InvitationState, MessageReason, MessageState
from surveys.messages.pacing import FIRST_WAIT, MOST_TRIES, VIETNAM, interval, wait_after
from surveys.messages.parcels import Outcome, Result
from surveys.models import OutboxMessage, SendingPace
from surveys.selectors.calls import will_not_answer
from surveys.selectors.contacts import contact_mark, contact_of, opted_out
from surveys.selectors.outbox import came_back_before, next_waiting, pace_of

LEASE = timedelta(minutes=10)
LONGEST_MISS = timedelta(minutes=30)


@dataclass(frozen=True)
class Claimed:
    """A message that this worker alone may hand over now, and to which address or number."""

    message: OutboxMessage
    contact: str


def message_claim(*, campaign_id: int, now: datetime) -> Claimed | None:
    """Take the next message that may go now; what may not go at all is written off on the way.

    None: nothing may go now (see `selectors.outbox.due_next` for when). The rate of its domain is used up by it.
    """
    while True:
        with transaction.atomic():
            message = next_waiting(campaign_id, now)
            if message is None:
                return None
            contact = contact_of(message.invitation, message.campaign.channel)
            obstacle = _obstacle(message, contact)
            if obstacle:
                _close(message, MessageState.SUPPRESSED, reason=obstacle)
            elif _pace_take(message, now):
                message.state, message.lease_until = MessageState.SENDING, now + LEASE
                message.tries += 1
                message.save(update_fields=["state", "lease_until", "tries"])
                return Claimed(message, contact)


def _obstacle(message: OutboxMessage, contact: str) -> MessageReason | None:
    """Why this business gets no message any more."""
    if message.invitation.state == InvitationState.DONE:
        return MessageReason.COMPLETED
    if will_not_answer(message.invitation):
        return MessageReason.WILL_NOT_ANSWER
    if not contact:
        return MessageReason.NO_CONTACT
    province = message.campaign.edition.province
    if opted_out(province, contact):
        return MessageReason.OPTED_OUT
    if came_back_before(message, contact_mark(province, contact)):
        return MessageReason.BOUNCED_BEFORE
    return None


def _pace_take(message: OutboxMessage, now: datetime) -> bool:
    """Whether this domain is free now; if it is, it is taken for its interval."""
    channel = message.campaign.channel
    SendingPace.objects.get_or_create(key=message.pace_key, defaults={"next_at": now})
    pace = SendingPace.objects.select_for_update().get(key=message.pace_key)
    if pace.next_at > now:
        return False
    pace.next_at = now + interval(settings.PER_MINUTE[channel])
    pace.save(update_fields=["next_at"])
    return True


def _close(message: OutboxMessage, state: MessageState, **facts: object) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(state=state, due_at=None, lease_until=None, **facts)


@transaction.atomic
def message_finish(*, claimed: Claimed, outcome: Outcome, now: datetime, rng: Random) -> None:
    """Write down how handing over went. A late word about a message whose lease ran out counts too, unless somebody
    has decided about it meanwhile.
    """
    message = claimed.message
    mine = OutboxMessage.objects.filter(
        pk=message.pk, tries=message.tries, state__in=[MessageState.SENDING, MessageState.UNCLEAR]
    )
    mine.update(**_finished(claimed, outcome, now, rng))


def _finished(claimed: Claimed, outcome: Outcome, now: datetime, rng: Random) -> dict[str, object]:
    message = claimed.message
    closed = {"status": outcome.status, "reason": outcome.reason or "", "due_at": None, "lease_until": None}
    today = timezone.localtime(now, VIETNAM).date()
    if outcome.result == Result.ACCEPTED:
        return {**closed, "state": MessageState.SENT, "sent_on": today}
    if outcome.result == Result.UNCLEAR:
        return {**closed, "state": MessageState.UNCLEAR, "sent_on": today}
    if outcome.result == Result.LATER and message.tries < MOST_TRIES:
        waits = {"state": MessageState.WAITING, "due_at": now + wait_after(message.tries, rng)}
        return {**closed, **waits, "reason": ""}
    if outcome.result == Result.LOST:
        return {**closed, "state": MessageState.WAITING, "due_at": now, "tries": message.tries - 1, "reason": ""}
    mark = contact_mark(message.campaign.edition.province, claimed.contact)
    reason = outcome.reason or MessageReason.GAVE_UP
    return {**closed, "state": MessageState.FAILED, "reason": reason, "contact_mark": mark}


@transaction.atomic
def channel_missed(*, channel: str, now: datetime) -> datetime:
    """The other side cannot be reached: nothing goes over this channel for a while, longer each time. Until when."""
    SendingPace.objects.get_or_create(key=channel, defaults={"next_at": now})
    pace = SendingPace.objects.select_for_update().get(key=channel)
    pace.next_at = now + min(FIRST_WAIT * 2 ** min(pace.misses, 10), LONGEST_MISS)
    pace.misses += 1
    pace.save(update_fields=["next_at", "misses"])
    return pace.next_at


def channel_reached(*, channel: str) -> None:
    """Forget earlier misses."""
    pace = pace_of(channel)
    if pace is not None and pace.misses:
        SendingPace.objects.filter(pk=pace.pk).update(misses=0)


def leases_expire(*, now: datetime) -> int:
    """Messages whose worker said nothing any more become unclear: they may have gone out."""
    lost = OutboxMessage.objects.filter(state=MessageState.SENDING, lease_until__lte=now)
    facts = {"reason": MessageReason.BROKEN_OFF, "due_at": None, "lease_until": None}
    return lost.update(state=MessageState.UNCLEAR, **facts)
