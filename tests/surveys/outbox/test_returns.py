"""What comes back: bounces as mail servers write them, delivery reports of gateways, opt-outs."""

import json
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from surveys.enums import MessageChannel, MessageKind, MessageReason
from surveys.messages.returns import bounce_of, report_of
from surveys.models import Business, Campaign, Invitation, OptOut, OutboxMessage
from surveys.selectors.campaigns import counts_of
from surveys.selectors.contacts import stop_code_of
from surveys.services.campaigns import OtherKey
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW, edition_opened
from tests.factories.messages import Clock, campaign_started, fates, invite, work
from tests.surveys.outbox.sink import Sink

pytestmark = pytest.mark.django_db
TOKEN = "0b36a6a0-6b51-4e4e-9d43-1a2b3c4d5e6f"


def notification(
    mail: EmailMessage | None = None,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    envelope: str = "",
    to: str = "bounces@example.vn",
) -> bytes:
    """A delivery status notification as RFC 3464 has it, holding the headers of the mail it is about."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"], report["Subject"] = "MAILER-DAEMON@mail.vn", to, "Undelivered Mail"
    report.attach(MIMEText("I'm sorry to have to inform you …"))
    first = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    fields = (
        f"Reporting-MTA: dns; mail.vn\n{first}\nFinal-Recipient: rfc822; x@a.vn\nAction: {action}\nStatus: {status}\n"
    )
    part = MIMEBase("message", "delivery-status")
    part.set_payload([Parser().parsestr(group) for group in fields.split("\n\n")])
    report.attach(part)
    if mail is not None:
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        held = MIMEText(headers)
        held.replace_header("Content-Type", "text/rfc822-headers")
        report.attach(held)
    return report.as_bytes()


def test_a_bounce_is_known_by_envelope_by_address_and_by_the_mail_it_holds() -> None:
    mail = EmailMessage()
    mail["Message-ID"] = f"<ddci.{TOKEN}@example.vn>"

    found = [
        bounce_of(notification(envelope=TOKEN)),
        bounce_of(notification(to=f"bounces+{TOKEN}@example.vn")),
        bounce_of(notification(mail, status="5.2.2")),
    ]

    assert [(each.token, each.status) for each in found if each] == [
        (TOKEN, "5.1.1"),
        (TOKEN, "5.1.1"),
        (TOKEN, "5.2.2"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        notification(envelope=TOKEN, action="delayed", status="4.4.1"),
        notification(),
        b"From: a@b.vn\nTo: bounces+" + TOKEN.encode() + b"@example.vn\nSubject: Out of office\n\nI am away.",
        b"",
        b"\xff\xfe\x00 Content-Type: multipart/report\n\n",
    ],
    ids=["delay", "not ours", "absent", "nothing", "rubbish"],
)
def test_what_is_no_final_bounce_of_ours_is_left_alone(content: bytes) -> None:
    assert bounce_of(content) is None


def test_bounced_mail_counts_as_not_delivered_and_the_address_is_spared_until_it_changes(
    sink: Sink, tmp_path: Path, capsys: Any
) -> None:
    edition = edition_opened()
    invite(edition, "gone@a.vn", "well@b.vn")
    campaign = campaign_started(edition)
    work(campaign, Clock())
    (gone,) = [mail for _sender, to, mail in sink.mails if to == "gone@a.vn"]
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    (tmp_path / "Maildir" / "new" / "1").write_bytes(notification(gone))
    (tmp_path / "Maildir" / "new" / "2").write_bytes(b"Subject: Hello\n\nHello")

    call_command("bounces_read", maildir=str(tmp_path / "Maildir"))

    assert "1" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "Maildir" / "new").iterdir()] == ["2"]
    assert fates(campaign)["gone@a.vn"] == ("bounced", "returned", "5.1.1")
    assert (counts_of(campaign).sent, counts_of(campaign).bounced) == (1, 1)
    first = campaign_started(edition, MessageKind.REMINDER_1)
    work(first, Clock())
    assert fates(first)["gone@a.vn"][:2] == ("suppressed", MessageReason.BOUNCED_BEFORE)
    Invitation.objects.filter(email="gone@a.vn").update(email="found@a.vn")
    second = campaign_started(edition, MessageKind.REMINDER_2)
    work(second, Clock())
    assert fates(second)["found@a.vn"][0] == "sent"


def sms_sent(settings: Any, phone: str = "+84912345678") -> Campaign:
    """A text message to one business of the frame, written to a file."""
    settings.PER_MINUTE = {"email": 60_000, "sms": 60_000, "zalo": 60_000}
    edition = edition_opened()
    business = Business.objects.create(
        province=edition.province, key="1", name="Sao Mai", plain_name="sao mai", type="enterprise", phone=phone
    )
    invitations_create(edition=edition, guests=[Guest("Sao Mai", business=business.pk)], by=None, now=NOW)
    campaign = campaign_started(edition, channel=MessageChannel.SMS)
    work(campaign, Clock())
    return campaign


def test_gateways_report_by_post_with_their_word_only(settings: Any) -> None:
    campaign = sms_sent(settings)
    message = campaign.messages.get()
    report = json.dumps({"event_name": "x", "message": {"tracking_id": str(message.token)}, "status": "UNDELIV"})
    address = reverse("delivery-report")

    def post(content: str, word: str) -> Any:
        headers = {"Authorization": f"Bearer {word}"}
        return Client().post(address, content, content_type="application/json", headers=headers)

    assert post(report, "").status_code == 403  # no word is set, so none opens
    settings.REPORT_TOKEN = "lúa"
    assert post(report, "wrong").status_code == 403
    assert post("{", "lúa").status_code in {400, 403}
    settings.REPORT_TOKEN = "rice"
    assert post("{", "rice").status_code == 400
    assert post(report, "rice").json() == {"noted": 1}
    message.refresh_from_db()
    assert (message.state, message.reason) == ("bounced", "returned")
    assert Client().get(address).status_code == 405


def test_reports_come_by_file_too_and_confirm_what_was_unclear(settings: Any, tmp_path: Path, capsys: Any) -> None:
    campaign = sms_sent(settings)
    message = campaign.messages.get()
    campaign.messages.update(state="unclear", reason="broken_off")
    lines = [json.dumps({"id": str(message.token), "status": "DELIVRD"}), "[1]", "rubbish", json.dumps({"id": TOKEN})]
    (tmp_path / "reports.jsonl").write_text("\n".join(lines))

    call_command("delivery_reports_read", tmp_path / "reports.jsonl")

    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "")
    assert report_of({"id": str(message.token), "status": "queued"}) is None


def test_looking_at_the_page_against_messages_changes_nothing_one_click_does(sink: Sink) -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    address = reverse("stop", args=[stop_code_of(invitation)])
    strict = Client(enforce_csrf_checks=True)

    assert [strict.get(address).status_code, strict.head(address).status_code] == [200, 200]
    assert OptOut.objects.count() == 0
    one_click = strict.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert one_click.status_code == 200
    assert not one_click.cookies
    mark = OptOut.objects.get()
    assert "a.vn" not in mark.contact_mark
    work(campaign_started(edition), Clock())
    assert sink.mails == []
    strict.post(address, {"want": "again"})
    assert OptOut.objects.count() == 0


def test_codes_of_one_kind_open_nothing_of_the_other() -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    stop = stop_code_of(invitation)
    client = Client()

    assert client.get(reverse("answering:start", args=[stop])).status_code == 404
    assert client.post(reverse("stop", args=[stop[:-1] + ("0" if stop[-1] != "0" else "1")])).status_code == 404
    assert OptOut.objects.count() == 0


def test_nothing_is_sent_while_opt_outs_cannot_be_recognised(settings: Any) -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    Client().post(reverse("stop", args=[stop_code_of(invitation)]))
    settings.OPT_OUT_KEY = "another key"

    with pytest.raises(OtherKey):
        campaign_started(edition)
    assert OutboxMessage.objects.count() == 0
