"""Letters on paper: where the window is, what the square says, who may take the file and for how long."""

import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings as project
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.enums import JobState, Role
from accounts.models import AuditEntry
from accounts.services import job_execute
from ddci.core.crypto import code_in_groups
from reports.services import letter_making
from reports.services.letters import letters_expire, letters_start
from surveys.enums import InvitationState
from surveys.models import Attempt, Business, Edition, Invitation, LetterFile, Registration
from surveys.selectors.invitations import code_of
from surveys.services.invitations import Guest, invitations_create
from surveys.services.message_texts import link_of
from surveys.services.opt_outs import contact_opt_out
from tests.factories.editions import NOW, edition_opened
from tests.factories.people import user_make
from tests.scanner import scanned

pytestmark = pytest.mark.django_db
POINT = 25.4 / 72
WINDOW = (20, 45, 105, 90)  # left, top, right, bottom in mm: DIN 5008, form B


def invited(edition: Edition, count: int) -> list[Invitation]:
    """Businesses of the frame with addresses, one of them as long as the frame allows."""
    guests = []
    for number in range(count):
        name = f"Công ty {number:02}" if number else "Công ty TNHH " + "Sản xuất Đặng Nguyễn " * 8
        address = f"Số {number} đường Lý Bôn" if number else "Tòa nhà Phượng Vĩ, đường Trần Hưng Đạo, " * 5
        business = Business.objects.create(
            province=edition.province, key=str(number), name=name[:200], plain_name="x", type="enterprise",
            locality="quynh-phu", address=address[:300],
        )  # fmt: skip
        guests.append(Guest(name[:200], business=business.pk))
    return invitations_create(edition=edition, guests=guests, by=None, now=NOW)


def made(edition: Edition, by: Any) -> LetterFile:
    file = letters_start(edition=edition, audience="all", by=by, now=NOW)
    job_execute(str(file.job_id))
    file.refresh_from_db()
    return file


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_sheet_each_in_pieces_with_address_in_the_window_and_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(letter_making, "PIECE", 2)
    edition = edition_opened()
    invitations = invited(edition, 5)
    Invitation.objects.filter(pk=invitations[4].pk).update(state=InvitationState.DONE)
    manager = user_make(Role.MANAGER)
    file = made(edition, manager)
    LetterFile.objects.update(made_at=timezone.now())

    answer = signed_in(manager).post(reverse("staff:letters-file", args=[edition.pk]))

    content = b"".join(answer.streaming_content)
    (tmp_path / "letters.pdf").write_bytes(content)
    assert (file.letters, answer.headers["Content-Length"]) == (4, str(len(content)))
    sheets = PdfReader(io.BytesIO(content)).pages
    texts = [" ".join(sheet.extract_text().split()) for sheet in sheets]
    assert len(texts) == 4
    assert all("Dữ liệu mô phỏng" in text for text in texts)
    for invitation in invitations[:4]:
        assert sum(code_in_groups(code_of(invitation)) in text for text in texts) == 1
    assert sorted(scanned(tmp_path / "letters.pdf")) == sorted([link_of(code_of(each))] for each in invitations[:4])
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 4
    for page in range(1, 5):
        left, top, right, bottom = _address_box(tmp_path / "letters.pdf", page)
        assert WINDOW[0] <= left
        assert right <= WINDOW[2]
        assert WINDOW[1] <= top
        assert bottom <= WINDOW[3]


def _address_box(path: Path, page: int) -> tuple[float, float, float, float]:
    """Where words stand that lie in the zone of the address, in mm, cut off nowhere."""
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(path), "-"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    boxes = []
    for line in out.splitlines():
        if "<word" in line:
            box = {
                name: float(line.split(f'{name}="')[1].split('"')[0]) * POINT
                for name in ("xMin", "yMin", "xMax", "yMax")
            }
            if 57 < box["yMin"] < 108:
                boxes.append(box)
    assert len(boxes) > 6
    return (
        min(box["xMin"] for box in boxes),
        min(box["yMin"] for box in boxes),
        max(box["xMax"] for box in boxes),
        max(box["yMax"] for box in boxes),
    )


def test_the_file_is_locked_for_one_person_and_gone_when_taken(django_capture_on_commit_callbacks: Any) -> None:
    edition = edition_opened()
    invited(edition, 1)
    manager, other = user_make(Role.MANAGER), user_make(Role.MANAGER)
    file = made(edition, manager)
    LetterFile.objects.update(made_at=timezone.now())
    name = str(file.file.name)
    address = reverse("staff:letters-file", args=[edition.pk])

    with default_storage.open(name) as locked:
        assert not locked.read().startswith(b"%PDF")
    assert signed_in(other).post(address).status_code == 409
    broken_off = signed_in(manager).post(address)
    next(iter(broken_off.streaming_content))
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        content = b"".join(signed_in(manager).post(address).streaming_content)
    assert content.startswith(b"%PDF")
    assert not default_storage.exists(name)
    assert signed_in(manager).post(address).status_code == 409
    trail = AuditEntry.objects.filter(action__startswith="invitations.letters").order_by("pk")
    assert [(line.action.partition(".")[2], line.note) for line in trail] == [
        ("letters", "1"), ("letters_taken", "1"), ("letters_taken", "1"),
    ]  # fmt: skip


def test_letters_that_nobody_took_are_deleted_after_a_day(django_capture_on_commit_callbacks: Any) -> None:
    edition = edition_opened()
    invited(edition, 1)
    file = made(edition, user_make(Role.MANAGER))

    assert letters_expire(now=NOW + timedelta(hours=23)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert letters_expire(now=NOW + timedelta(hours=24)) == 1
    assert not default_storage.exists(str(file.file.name))
    assert LetterFile.objects.count() == 0


def test_the_page_says_whom_letters_would_reach() -> None:
    edition = edition_opened()
    client = signed_in(user_make(Role.MANAGER))
    address = reverse("staff:letters", args=[edition.pk])

    assert client.post(reverse("staff:letters-new", args=[edition.pk])).status_code == 409
    invited(edition, 2)
    invitations_create(edition=edition, guests=[Guest("Không địa chỉ")], by=None, now=NOW)
    page = client.get(address)

    assert (page.context["count"], page.context["nameless"]) == (3, 1)
    assert project.SITE_URL not in page.content.decode()


def test_who_wants_no_messages_or_will_not_answer_gets_no_letter() -> None:
    edition = edition_opened()
    asked, written, dialled, refused, called, registered = invited(edition, 6)
    Business.objects.filter(pk=written.business_id).update(email="doc@example.vn")
    Business.objects.filter(pk=dialled.business_id).update(phone="+842273831234")
    facts = {"edition": edition, "type": "enterprise", "phone": "+84912345678"}
    Registration.objects.create(invitation=registered, tax_code="0100109106", **facts)
    for contact in ("Doc@example.vn", "+842273831234", "+84912345678"):
        contact_opt_out(province=edition.province, contact=contact, by=None, now=NOW)
    manager = user_make(Role.MANAGER)
    for invitation, outcomes in ((refused, ["no_answer", "refused"]), (called, ["refused", "call_back"])):
        for outcome in outcomes:
            Attempt.objects.create(invitation=invitation, by=manager, day=NOW.date(), outcome=outcome)

    file = made(edition, manager)
    LetterFile.objects.update(made_at=timezone.now())

    client = signed_in(manager)
    page = client.get(reverse("staff:letters", args=[edition.pk]))
    assert (file.letters, file.left_out, page.context["count"]) == (2, 3, 5)
    assert "3 doanh nghiệp không muốn nhận tin" in page.content.decode()
    content = b"".join(client.post(reverse("staff:letters-file", args=[edition.pk])).streaming_content)
    text = " ".join(" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(content)).pages)
    told = [code_in_groups(code_of(each)) in text for each in (asked, written, dialled, refused, called, registered)]
    assert told == [True, False, False, False, True, False]


def test_letters_that_nobody_wants_end_in_a_sentence() -> None:
    edition = edition_opened()
    invited(edition, 1)
    Business.objects.update(email="doc@example.vn")
    contact_opt_out(province=edition.province, contact="doc@example.vn", by=None, now=NOW)

    file = made(edition, user_make(Role.MANAGER))

    assert (str(file.file), str(file.job.state)) == ("", JobState.FAILED)
    assert "không muốn nhận thư" in file.job.message
