"""A message as it goes out: a campaign's texts filled for one business at the moment of sending, kept nowhere."""

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ddci.core.crypto import CODE_LETTERS, code_in_groups
from surveys.enums import MessageChannel, MessageKind
from surveys.messages.parcels import Parcel
from surveys.messages.short import plain
from surveys.messages.texts import filled, paragraphs
from surveys.models import Campaign, Edition, Invitation
from surveys.selectors.contacts import stop_code_of
from surveys.selectors.invitations import code_of

# The letters of no code: whoever looks at a preview learns none.
EXAMPLE_CODE = "0" * CODE_LETTERS


@dataclass(frozen=True)
class Recipient:
    """Whom a message speaks to: the name of the business and its two codes."""

    name: str
    code: str
    stop: str


def recipient_of(invitation: Invitation) -> Recipient:
    return Recipient(" ".join(invitation.name.split()), code_of(invitation), stop_code_of(invitation))


def recipient_example() -> Recipient:
    """Nobody, for previews and test messages: the links in them lead nowhere."""
    return Recipient(_("Sao Mai Company Limited"), EXAMPLE_CODE, EXAMPLE_CODE)


def site_address(path: str) -> str:
    """A page of this site as it is written in messages and letters."""
    return str(settings.SITE_URL) + path


def link_of(code: str) -> str:
    """The respondent's link in the active language."""
    return site_address(reverse("answering:start", args=[code]))


def stop_link_of(stop: str) -> str:
    """The link against further messages, in the active language."""
    return site_address(reverse("stop", args=[stop]))


def values_of(*, edition: Edition, recipient: Recipient) -> dict[str, str]:
    """What the placeholders stand for, in the active language."""
    province = edition.province
    contact = ", ".join(part for part in (province.contact_phone, province.contact_email) if part)
    return {
        "link": link_of(recipient.code),
        "code": code_in_groups(recipient.code),
        "business": recipient.name,
        "edition": edition.title,
        "association": province.association,
        "minutes": str(edition.minutes_to_answer),
        "deadline": date_format(edition.closes_on, "d/m/Y") if edition.closes_on else "…",
        "contact": contact or province.association,
        "stop": stop_link_of(recipient.stop),
    }


def languages_of(campaign: Campaign) -> list[tuple[str, str, str]]:
    """Language, subject and text of each part of a message, Vietnamese first."""
    parts = [("vi", campaign.subject_vi, campaign.text_vi)]
    if campaign.text_en.strip():
        parts.append(("en", campaign.subject_en, campaign.text_en))
    return parts


def parcel_make(*, campaign: Campaign, recipient: Recipient, to: str, token: UUID) -> Parcel:
    """The message as it is handed over."""
    if campaign.channel == MessageChannel.EMAIL:
        mail = _mail(campaign, recipient, to, token)
        return Parcel(to=to, token=str(token), text=str(mail.body), mail=mail)
    with translation.override("vi"):
        values = values_of(edition=campaign.edition, recipient=recipient)
        text = _short_text(campaign, values)
    return Parcel(to=to, token=str(token), text=text, values=values)


def _short_text(campaign: Campaign, values: dict[str, str]) -> str:
    """A text message: Vietnamese only, on request without diacritics, which fits twice as much into a segment."""
    mark = f"({_('Simulated data')})" if campaign.edition.is_simulated else ""
    text = " ".join(f"{mark} {filled(campaign.text_vi, values)}".split())
    return plain(text) if campaign.without_marks else text


def _mail(campaign: Campaign, recipient: Recipient, to: str, token: UUID) -> EmailMultiAlternatives:
    sections, subjects = [], []
    for language, subject, text in languages_of(campaign):
        with translation.override(language):
            values = values_of(edition=campaign.edition, recipient=recipient)
        subjects.append(filled(subject, values))
        sections.append({
            "language": language,
            "text": filled(text.replace("\r\n", "\n"), values),
            "paragraphs": paragraphs(text, values),
            "values": values,
        })  # fmt: skip
    title = " ".join(" / ".join(part for part in subjects if part).split())
    context = {"sections": sections, "subject": title, "simulated": campaign.edition.is_simulated}
    mail = EmailMultiAlternatives(
        subject=title,
        body=render_to_string("emails/message.txt", context),
        from_email=_envelope(token),
        to=[to],
        headers=_headers(campaign, recipient, token),
    )
    mail.attach_alternative(render_to_string("emails/message.html", context), "text/html")
    return mail


def _headers(campaign: Campaign, recipient: Recipient, token: UUID) -> dict[str, str]:
    """One click against further messages (RFC 8058), a Message-ID by which bounces are known, no automatic answers."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    with translation.override("vi"):
        stop, association = stop_link_of(recipient.stop), campaign.edition.province.association
    headers = {
        "From": formataddr((association, address)),
        "Message-ID": f"<ddci.{token}@{address.rpartition('@')[2]}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    contact = campaign.edition.province.contact_email
    return {**headers, "Reply-To": contact} if contact else headers


def _envelope(token: UUID) -> str:
    """Where undeliverable mail goes, by name of the message where the mail server can tell such addresses."""
    address = settings.BOUNCE_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name, _at, domain = address.rpartition("@")
    return f"{name}+{token}@{domain}" if settings.BOUNCE_ADDRESS and settings.BOUNCE_NAMED else address


def texts_first(*, kind: str, channel: str) -> dict[str, str]:
    """The texts that a new campaign begins with, to be changed: subject and text in both languages."""
    texts: dict[str, str] = {}
    for language in ("vi", "en"):
        with translation.override(language):
            subject, text = _first(kind, channel)
        texts |= {f"subject_{language}": subject, f"text_{language}": text}
    if channel != MessageChannel.EMAIL:
        texts |= {"subject_vi": "", "subject_en": "", "text_en": ""}
    return texts


def _first(kind: str, channel: str) -> tuple[str, str]:
    invites = kind == MessageKind.INVITATION
    if channel != MessageChannel.EMAIL:
        asks = _("{association} asks for your view of departments and localities: {link} Thank you!")
        reminds = _("{association} reminds you: please answer by {deadline}: {link} Thank you!")
        return "", asks if invites else reminds
    greeting = _("Dear {business},")
    asks = _("{association} asks how departments and localities of the province work for businesses: {edition}.")
    reminds = _("Some time ago {association} asked you to take part in {edition}. Your answers have not come in yet.")
    effort = _("Answering takes about {minutes} minutes, on a telephone or a computer, until {deadline}:")
    secrecy = _(
        "The link is yours alone; please do not pass it on. No body that is rated ever sees a single questionnaire."
    )
    thanks = _("Questions? {contact}\n\nThank you very much,\n{association}")
    opening = asks if invites else reminds
    text = "\n\n".join([greeting, opening, effort, "{link}", secrecy, thanks])
    return _("{association} asks for your opinion") if invites else _("Reminder: your opinion for {association}"), text
