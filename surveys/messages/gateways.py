"""SMS and Zalo over a gateway: a JSON message by HTTP POST, or one line in a file for trying things out.

What a gateway wants to be sent is a template in the settings (see docs/operations.md): a JSON object whose texts hold
{to}, {to_84}, {text}, {id} and the placeholders of messages.
"""

import http.client
import json
import os
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from surveys.enums import MessageReason
from surveys.messages.parcels import Carrier, ChannelDown, Outcome, Parcel, Result

FILE = "file"
LONGEST_REPLY = 100_000
# The gateway says itself that it did nothing and is to be asked again.
NOT_NOW = {408, 425, 429, 503}
_HOLE = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Gateway:
    """Where messages of a channel go. `address`: "file", or where to POST. `repeats`: the gateway honours the header
    Idempotency-Key, so that asking again after silence cannot send twice. `error_field`: a field of the reply that must
    hold `error_none`.
    """

    name: str
    address: str
    template: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 20
    repeats: bool = False
    error_field: str = ""
    error_none: str = "0"


def gateway_of(channel: str) -> Gateway | None:
    """The gateway of a channel as the settings have it; None: there is none."""
    facts = settings.GATEWAYS.get(channel, {})
    return Gateway(name=channel, **facts) if facts.get("address") else None


def carrier_of(gateway: Gateway) -> Carrier:
    return FileCarrier(gateway) if gateway.address == FILE else HttpCarrier(gateway)


class FileCarrier:
    """Writes one JSON line per message to DDCI_VAR/messages. The lines hold codes: for trying out only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._path = Path(settings.VAR_DIR) / "messages" / f"{gateway.name}.jsonl"

    def open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def send(self, parcel: Parcel) -> Outcome:
        line = json.dumps(payload(self._gateway.template, parcel), ensure_ascii=False) + "\n"
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        return Outcome(Result.ACCEPTED)

    def close(self) -> None:
        pass


class HttpCarrier:
    """One POST for each message. Redirects are not followed."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def open(self) -> None:
        """Each message opens a connection of its own; whether that works is seen there."""

    def close(self) -> None:
        pass

    def send(self, parcel: Parcel) -> Outcome:
        body = json.dumps(payload(self._gateway.template, parcel), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": parcel.token, **self._gateway.headers}
        place = urlsplit(self._gateway.address)
        connection = self._connection(place.scheme, place.netloc)
        try:
            connection.connect()
        except (OSError, http.client.HTTPException):
            return Outcome(Result.LOST)
        try:
            target = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
            connection.request("POST", target, body, headers)
            reply = connection.getresponse()
            return self._judged(reply.status, reply.read(LONGEST_REPLY))
        except (OSError, http.client.HTTPException):
            return self._unknown("")
        finally:
            connection.close()

    def _connection(self, scheme: str, place: str) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(place, timeout=self._gateway.timeout, context=context)
        return http.client.HTTPConnection(place, timeout=self._gateway.timeout)

    def _judged(self, status: int, content: bytes) -> Outcome:
        if 200 <= status < 300:
            return self._accepted(status, content)
        if status in NOT_NOW:
            return Outcome(Result.LATER, str(status))
        if status >= 500:
            return self._unknown(str(status))
        if status in {401, 403, 404, 405} or status < 400:
            # A wrong address or password: none of the others would pass either.
            return Outcome(Result.LOST, str(status))
        return Outcome(Result.REFUSED, str(status), MessageReason.MESSAGE_REFUSED)

    def _accepted(self, status: int, content: bytes) -> Outcome:
        """Some gateways answer 200 and say in the reply that they refuse."""
        if self._gateway.error_field:
            try:
                said = str(json.loads(content)[self._gateway.error_field])
            except (ValueError, KeyError, TypeError):
                return self._unknown(str(status))
            if said != self._gateway.error_none:
                digits = re.sub(r"[^0-9-]", "", said)[:10]
                return Outcome(Result.REFUSED, f"{status} {digits}".strip(), MessageReason.MESSAGE_REFUSED)
        return Outcome(Result.ACCEPTED, str(status))

    def _unknown(self, status: str) -> Outcome:
        """Asked, and no clear answer: again only if the gateway then knows it as the same message."""
        if self._gateway.repeats:
            return Outcome(Result.LATER, status)
        return Outcome(Result.UNCLEAR, status, MessageReason.BROKEN_OFF)


def payload(template: Any, parcel: Parcel) -> Any:
    """The template with all its texts filled; anything else in it stays."""
    values = {**parcel.values, "to": parcel.to, "to_84": parcel.to.lstrip("+"), "text": parcel.text, "id": parcel.token}
    if isinstance(template, dict):
        return {name: payload(part, parcel) for name, part in template.items()}
    if isinstance(template, list):
        return [payload(part, parcel) for part in template]
    if isinstance(template, str):
        return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template)
    return template


__all__ = ["ChannelDown", "FileCarrier", "Gateway", "HttpCarrier", "carrier_of", "gateway_of", "payload"]
