"""What comes back: bounces and delivery reports, noted on the messages they belong to."""

from django.db import transaction

from surveys.enums import MessageReason, MessageState
from surveys.messages.returns import Return
from surveys.models import OutboxMessage
from surveys.selectors.campaigns import message_by_token
from surveys.selectors.contacts import contact_mark, contact_of

TAKEN_OVER = (MessageState.SENT, MessageState.UNCLEAR, MessageState.SENDING)


@transaction.atomic
def return_note(*, found: Return) -> bool:
    """Whether a message of ours is known to have come back (or to have arrived) by this. A message that came back
    counts as not delivered, and later messages do not go to the same address again.
    """
    message = message_by_token(found.token)
    if message is None:
        return False
    row = OutboxMessage.objects.filter(pk=message.pk, state__in=TAKEN_OVER)
    if found.delivered:
        return bool(row.exclude(state=MessageState.SENDING).update(state=MessageState.SENT, reason=""))
    contact = contact_of(message.invitation, message.campaign.channel)
    mark = contact_mark(message.campaign.edition.province, contact) if contact else ""
    facts = {"reason": MessageReason.RETURNED, "status": found.status, "contact_mark": mark, "lease_until": None}
    return bool(row.update(state=MessageState.BOUNCED, **facts))
