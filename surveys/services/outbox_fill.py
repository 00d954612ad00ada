"""Filling the outbox of a campaign: a row for everybody it is meant for, each once, however often it is called."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts.models import Province
from surveys.enums import MessageChannel, MessageReason, MessageState
from surveys.models import Campaign, Invitation, OutboxMessage
from surveys.selectors.campaigns import invited_without_message
from surveys.selectors.contacts import contact_mark, contact_of, opt_out_marks

BATCH = 500


def outbox_fill(*, campaign: Campaign, now: datetime) -> int:
    """Add the messages that are still missing; those without an address get theirs once one is known. Returns how many
    rows were added. The database itself holds that there is one row for each recipient and campaign.
    """
    wanted = frozenset(opt_out_marks(campaign.edition.province))
    _contacts_again(campaign, now)
    added = 0
    for invitations in _batches(campaign):
        rows = [_row(campaign, each, wanted, now) for each in invitations]
        with transaction.atomic():
            OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return added


def _batches(campaign: Campaign) -> Iterator[list[Invitation]]:
    """In the order of their random handles, so that the order of sending says nothing."""
    last = ""
    while True:
        found = invited_without_message(campaign).filter(handle__gt=last).select_related("business")
        batch = list(found.order_by("handle")[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].handle


def _row(campaign: Campaign, invitation: Invitation, opted_out: frozenset[str], now: datetime) -> OutboxMessage:
    contact = contact_of(invitation, campaign.channel)
    row = OutboxMessage(campaign=campaign, invitation=invitation, pace_key=_pace_key(campaign.channel, contact))
    reason = _hindrance(campaign.edition.province, contact, opted_out)
    if reason:
        row.state, row.reason = MessageState.SUPPRESSED, reason
    else:
        row.due_at = now
    return row


def _hindrance(province: Province, contact: str, opted_out: frozenset[str]) -> MessageReason | None:
    if not contact:
        return MessageReason.NO_CONTACT
    return MessageReason.OPTED_OUT if contact_mark(province, contact) in opted_out else None


def _pace_key(channel: str, contact: str) -> str:
    """What the rate is limited by: the domain of an address, the gateway as a whole."""
    domain = contact.rpartition("@")[2].lower() if channel == MessageChannel.EMAIL else "gateway"
    return f"{channel}:{domain}"


@transaction.atomic
def _contacts_again(campaign: Campaign, now: datetime) -> None:
    """Who could not be written to for want of an address may have one now."""
    without = OutboxMessage.objects.filter(
        campaign=campaign, state=MessageState.SUPPRESSED, reason=MessageReason.NO_CONTACT
    )
    for row in without.select_related("invitation__business").order_by("pk"):
        contact = contact_of(row.invitation, campaign.channel)
        if contact:
            facts = {"state": MessageState.WAITING, "reason": "", "due_at": now}
            OutboxMessage.objects.filter(pk=row.pk).update(pace_key=_pace_key(campaign.channel, contact), **facts)
