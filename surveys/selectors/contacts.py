"""Where a business can be reached, and who wants no messages. Addresses are compared by keyed hashes."""

import hmac
import re
from collections.abc import Collection

from django.conf import settings

from accounts.models import Province
from ddci.core.crypto import ALPHABET, CODE_LETTERS, HANDLE_LETTERS, code_normalised, derive, letters
from surveys.enums import MessageChannel
from surveys.models import Invitation, OptOut

MARK = 32
# Only mobile telephones take text messages and Zalo.
MOBILE = re.compile(r"\+84[35789]\d{8}")


def contact_of(invitation: Invitation, channel: str) -> str:
    """The address or number for a channel, as the frame has it now, else as the invitation has it; "" if unknown."""
    business = invitation.business
    if channel == MessageChannel.EMAIL:
        return (business.email if business else "") or invitation.email
    phone = business.phone if business else ""
    return phone if MOBILE.fullmatch(phone) else ""


def contacts_of(invitation: Invitation) -> set[str]:
    """Every address and number that is known of the business: by the frame, by the invitation, by its registration."""
    business, registration = invitation.business, getattr(invitation, "registration", None)
    found = {invitation.email, registration.phone if registration else ""}
    if business:
        found |= {business.email, business.phone}
    return {contact for contact in found if contact}


def wants_no_messages(invitation: Invitation, province: Province, marks: Collection[str]) -> bool:
    """Whether one of its addresses or numbers is among the `opt_out_marks` of the province. No query if business and
    registration are at hand.
    """
    return bool(marks) and any(contact_mark(province, contact) in marks for contact in contacts_of(invitation))


def contact_mark(province: Province, contact: str) -> str:
    """A keyed hash of an address or number: tells whether it is the same one, and nothing without the key."""
    return derive(settings.OPT_OUT_KEY, "contact", province.slug, contact.strip().lower()).hex()[:MARK]


def key_mark() -> str:
    """Which key the marks are made with."""
    return derive(settings.OPT_OUT_KEY, "opt-out-key").hex()[:16]


def opted_out(province: Province, contact: str) -> bool:
    return OptOut.objects.filter(province=province, contact_mark=contact_mark(province, contact)).exists()


def opt_out_marks(province: Province) -> frozenset[str]:
    found = OptOut.objects.filter(province=province).order_by("contact_mark")
    return frozenset(found.values_list("contact_mark", flat=True))


def opt_outs_of_another_key() -> bool:
    """Whether some opt-outs were made with another key, so that nobody would recognise them."""
    return OptOut.objects.exclude(key_mark=key_mark()).exists()


def stop_code_of(invitation: Invitation) -> str:
    """The code of the link against further messages: derived like the respondent's code, but opens no questionnaire."""
    return _stop_code(invitation.handle)


def _stop_code(handle: str) -> str:
    return handle + letters(derive(settings.INVITATION_KEY, "stop-code", handle), CODE_LETTERS - HANDLE_LETTERS)


def invitation_by_stop_code(typed: str) -> Invitation | None:
    """The invitation of such a link with its edition, province and business; None: no such link."""
    code = code_normalised(typed)[:CODE_LETTERS]
    handle = code[:HANDLE_LETTERS]
    if len(code) != CODE_LETTERS or set(code) - set(ALPHABET) or not hmac.compare_digest(code, _stop_code(handle)):
        return None
    return Invitation.objects.filter(handle=handle).select_related("edition__province", "business").first()
