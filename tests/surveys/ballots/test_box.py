"""From the envelope in the tray into the box and out of it: what is stored, what is not, who can read it when."""

import json
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from ddci.core.crypto import SealBrokenError, code_for, derive, unsealed
from ddci.core.sealing import LENGTHS, recovery_code
from surveys.answers.drafts import OverallPage
from surveys.enums import EditionState, InvitationState, Secrecy
from surveys.models import (
    BallotBox,
    BlockUnit,
    Comment,
    Edition,
    Envelope,
    FieldworkDay,
    Invitation,
    KeyHolder,
    Rating,
    Receipt,
    Response,
    ResponseLink,
    SealedResponse,
    UnitCounter,
)
from surveys.selectors import monitor
from surveys.selectors.ballots import boxes_of, envelope_key, receipts_of, wrapping_key
from surveys.selectors.invitations import code_of, receipt_sha256
from surveys.services.answering import draft_save, response_submit
from surveys.services.ballot_opening import BoxNotClosed, BoxOpened, WrongSecret, ballot_open
from surveys.services.datasets import BoxUnopened, dataset_freeze
from surveys.services.editions import edition_close
from surveys.services.fieldwork import fieldwork_look_after
from surveys.services.tray import FEWEST_TOGETHER, is_due, tray_empty
from surveys.services.withdrawal import CannotBeFound, response_shown, response_withdraw
from tests.factories.ballots import PASSPHRASES, box_open, box_opened
from tests.factories.editions import NOW, edition_opened
from tests.factories.respondents import ANSWERS, edition_asking, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


def sent(edition: Edition, count: int, unit: str = "so-tai-chinh", **of: Any) -> list[str]:
    """Receipts of `count` businesses that have rated the unit."""
    receipts = []
    for _ in range(count):
        invitation = invited(edition, **of)
        draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, unit)), now=NOW)
        receipts.append(response_submit(invitation=invitation))
    return receipts


def test_sending_writes_an_envelope_and_nothing_on_the_side_of_the_boxes() -> None:
    edition = edition_asking()
    sent(edition, 1)

    assert Invitation.objects.get().state == InvitationState.DONE
    assert (Envelope.objects.count(), SealedResponse.objects.count(), Response.objects.count()) == (1, 0, 0)
    assert (Comment.objects.count(), UnitCounter.objects.count()) == (0, 0)


def test_neither_envelope_nor_box_can_be_read_and_all_have_one_length() -> None:
    edition = edition_asking()
    sent(edition, FEWEST_TOGETHER)
    long = invited(edition)
    finance = unit_key(edition, "so-tai-chinh")
    pages = [*whole_questionnaire(finance), OverallPage(finance, 3, "Chữ nghĩa khác nhau " * 49)]
    draft_save(invitation=long, pages=pages, now=NOW)
    response_submit(invitation=long)
    envelopes = [bytes(box) for box in Envelope.objects.values_list("box", flat=True)]
    tray_empty(edition=edition, rng=Random(1))
    boxes = [bytes(box) for box in SealedResponse.objects.values_list("box", flat=True)]

    assert len({len(box) for box in envelopes}) == len({len(box) for box in boxes}) == 1
    assert len(boxes[0]) > LENGTHS[0]
    assert not any(word in box for box in envelopes + boxes for word in (b"MB1", b"enterprise", "nghĩa".encode()))
    inner = unsealed(wrapping_key(BallotBox.objects.get()), boxes[0])
    assert not any(word in inner for word in (b"MB1", b"enterprise"))
    with pytest.raises(SealBrokenError):
        unsealed(derive(settings.INVITATION_KEY, "draft", code_for(settings.INVITATION_KEY, long.handle)), envelopes[0])


def test_the_tray_waits_for_ten_and_gives_every_box_a_new_name_and_wrapping() -> None:
    edition = edition_asking()
    sent(edition, FEWEST_TOGETHER - 1)
    assert not is_due(edition)
    assert tray_empty(edition=edition, rng=Random(1)) == 0

    sent(edition, 1)
    assert is_due(edition)
    assert tray_empty(edition=edition, rng=Random(1)) == FEWEST_TOGETHER
    before = dict(SealedResponse.objects.values_list("id", "box"))
    sent(edition, FEWEST_TOGETHER)
    tray_empty(edition=edition, rng=Random(1))
    after = dict(SealedResponse.objects.values_list("id", "box"))

    assert (len(before), len(after), Envelope.objects.count()) == (10, 20, 0)
    assert not before.keys() & after.keys()
    assert not {bytes(box) for box in before.values()} & {bytes(box) for box in after.values()}


def test_the_clock_empties_the_tray_once_ten_answers_lie_there() -> None:
    edition = edition_asking()
    sent(edition, 9)
    fieldwork_look_after(edition=edition, today=NOW.date())
    assert boxes_of(edition).boxed == 0
    sent(edition, 1)
    assert boxes_of(edition).waiting == 10
    fieldwork_look_after(edition=edition, today=NOW.date())
    assert (boxes_of(edition).boxed, boxes_of(edition).waiting) == (10, 0)
    assert FieldworkDay.objects.get(edition=edition).day == NOW.date()


def test_a_tray_that_cannot_be_emptied_keeps_no_other_edition_waiting() -> None:
    """The first edition has an envelope that was damaged; the clock goes on to the next, and tries again later."""
    damaged, sound = edition_asking(), edition_asking(year=2025)
    sent(damaged, 10)
    sent(sound, 10)
    broken = Envelope.objects.filter(invitation__edition=damaged).order_by("pk").first()
    assert broken is not None
    whole = bytes(broken.box)
    Envelope.objects.filter(pk=broken.pk).update(box=whole[:-1])

    call_command("tick")
    assert [(boxes_of(each).boxed, boxes_of(each).waiting) for each in (damaged, sound)] == [(0, 10), (10, 0)]

    Envelope.objects.filter(pk=broken.pk).update(box=whole)
    call_command("tick")
    assert boxes_of(damaged).boxed == 10


def test_staff_see_counts_that_move_by_trays_and_no_answer() -> None:
    edition = edition_asking()
    sent(edition, 6)
    sent(edition, 4, "so-cong-thuong")

    def seen() -> tuple[int, int, dict[str, int]]:
        found, blocks = monitor.participation_of(edition), monitor.block_counts(edition)
        return found.responses, found.ratings, {line.code: line.count for line in blocks[0].units if line.count}

    assert seen() == (10, 0, {})
    tray_empty(edition=edition, rng=Random(1))
    assert seen() == (10, 10, {"so-tai-chinh": 6, "so-cong-thuong": 4})
    assert [(line.code, line.count) for line in monitor.channel_counts(edition)] == [("", 10)]
    assert UnitCounter.objects.count() == BlockUnit.objects.filter(block__edition=edition).count()
    sent(edition, 3)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    assert seen() == (13, 10, {"so-tai-chinh": 6, "so-cong-thuong": 4})
    box_open(edition)
    assert seen() == (13, 13, {"so-tai-chinh": 9, "so-cong-thuong": 4})
    assert [(line.code, line.count) for line in monitor.channel_counts(edition)] == [("invited", 13)]


def test_a_holder_opens_the_closed_box_and_all_comes_out_as_it_went_in() -> None:
    edition = edition_asking()
    receipts = sent(edition, 12, stratum="micro")

    opened = box_opened(edition)

    assert (opened.responses, opened.ratings, opened.comments, opened.damaged) == (12, 12, 12, 0)
    assert {(row.stratum, row.design_weight, json.dumps(row.profile)) for row in Response.objects.all()} == {
        ("micro", 2.5, '{"size": "micro", "type": "enterprise"}')
    }
    assert [rating.answers for rating in Rating.objects.all()] == [ANSWERS] * 12
    assert not SealedResponse.objects.exists()
    assert not UnitCounter.objects.exists()
    assert receipts_of(edition) == sorted(receipt_sha256(code) for code in receipts)
    box = BallotBox.objects.get()
    assert (box.boxes, box.damaged, box.merges) == (12, 0, [])


def test_opening_destroys_every_lock_of_the_key() -> None:
    edition = edition_asking()
    sent(edition, 5)
    box_opened(edition)

    assert {(bytes(h.sealed_key), bytes(h.locked_secret)) for h in KeyHolder.objects.all()} == {(b"", b"")}
    with pytest.raises(BoxOpened):
        box_open(edition)


def test_nobody_opens_a_box_that_still_takes_answers() -> None:
    edition = edition_asking()
    sent(edition, 5)

    with pytest.raises(BoxNotClosed):
        box_open(edition)

    assert not Response.objects.exists()


def test_only_the_own_passphrase_or_a_recovery_code_opens() -> None:
    edition = edition_asking()
    sent(edition, 5)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    first, second = edition.key_holders.order_by("pk")

    for by, secret in (
        (first, PASSPHRASES[1]),
        (second, PASSPHRASES[0]),
        (first, ""),
        (first, recovery_code(b"x" * 32)),
    ):
        with pytest.raises(WrongSecret):
            ballot_open(edition=edition, secret=secret, by=by.user, now=NOW, rng=Random(1))

    assert SealedResponse.objects.count() == 5
    ballot_open(edition=edition, secret=f"  {PASSPHRASES[1]} ", by=second.user, now=NOW, rng=Random(1))
    assert Response.objects.count() == 5


def test_a_box_that_somebody_changed_is_counted_and_the_others_are_saved() -> None:
    edition = edition_asking()
    sent(edition, 6)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    changed = SealedResponse.objects.order_by("id")[0]
    SealedResponse.objects.filter(pk=changed.pk).update(box=bytes(changed.box)[:-1] + b"\0")

    opened = box_open(edition)

    assert (opened.responses, opened.damaged) == (5, 1)
    assert AuditEntry.objects.get(action="ballot.open").note == "5; damaged: 1"


def test_sealed_answers_cannot_be_frozen_before_the_box_is_opened() -> None:
    edition = edition_asking()
    sent(edition, 5)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    with pytest.raises(BoxUnopened):
        dataset_freeze(edition=edition, by=None, now=NOW)
    box_open(edition)
    assert dataset_freeze(edition=edition, by=None, now=NOW).responses == 5


def test_neither_audit_nor_tables_hold_a_passphrase_or_a_key() -> None:
    edition = edition_asking()
    sent(edition, 5)
    box_opened(edition)
    notes = " ".join(AuditEntry.objects.values_list("note", flat=True))

    assert not any(passphrase in notes for passphrase in PASSPHRASES)
    assert AuditEntry.objects.get(action="ballot.open").by == edition.key_holders.order_by("pk")[0].user


def refused(sql: str, *arguments: object) -> bool:
    """Whether the database itself refuses the statement, whatever the program thinks."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, arguments)
    except IntegrityError as error:
        return "frozen: " in str(error)
    return False


@pytest.mark.parametrize("secrecy", Secrecy)
def test_the_kind_of_secrecy_stays_once_the_edition_is_open(secrecy: Secrecy) -> None:
    edition = edition_opened(secrecy=secrecy)
    other = next(each for each in Secrecy if each != secrecy)

    assert refused("UPDATE surveys_edition SET secrecy = %s WHERE id = %s", other.value, edition.pk)
    assert not refused("UPDATE surveys_edition SET secrecy = %s WHERE id = %s", secrecy.value, edition.pk)
    assert not refused("UPDATE surveys_edition SET minutes_to_answer = 11 WHERE id = %s", edition.pk)


def test_an_edition_is_either_sealed_or_confidential() -> None:
    edition = Edition(province=edition_opened().province, year=2031, title_vi="t", title_en="t")
    assert edition.secrecy == Secrecy.SEALED
    edition.secrecy = "open"
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save()


def test_a_sealed_edition_takes_no_link_between_business_and_response() -> None:
    edition = edition_asking()
    sent(edition, 5)
    box_opened(edition)
    link = "INSERT INTO surveys_responselink (response_id, invitation_id) SELECT r.id, i.id FROM surveys_response r, "

    assert refused(f"{link} surveys_invitation i LIMIT 1")


def test_boxes_come_in_only_while_answers_are_taken_and_the_key_stays() -> None:
    edition = edition_asking()
    sent(edition, 5)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))

    assert refused("INSERT INTO surveys_envelope (invitation_id, box) SELECT id, 'x' FROM surveys_invitation LIMIT 1")
    assert refused("UPDATE surveys_ballotbox SET public_key = 'x'")
    assert refused("DELETE FROM surveys_ballotbox")
    box_open(edition)
    assert refused("UPDATE surveys_ballotbox SET merges = '[]'")


def test_a_confidential_edition_keeps_the_link_until_the_data_are_frozen() -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    sent(edition, 6)
    assert (ResponseLink.objects.count(), Envelope.objects.count()) == (6, 0)
    joined = set(ResponseLink.objects.values_list("response", "invitation"))

    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    assert set(ResponseLink.objects.values_list("response", "invitation")) == joined
    dataset_freeze(edition=edition, by=None, now=NOW)

    assert not ResponseLink.objects.exists()
    assert (Response.objects.count(), Receipt.objects.count()) == (6, 6)
    assert Edition.objects.get(pk=edition.pk).state == EditionState.FROZEN


def test_answers_can_be_shown_and_deleted_on_request_where_they_can_be_found() -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    sent(edition, 2)
    first, second = Invitation.objects.order_by("pk")

    assert response_shown(invitation=first)["ratings"] == {"so-tai-chinh": ANSWERS}
    call_command("response_withdraw", "--code", code_of(first))
    assert (Response.objects.count(), Rating.objects.count(), Receipt.objects.count()) == (1, 1, 1)
    assert Invitation.objects.get(pk=first.pk).state == InvitationState.SENT
    assert ResponseLink.objects.get().invitation == second

    sealed = edition_asking(year=2025)
    sent(sealed, 1)
    for change in (response_shown, lambda **of: response_withdraw(**of, by=None, now=NOW)):
        with pytest.raises(CannotBeFound):
            change(invitation=Invitation.objects.get(edition=sealed))


def test_the_envelope_key_belongs_to_one_invitation() -> None:
    edition = edition_asking()
    sent(edition, 2)
    one, two = Envelope.objects.select_related("invitation").order_by("pk")
    with pytest.raises(SealBrokenError):
        unsealed(envelope_key(one), bytes(two.box))
