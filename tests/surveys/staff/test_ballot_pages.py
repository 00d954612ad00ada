"""The ballot box in the staff area: naming key holders, own passphrase and sheet, opening; who may, what is refused."""

import re
from random import Random

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from ddci.core.sealing import RECOVERY_LETTERS
from surveys.enums import EditionState, Secrecy
from surveys.models import BallotBox, Edition, KeyHolder, Response, SealedResponse
from surveys.services.answering import draft_save, response_submit
from surveys.services.ballot_keys import (
    KeysSettled,
    NotAMember,
    SecrecySettled,
    key_holder_drop,
    key_holder_enrol,
    key_holder_name,
    secrecy_choose,
)
from surveys.services.editions import NotReady, edition_close, edition_open
from tests.factories.ballots import PASSPHRASES
from tests.factories.editions import NOW, edition_make, edition_opened
from tests.factories.people import province_make, user_make
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db
PASSPHRASE = "bốn từ liền nhau"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def draft() -> Edition:
    """A sealed edition in preparation without key holders."""
    edition = edition_make(secrecy=Secrecy.SEALED)
    edition.key_holders.all().delete()
    return edition


def address(edition: Edition, name: str = "ballot-box", *more: int) -> str:
    return reverse(f"staff:{name}", args=[edition.pk, *more])


def closed_with(count: int) -> Edition:
    edition = edition_asking()
    for _ in range(count):
        invitation = invited(edition)
        draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
        response_submit(invitation=invitation)
    return edition_close(edition=edition, by=None, now=NOW, rng=Random(1))


def code_shown(page: str) -> str:
    found = re.search(r"((?:[0-9A-Z]{4}-){13}[0-9A-Z]{4})", page)
    assert found is not None
    return found[1]


def test_the_ceremony_two_holders_set_passphrases_and_the_edition_opens() -> None:
    edition, manager = draft(), signed_in(user_make(Role.MANAGER))
    people = [user_make(Role.APPROVER, name="Phạm Thu Hà"), user_make(Role.MODERATOR, name="Lê Quang Huy")]
    with pytest.raises(NotReady, match="người giữ khóa"):
        edition_open(edition=edition, by=None, now=NOW)

    for person in people:
        assert manager.post(address(edition, "ballot-holder-add"), {"person": person.pk}).status_code == 302
        sheet = signed_in(person).post(address(edition, "ballot-key"), {"passphrase": PASSPHRASE, "again": PASSPHRASE})
        page = sheet.content.decode()
        assert (sheet.status_code, sheet["Cache-Control"]) == (200, "no-store")
        assert len(code_shown(page).replace("-", "")) == RECOVERY_LETTERS
        assert "<svg" in page
    opened = edition_open(edition=edition, by=None, now=NOW)

    assert opened.state == EditionState.OPEN
    assert all(bytes(holder.sealed_key) for holder in KeyHolder.objects.all())
    stored = b"".join(bytes(h.sealed_key) + bytes(h.locked_secret) + bytes(h.salt) for h in KeyHolder.objects.all())
    assert PASSPHRASE.encode() not in stored
    actions = list(
        AuditEntry.objects.filter(action__startswith="ballot.").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["ballot.holder_name", "ballot.key_set"] * 2
    assert PASSPHRASE not in " ".join(AuditEntry.objects.values_list("note", flat=True))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [("ngắn quá", "ngắn quá", "ít nhất 14 ký tự"), (PASSPHRASE, PASSPHRASE + "x", "không giống nhau"), ("", "", "14")],
)
def test_a_bad_passphrase_is_refused_and_nothing_is_stored(first: str, second: str, words: str) -> None:
    edition, person = draft(), user_make(Role.APPROVER)
    key_holder_name(edition=edition, person=person, by=None, now=NOW)

    answer = signed_in(person).post(address(edition, "ballot-key"), {"passphrase": first, "again": second})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not KeyHolder.objects.get().is_ready


def test_only_a_holder_sets_a_passphrase_and_only_members_become_holders() -> None:
    edition, manager = draft(), user_make(Role.MANAGER)
    stranger = user_make(Role.MANAGER, province=province_make("nam-dinh"))

    assert signed_in(manager).post(address(edition, "ballot-key"), {"passphrase": PASSPHRASE}).status_code == 403
    assert signed_in(manager).post(address(edition, "ballot-holder-add"), {"person": stranger.pk}).status_code == 422
    assert signed_in(manager).post(address(edition, "ballot-holder-add"), {"person": "'; --"}).status_code == 422
    assert signed_in(stranger).get(address(edition)).status_code == 404
    with pytest.raises(NotAMember):
        key_holder_name(edition=edition, person=stranger, by=None, now=NOW)


def test_holders_and_secrecy_are_settled_by_opening() -> None:
    edition, person = edition_opened(secrecy=Secrecy.SEALED), user_make(Role.APPROVER)
    holder = edition.key_holders.order_by("pk")[0]

    for change in (
        lambda: key_holder_name(edition=edition, person=person, by=None, now=NOW),
        lambda: key_holder_drop(holder=holder, by=None, now=NOW),
        lambda: key_holder_enrol(holder=holder, passphrase=PASSPHRASE, now=NOW),
    ):
        with pytest.raises(KeysSettled):
            change()
    with pytest.raises(SecrecySettled):
        secrecy_choose(edition=edition, secrecy=Secrecy.CONFIDENTIAL, by=None, now=NOW)


def test_a_manager_chooses_confidential_and_businesses_read_it() -> None:
    edition, manager = draft(), signed_in(user_make(Role.MANAGER))

    manager.post(address(edition, "ballot-secrecy"), {"secrecy": "open to all"})
    assert Edition.objects.get(pk=edition.pk).secrecy == Secrecy.SEALED
    manager.post(address(edition, "ballot-secrecy"), {"secrecy": "confidential"})

    edition = edition_open(edition=Edition.objects.get(pk=edition.pk), by=None, now=NOW)
    assert edition.secrecy == Secrecy.CONFIDENTIAL
    assert not BallotBox.objects.exists()
    consent = Client().get(f"/s/{_code(edition)}/").content.decode()
    assert "gọi cho một số doanh nghiệp" in consent
    assert "Không lưu tên, mã hay thời điểm" not in consent


def test_a_sealed_edition_says_so_before_the_first_question() -> None:
    consent = Client().get(f"/s/{_code(edition_asking())}/").content.decode()

    assert "Câu trả lời được khóa ngay khi gửi" in consent
    assert "gọi cho một số doanh nghiệp" not in consent


def _code(edition: Edition) -> str:
    from surveys.selectors.invitations import code_of  # noqa: PLC0415

    return code_of(invited(edition))


def test_a_holder_opens_with_the_passphrase_and_reads_what_was_made_coarser() -> None:
    edition = closed_with(6)
    client = signed_in(edition.key_holders.order_by("pk")[1].user)
    province_make().memberships.create(user=edition.key_holders.order_by("pk")[1].user, role=Role.APPROVER)

    wrong = client.post(address(edition, "ballot-open"), {"secret": PASSPHRASES[0]})
    assert (wrong.status_code, SealedResponse.objects.count()) == (422, 6)
    right = client.post(address(edition, "ballot-open"), {"secret": PASSPHRASES[1]}, follow=True)

    page = right.content.decode()
    assert Response.objects.count() == 6
    assert "Số phiếu: 6" in page
    assert "khóa đã hủy sau khi mở" in page


def test_a_manager_opens_with_the_code_of_a_sheet() -> None:
    edition, person = draft(), user_make(Role.APPROVER)
    second = user_make(Role.MODERATOR)
    codes = {}
    for each in (person, second):
        holder = key_holder_name(edition=edition, person=each, by=None, now=NOW)
        codes[each] = key_holder_enrol(holder=holder, passphrase=PASSPHRASE, now=NOW)
    edition_open(edition=edition, by=None, now=NOW)
    edition.refresh_from_db()
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    client = signed_in(user_make(Role.MANAGER))

    assert client.post(address(edition, "ballot-open"), {"secret": PASSPHRASE}).status_code == 422
    mistyped = codes[second][:-1] + ("A" if codes[second][-1] != "A" else "B")
    assert client.post(address(edition, "ballot-open"), {"secret": mistyped}).status_code == 422
    typed = " ".join(codes[second][at : at + 4] for at in range(0, 56, 4)).lower()
    assert client.post(address(edition, "ballot-open"), {"secret": typed}).status_code == 302


def test_wrong_passphrases_are_slowed_down() -> None:
    edition, client = closed_with(5), signed_in(user_make(Role.MANAGER))
    for _ in range(10):
        assert client.post(address(edition, "ballot-open"), {"secret": "x"}).status_code == 422

    assert client.post(address(edition, "ballot-open"), {"secret": "x"}).status_code == 429
    cache.clear()


@pytest.mark.parametrize("holders", [1, 6])
def test_the_page_needs_the_same_queries_for_many(holders: int, django_assert_num_queries) -> None:
    edition, client = draft(), signed_in(user_make(Role.MANAGER))
    for _ in range(holders):
        key_holder_name(edition=edition, person=user_make(Role.APPROVER), by=None, now=NOW)

    with django_assert_num_queries(8):
        client.get(address(edition))
