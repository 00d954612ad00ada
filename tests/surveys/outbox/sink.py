"""A real SMTP server of this test: takes mail, refuses as it is told, can be slow."""

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """`recipients`, `contents` replies to give to an address, one after the other, before it is taken."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, EmailMessage]] = []
        self.recipients: dict[str, list[str]] = {}
        self.contents: dict[str, list[str]] = {}
        self.seconds = 0.0
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - named by the library
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusals = self.recipients.get(address)
        if refusals:
            return refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        refusals = self.contents.get(envelope.rcpt_tos[0])
        if refusals:
            return refusals.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        mail: Any = email.message_from_bytes(content, policy=email.policy.default)
        self.mails.append((str(envelope.mail_from), envelope.rcpt_tos[0], mail))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return "250 2.0.0 taken"

    def counts(self) -> Counter[str]:
        return Counter(to for _sender, to, _mail in self.mails)


@contextmanager
def sink_open() -> Iterator[Sink]:
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink.port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
