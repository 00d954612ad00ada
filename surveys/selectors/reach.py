"""Whom messages reached and who refused: sums over the invited of what the outbox and the call lists know.

Participation only, and no time. Delivered: at least one message was handed over and has not come back. Came back: none
is known to have arrived, and one came back or was refused because nobody has this address. Refused: the last attempt
ended so, and the business has not completed since. Letters on paper are not known here.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from surveys.enums import CallOutcome, InvitationState, MessageChannel, MessageReason, MessageState
from surveys.models import Edition, OutboxMessage
from surveys.selectors.calls import last_outcome
from surveys.selectors.outbox import LOST

OPTED_OUT = Q(state=MessageState.SUPPRESSED, reason=MessageReason.OPTED_OUT)
_OWN = OutboxMessage.objects.filter(invitation=OuterRef("pk")).order_by()
_ARRIVED = Exists(_OWN.filter(state=MessageState.SENT))
# Of invitations that are annotated with their `last_outcome`.
REACH = {
    "delivered": Count("pk", filter=_ARRIVED),
    "bounced": Count("pk", filter=~_ARRIVED & Exists(_OWN.filter(LOST))),
    "opted_out": Count("pk", filter=Exists(_OWN.filter(OPTED_OUT))),
    "refused": Count("pk", filter=Q(last_outcome=CallOutcome.REFUSED) & ~Q(state=InvitationState.DONE)),
}


@dataclass(frozen=True)
class ChannelReach:
    """Of the businesses with a message over a channel (sent, waiting or held back), how many it reached and what came
    of them. `delivered` and `bounced` speak of this channel alone.
    """

    label: str
    meant: int
    delivered: int
    bounced: int
    opted_out: int
    refused: int
    done: int


def reach_by_channel(edition: Edition) -> list[ChannelReach]:
    """By channel of messages; a business with messages over two of them is in both. One query."""
    same = {"invitation": OuterRef("invitation"), "campaign__channel": OuterRef("campaign__channel")}
    arrived = Exists(OutboxMessage.objects.filter(state=MessageState.SENT, **same).order_by())
    done = Q(invitation__state=InvitationState.DONE)
    conditions: dict[str, Any] = {
        "meant": Q(),
        "delivered": Q(state=MessageState.SENT),
        "bounced": LOST & ~arrived,
        "opted_out": OPTED_OUT,
        "refused": Q(last_outcome=CallOutcome.REFUSED) & ~done,
        "done": done,
    }
    sums = {name: Count("invitation", distinct=True, filter=condition) for name, condition in conditions.items()}
    messages = OutboxMessage.objects.filter(campaign__edition=edition).order_by()
    by_channel = messages.alias(last_outcome=last_outcome("invitation")).values("campaign__channel")
    found: Any = by_channel.annotate(**sums).order_by("campaign__channel")
    return [ChannelReach(str(MessageChannel(row.pop("campaign__channel")).label), **row) for row in found]
