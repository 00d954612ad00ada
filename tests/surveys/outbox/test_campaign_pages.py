"""Messages as a manager makes them: prepared, looked at, tried out, started, paused, followed."""

import csv
import io
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import AuditEntry, Job
from surveys.enums import EditionState, InvitationState, MessageChannel, MessageKind
from surveys.models import Campaign, Edition, Invitation, OptOut, OutboxMessage, QuietHours
from surveys.selectors.contacts import contact_of, opted_out
from surveys.selectors.invitations import code_of
from tests.factories.editions import NOW, edition_in_state, edition_opened
from tests.factories.messages import Clock, campaign_make, campaign_started, invite, work
from tests.factories.people import user_make
from tests.surveys.outbox.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def texts(**facts: str) -> dict[str, str]:
    return {"audience": "all", "subject_vi": "Mời", "text_vi": "Kính gửi {business}\n\n{link}", **facts}


def test_a_message_is_prepared_shown_and_tried_out_without_a_code(client: Client) -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "a@a.vn")
    choice = "?kind=invitation&channel=email"

    proposal = client.get(reverse("staff:campaign-new", args=[edition.pk]) + choice)
    made = client.post(reverse("staff:campaign-new", args=[edition.pk]) + choice, texts())
    again = client.post(reverse("staff:campaign-new", args=[edition.pk]) + choice, texts())

    campaign = Campaign.objects.get()
    assert "{link}" in proposal.content.decode()
    assert made.url == reverse("staff:campaign", args=[edition.pk, campaign.pk])
    assert again.status_code == 422
    pages = [
        client.get(reverse(f"staff:{name}", args=[edition.pk, campaign.pk])) for name in ("campaign", "campaign-html")
    ]
    tried = client.post(reverse("staff:campaign-trial", args=[edition.pk, campaign.pk]), {"to": "me@example.vn"})
    assert tried.status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["me@example.vn"]
    shown = [page.content.decode() for page in pages] + [str(sent.message())]
    assert not [text for text in shown if invitation.handle in text]
    assert not AuditEntry.objects.filter(note__contains="example").exists()
    assert (invitation.state, OutboxMessage.objects.count()) == (InvitationState.SENT, 0)


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"text_vi": "Không có liên kết"}, "text_vi", "{link}"),
        ({"text_vi": "{link}\n\n {ten}"}, "text_vi", "Dòng 3, ký tự 2: “{ten}”"),
        ({"subject_vi": "{link}{x}"}, "subject_vi", "Dòng 1, ký tự 7"),
        ({"subject_vi": ""}, "subject_vi", "tiêu đề"),
        ({"text_en": "Hello"}, "text_en", "{link}"),
    ],
)
def test_a_faulty_text_is_refused_with_its_place(client: Client, facts: Any, field: str, words: str) -> None:
    edition = edition_opened()

    address = reverse("staff:campaign-new", args=[edition.pk]) + "?kind=reminder_1&channel=email"
    answer = client.post(address, texts(**facts))

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert Campaign.objects.count() == 0


def test_start_pause_and_change(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn", "b@b.vn")
    campaign = campaign_make(edition)
    QuietHours.objects.create(province=edition.province, begins="00:00", ends="00:00")

    def post(name: str, data: Any = None) -> int:
        return client.post(reverse(f"staff:{name}", args=[edition.pk, campaign.pk]), data).status_code

    assert post("campaign-pause") == 409
    assert post("campaign-start") == 302
    assert post("campaign-text", texts()) == 409
    assert post("campaign-pause") == 302
    assert post("campaign-text", texts(subject_vi="Khác")) == 302
    Campaign.objects.update(beat_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        assert post("campaign-start") == 302
    assert [sent.subject for sent in mail.outbox] == ["Khác", "Khác"]
    assert Job.objects.filter(kind="campaign_send", result={"handed": 2}).count() == 1
    trail = AuditEntry.objects.filter(action__startswith="campaign.").order_by("pk")
    assert [line.action for line in trail] == [
        "campaign.create", "campaign.start", "campaign.pause", "campaign.change", "campaign.start",
    ]  # fmt: skip


def test_nothing_starts_before_the_edition_is_open(client: Client) -> None:
    edition = edition_in_state(EditionState.DRAFT)
    campaign = campaign_make(edition)

    assert client.post(reverse("staff:campaign-start", args=[edition.pk, campaign.pk])).status_code == 409
    assert Campaign.objects.get().state == "draft"


def test_a_text_that_names_the_last_day_waits_until_it_is_set(client: Client) -> None:
    edition = edition_opened()
    invite(edition, "a@a.vn")
    campaign = campaign_make(edition)
    Edition.objects.update(closes_on=None)

    page = client.get(reverse("staff:campaign", args=[edition.pk, campaign.pk]))
    answer = client.post(reverse("staff:campaign-start", args=[edition.pk, campaign.pk]))

    assert page.context["hindrance"]
    assert answer.status_code == 409
    assert "{deadline}" in answer.content.decode()
    assert Campaign.objects.get().state == "draft"


def test_what_was_not_delivered_is_listed_with_reasons_and_downloaded(client: Client, sink: Sink) -> None:
    edition = edition_opened()
    invite(edition, "never@b.vn", "", "well@c.vn")
    Invitation.objects.filter(email="never@b.vn").update(name="=Xấu")
    sink.recipients = {"never@b.vn": ["550 5.1.1 no such user never@b.vn"]}
    campaign = campaign_started(edition)
    work(campaign, Clock())

    page = client.get(
        reverse("staff:campaign-troubles", args=[edition.pk, campaign.pk]), {"reason": "recipient_refused"}
    )
    file = client.post(reverse("staff:campaign-troubles-csv", args=[edition.pk, campaign.pk]))

    assert [message.status for message in page.context["page_obj"]] == ["550 5.1.1"]
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["Công ty 001", "'=Xấu"]
    assert "never@" not in file.content.decode()
    assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("businesses", [1, 60])
def test_pages_need_the_same_queries_for_many(client: Client, businesses: int, django_assert_num_queries: Any) -> None:
    edition = edition_opened()
    invite(edition, *("" for _business in range(businesses)))
    campaign = campaign_started(edition, MessageKind.REMINDER_1)
    work(campaign, Clock())
    addresses = [
        reverse("staff:campaigns", args=[edition.pk]),
        reverse("staff:campaign", args=[edition.pk, campaign.pk]),
        reverse("staff:campaign-troubles", args=[edition.pk, campaign.pk]),
    ]

    for address, queries in zip(addresses, (7, 12, 7), strict=True):
        with django_assert_num_queries(queries):
            client.get(address)


def test_the_quiet_hours_of_a_province_hold_where_an_edition_has_none(client: Client) -> None:
    edition = edition_opened()
    address = reverse("staff:quiet-hours", args=[edition.pk])

    client.post(address, {"begins": "21:30", "ends": "06:00", "everywhere": "on"})
    client.post(address, {"begins": "22:00", "ends": "05:00"})
    client.post(address, {"begins": "soon", "ends": ""})

    hours = QuietHours.objects.order_by("edition_id").values_list("edition", "begins", "ends")
    found = {(pk, str(begins), str(ends)) for pk, begins, ends in hours}
    assert found == {(None, "21:30:00", "06:00:00"), (edition.pk, "22:00:00", "05:00:00")}


def test_what_is_said_by_telephone_about_messages_is_noted_for_all_editions_without_the_address(client: Client) -> None:
    edition = edition_opened()
    (invitation,) = invite(edition, "Lan@Cong-Ty.vn")
    address, province = reverse("staff:message-wish", args=[edition.pk]), edition.province

    def told(contact: str, want: str) -> str:
        page = client.post(address, {"contact": contact, "want": want}, follow=True).content.decode()
        return re.search(r'class="messages.*?<p>(.*?)</p>', page, re.S)[1].strip()  # type: ignore[index]

    assert told(" lan@cong-ty.vn", "stop") == "Không gửi gì đến đó nữa."
    assert told("LAN@cong-ty.vn", "stop") == "Điều này đã được ghi từ trước: không gửi gì đến đó."
    assert opted_out(province, contact_of(invitation, MessageChannel.EMAIL))
    assert told("0912 345 678", "stop") == "Không gửi gì đến đó nữa."
    assert opted_out(province, "+84912345678")
    assert told("lan@cong-ty.vn", "again") == "Lại gửi thư đến đó."
    assert told("lan@cong-ty.vn", "again") == "Chưa ghi gì về địa chỉ hoặc số này."
    assert OptOut.objects.count() == 1

    lines = AuditEntry.objects.filter(action__startswith="contact.").order_by("pk")
    assert [line.action for line in lines] == ["contact.opt_out", "contact.opt_out", "contact.opt_in"]
    assert not any("cong-ty" in str(vars(line)) or "345678" in str(vars(line)) for line in lines)


@pytest.mark.parametrize("typed", ["lan@", "12", ""])
def test_a_contact_that_is_none_is_told_at_its_field(client: Client, typed: str) -> None:
    answer = client.post(reverse("staff:message-wish", args=[edition_opened().pk]), {"contact": typed, "want": "stop"})
    assert answer.status_code == 422
    assert list(answer.context["wishes"].errors) == ["contact"]
    assert not OptOut.objects.exists()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_from_preparing_to_sent_in_a_browser(new_page: Any, axe: Any, live_server: Any) -> None:
    edition = edition_opened()
    Edition.objects.update(closes_on=NOW.date())
    (invitation,) = invite(edition, "a@a.vn")
    QuietHours.objects.create(province=edition.province, begins="00:00", ends="00:00")
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    page = new_page(width=360)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    page.goto(reverse("staff:campaigns", args=[edition.pk]))
    page.get_by_role("link", name="Tin mới").click()
    page.get_by_role("button", name="Tiếp tục đến nội dung").click()
    page.get_by_role("button", name="Lưu và xem thử").click()
    shown = page.frame_locator("iframe.mail-preview").get_by_role("link", name="Trả lời phiếu hỏi")
    expect(shown).to_be_visible()
    assert shown.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(11, 90, 122)"
    assert axe(page) == []
    page.get_by_role("button", name=re.compile("Bắt đầu gửi cho 1")).click()
    expect(page.get_by_text("Xong", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    (sent,) = mail.outbox
    assert code_of(invitation) in sent.body
    stop = re.search(r"(/o/\w+/)", sent.body)
    assert stop is not None
    page.goto(stop[1])
    page.get_by_role("button", name="Không gửi thêm cho doanh nghiệp này").click()
    expect(page.get_by_role("heading", name="Sẽ không còn tin nào được gửi")).to_be_visible()
    assert axe(page) == []
