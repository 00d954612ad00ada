"""What comes back: delivery status notifications by mail (RFC 3464) and delivery reports of gateways (JSON).

Only the name of the message (its token) and the digits of the reason are taken; addresses and words are left behind.
"""

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TOKEN = re.compile(_UUID)
_NAMED = re.compile(rf"\+({_UUID})@")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID = re.compile(rf"<ddci\.({_UUID})@", re.IGNORECASE)
_IDS = ("id", "tracking_id", "message_id", "msg_id", "reference", "client_id", "idempotency_key")
_STATES = ("status", "state", "delivery_status", "event_name", "result")
_DELIVERED = {"delivered", "delivrd", "success", "ok", "user_received_message", "seen", "read"}
_FAILED = {"failed", "undelivered", "undeliv", "undeliverable", "rejected", "rejectd", "expired", "blocked", "error"}
LONGEST_MAIL = 2_000_000


@dataclass(frozen=True)
class Return:
    """A message that came back (or, `delivered`, one that is known to have arrived)."""

    token: str
    status: str
    delivered: bool = False


def bounce_of(content: bytes) -> Return | None:
    """The message that a delivery status notification says has failed; None: it is none, only a delay, or not ours.

    An answer of a person or of an absence assistant is no notification and therefore never a bounce.
    """
    mail = email.message_from_bytes(content[:LONGEST_MAIL], policy=email.policy.default)
    if mail.get_content_type() != "multipart/report":
        return None
    fields = list(_status_fields(mail))
    failed = [each for each in fields if str(each.get("Action", "")).strip().lower() == "failed"]
    if not failed:
        return None
    token = _token(mail, fields)
    found = _STATUS.search(str(failed[0].get("Status", "")))
    return Return(token, found[0] if found else "5.0.0") if token else None


def _status_fields(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            yield from (group for group in groups if isinstance(group, Message)) if isinstance(groups, list) else ()


def _token(mail: Message, fields: list[Message]) -> str:
    """By the envelope's name, by the address that the notification was sent to, or by the mail that it holds."""
    for each in fields:
        envelope = _TOKEN.fullmatch(str(each.get("Original-Envelope-Id", "")).strip().lower())
        if envelope:
            return envelope[0]
    for header in ("To", "Delivered-To", "X-Original-To"):
        for value in mail.get_all(header, []):
            named = _NAMED.search(str(value).lower())
            if named:
                return named[1]
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            held = _MESSAGE_ID.search(_text(part))
            if held:
                return held[1].lower()
    return ""


def _text(part: Message) -> str:
    """A held mail or its headers, whatever they were packed in."""
    packed = part.get_payload(decode=True)
    return packed.decode("ascii", errors="replace") if isinstance(packed, bytes) else part.as_string()


def report_of(data: Any) -> Return | None:
    """What a gateway's delivery report says; None: it names no message of ours or no final state."""
    facts = _flat(data) if isinstance(data, Mapping) else {}
    token = next((found[0] for name in _IDS if (found := _TOKEN.fullmatch(str(facts.get(name, "")).lower()))), "")
    words = {str(facts[name]).strip().lower() for name in _STATES if name in facts}
    if not token or not words & (_DELIVERED | _FAILED):
        return None
    code = re.sub(r"[^0-9.-]", "", str(facts.get("error_code", facts.get("error", ""))))[:12]
    return Return(token, code, delivered=not words & _FAILED)


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """With what lies one level deeper, as in {"event": …, "message": {"tracking_id": …}}."""
    inner = [part for part in data.values() if isinstance(part, Mapping)]
    return {str(name): value for part in [*inner, data] for name, value in part.items()}
