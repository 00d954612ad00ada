"""Wanting no more messages, and wanting them again after all. Only keyed hashes are kept, for all editions to come."""

from datetime import datetime

from django.db import transaction

from accounts.models import Province, User
from accounts.services import audit
from surveys.models import Invitation, OptOut
from surveys.selectors.contacts import contact_mark, contacts_of, key_mark


@transaction.atomic
def opt_out(*, invitation: Invitation) -> int:
    """No more messages of this province to this business, over any channel. It can still answer. Returns how many
    addresses and numbers were noted; doing it twice changes nothing.
    """
    contacts = contacts_of(invitation)
    for contact in contacts:
        _note(invitation.edition.province, contact)
    return len(contacts)


@transaction.atomic
def opt_out_told(*, invitation: Invitation, by: User, now: datetime) -> None:
    """The same, because the business told an interviewer. The audit trail says that a wish was noted, not whose."""
    province = invitation.edition.province
    if sum(_note(province, contact) for contact in contacts_of(invitation)):
        audit(action="contact.opt_out", subject=province, by=by, now=now, province=province)


@transaction.atomic
def opt_in(*, invitation: Invitation) -> None:
    """Messages again, because the business asks for it."""
    province = invitation.edition.province
    marks = [contact_mark(province, contact) for contact in contacts_of(invitation)]
    OptOut.objects.filter(province=province, contact_mark__in=marks).delete()


@transaction.atomic
def contact_opt_out(*, province: Province, contact: str, by: User | None, now: datetime) -> bool:
    """Somebody has told the association that this address or number wants no more messages. False: it was known. The
    audit trail says that a wish was noted, not whose.

    Args:
        contact: an e-mail address, or a number in E.164.
    """
    is_new = _note(province, contact)
    if is_new:
        audit(action="contact.opt_out", subject=province, by=by, now=now, province=province)
    return is_new


@transaction.atomic
def contact_opt_in(*, province: Province, contact: str, by: User | None, now: datetime) -> bool:
    """This address or number wants messages again. False: it never said otherwise."""
    gone, _rows = OptOut.objects.filter(province=province, contact_mark=contact_mark(province, contact)).delete()
    if gone:
        audit(action="contact.opt_in", subject=province, by=by, now=now, province=province)
    return bool(gone)


def _note(province: Province, contact: str) -> bool:
    mark = contact_mark(province, contact)
    _row, is_new = OptOut.objects.get_or_create(province=province, contact_mark=mark, defaults={"key_mark": key_mark()})
    return is_new
