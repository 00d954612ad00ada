"""Wanting no more messages, and wanting them again after all. Only keyed hashes are kept, for all editions to come."""

from django.db import transaction

from accounts.models import Province
from surveys.enums import MessageChannel
from surveys.models import Invitation, OptOut
from surveys.selectors.contacts import contact_mark, contact_of, key_mark


@transaction.atomic
def opt_out(*, invitation: Invitation) -> int:
    """No more messages of this province to this business, over any channel. It can still answer. Returns how many
    addresses and numbers were noted; doing it twice changes nothing.
    """
    contacts = _contacts(invitation)
    for contact in contacts:
        _note(invitation.edition.province, contact)
    return len(contacts)


@transaction.atomic
def opt_in(*, invitation: Invitation) -> None:
    """Messages again, because the business asks for it."""
    province = invitation.edition.province
    marks = [contact_mark(province, contact) for contact in _contacts(invitation)]
    OptOut.objects.filter(province=province, contact_mark__in=marks).delete()


def _note(province: Province, contact: str) -> None:
    mark = contact_mark(province, contact)
    OptOut.objects.get_or_create(province=province, contact_mark=mark, defaults={"key_mark": key_mark()})


def _contacts(invitation: Invitation) -> set[str]:
    """Every address and number by which messages could reach the business."""
    found = {contact_of(invitation, channel) for channel in (MessageChannel.EMAIL, MessageChannel.SMS)}
    return {contact for contact in found | {invitation.email} if contact}
