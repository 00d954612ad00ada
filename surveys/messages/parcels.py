"""What is handed over to the world, and how that went. Every way out is a `Carrier`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.core.mail import EmailMultiAlternatives

from surveys.enums import MessageReason


class Result(StrEnum):
    """`LOST`: the connection was gone before anything was handed over. `UNCLEAR`: it was gone afterwards, before the
    other side said whether it took the message.
    """

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    LOST = "lost"


@dataclass(frozen=True)
class Outcome:
    """How one handing over went. `status`: digits of the reply only. `reason` where it was refused or is unclear."""

    result: Result
    status: str = ""
    reason: MessageReason | None = None


@dataclass(frozen=True)
class Parcel:
    """One message to one address or number. `token` is its name outside; `values` are the filled placeholders, for
    gateways that put messages together themselves; `mail` for e-mail only.
    """

    to: str
    token: str
    text: str
    values: dict[str, str] = field(default_factory=dict)
    mail: EmailMultiAlternatives | None = None


class ChannelDown(Exception):
    """The other side cannot be reached, or does not let us in. Nothing was handed over. `status`: digits, if any."""

    def __init__(self, status: str = "") -> None:
        self.status = status
        super().__init__(status)


class Carrier(Protocol):
    """A way out. `open` may raise ChannelDown; `send` never raises for what the other side does."""

    def open(self) -> None: ...

    def send(self, parcel: Parcel) -> Outcome: ...

    def close(self) -> None: ...
