"""E-mail by SMTP, step by step, so that it is known at which step a connection broke off.

Before the message itself is sent, a lost connection has done no harm; while it is sent, nobody can know whether it
arrived. Other backends of Django (files, console) take everything.
"""

import re
import smtplib

from django.core.mail import EmailMultiAlternatives, get_connection

from surveys.enums import MessageReason
from surveys.messages.parcels import ChannelDown, Outcome, Parcel, Result

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CLOSING = 421


class MailCarrier:
    """Over one connection, kept open for many messages."""

    def __init__(self) -> None:
        self._backend = get_connection(fail_silently=False)

    def open(self) -> None:
        try:
            self._backend.open()
        except smtplib.SMTPResponseException as error:
            raise ChannelDown(_status(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDown from error

    def send(self, parcel: Parcel) -> Outcome:
        smtp = getattr(self._backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            return _by_smtp(smtp, parcel)
        self._backend.send_messages([_mail(parcel)])
        return Outcome(Result.ACCEPTED)

    def close(self) -> None:
        smtp = getattr(self._backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()
            self._backend.connection = None  # type: ignore[attr-defined]  # of the SMTP backend
        else:
            self._backend.close()


def _mail(parcel: Parcel) -> EmailMultiAlternatives:
    if parcel.mail is None:
        raise TypeError("Only e-mail goes by SMTP.")
    return parcel.mail


def _by_smtp(smtp: smtplib.SMTP, parcel: Parcel) -> Outcome:
    mail = _mail(parcel)
    message = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # of Django's own message
    try:
        recipient = _plain_address(parcel.to)
    except UnicodeError:
        return Outcome(Result.REFUSED, reason=MessageReason.RECIPIENT_REFUSED)
    try:
        refusal = _envelope(smtp, mail.from_email, recipient, parcel.token)
    except (OSError, smtplib.SMTPException):
        return Outcome(Result.LOST)
    return refusal or _content(smtp, message)


def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str, token: str) -> Outcome | None:
    """From whom and to whom; None: the other side is ready for the message. Nothing has been handed over yet."""
    smtp.ehlo_or_helo_if_needed()
    dsn = smtp.has_extn("dsn")
    code, reply = smtp.mail(sender, ["RET=HDRS", f"ENVID={token}"] if dsn else [])
    if code != 250:
        # It is not this recipient whom the server minds: nothing else will pass now either.
        return _declined(smtp, Outcome(Result.LOST, _status(code, reply)))
    code, reply = smtp.rcpt(recipient, ["NOTIFY=FAILURE"] if dsn else [])
    if code not in {250, 251}:
        return _declined(smtp, _outcome(code, reply, MessageReason.RECIPIENT_REFUSED))
    return None


def _content(smtp: smtplib.SMTP, message: bytes) -> Outcome:
    """The message itself. Without an answer, nobody knows whether it arrived."""
    try:
        code, reply = smtp.data(message)
    except smtplib.SMTPDataError as error:
        return _declined(smtp, _outcome(error.smtp_code, error.smtp_error, MessageReason.MESSAGE_REFUSED))
    except (OSError, smtplib.SMTPException):
        return Outcome(Result.UNCLEAR, reason=MessageReason.BROKEN_OFF)
    if code < 0:
        return Outcome(Result.UNCLEAR, reason=MessageReason.BROKEN_OFF)
    return _outcome(code, reply, MessageReason.MESSAGE_REFUSED)


def _declined(smtp: smtplib.SMTP, outcome: Outcome) -> Outcome:
    """Clear the table for the next one; whether that works is seen then."""
    try:
        smtp.rset()
    except (OSError, smtplib.SMTPException):
        smtp.close()
    return outcome


def _outcome(code: int, reply: bytes | str, refused: MessageReason) -> Outcome:
    status = _status(code, reply)
    if 200 <= code < 300:
        return Outcome(Result.ACCEPTED, status)
    if code == _CLOSING or code < 0:
        return Outcome(Result.LOST, status)
    return Outcome(Result.REFUSED, status, refused) if code >= 500 else Outcome(Result.LATER, status)


def _status(code: int, reply: bytes | str) -> str:
    """`550 5.1.1`: nothing of the words, which may hold the address or the link."""
    words = reply.decode("ascii", errors="replace") if isinstance(reply, bytes) else reply
    enhanced = _ENHANCED.search(words)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _plain_address(address: str) -> str:
    """As servers without SMTPUTF8 take it: letters of other alphabets only in the domain.

    Raises:
        UnicodeError: not to be written so.
    """
    name, _at, domain = address.rpartition("@")
    name.encode("ascii")
    return f"{name}@{domain.encode('idna').decode('ascii')}"
