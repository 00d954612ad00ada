"""Two windows, double clicks, many businesses at the same moment: each in a thread with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from surveys.answers.drafts import OverallPage, SectionPage
from surveys.enums import InvitationState, Secrecy
from surveys.models import Draft, Envelope, Invitation, Rating, Receipt, SealedResponse, UnitCounter
from surveys.selectors.answering import draft_content
from surveys.selectors.ballots import boxes_of
from surveys.selectors.invitations import code_of, invitation_by_code
from surveys.services.answering import AlreadyClosed, AlreadySent, Tab, draft_save, response_submit
from surveys.services.editions import edition_close
from surveys.services.fieldwork import fieldwork_look_after
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db(transaction=True)
Found = TypeVar("Found")


def at_once(jobs: list[Callable[[], Found]]) -> list[Found]:
    """All jobs begin at the same moment; their results in order."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Found]) -> Found:
        start.wait()
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_a_double_click_sends_once() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)

    receipts = at_once([lambda: response_submit(invitation=invitation)] * 4)

    assert len(set(receipts)) == 1
    assert (Envelope.objects.count(), Receipt.objects.count()) == (1, 1)


def test_pages_saved_at_the_same_moment_all_stay() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    units = [unit_key(edition, code) for code in ("so-tai-chinh", "tp-thai-binh")]
    first = draft_save(invitation=invitation, pages=entry_pages(*units), now=NOW)
    pages = [
        page
        for unit in units
        for page in (SectionPage(unit, {"MB1": "4"}, "transparency"), SectionPage(unit, {"TG1": "3"}, "time_costs"))
    ]

    def saving(name: str, page: SectionPage) -> Callable[[], int]:
        tab = Tab(name, 1, first.revision)
        return lambda: draft_save(invitation=invitation, pages=[page], now=NOW, tab=tab).revision

    revisions = at_once([saving(str(number), page) for number, page in enumerate(pages)])

    assert sorted(revisions) == [2, 3, 4, 5]
    stored = Draft.objects.select_related("invitation").get().invitation
    assert draft_content(stored).ratings == {unit: {"MB1": 4, "TG1": 3} for unit in units}


def test_many_businesses_send_at_the_same_moment() -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitations = [invited(edition) for _ in range(8)]
    for invitation in invitations:
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)

    receipts = at_once([lambda each=each: response_submit(invitation=each) for each in invitations])  # type: ignore[misc]

    assert len(set(receipts)) == 8
    assert (Envelope.objects.count(), Receipt.objects.count()) == (8, 8)


def test_closing_while_businesses_send_counts_every_receipt_and_nothing_else() -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitations = [invited(edition) for _ in range(8)]
    for invitation in invitations:
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)

    def sending(invitation: Invitation) -> Callable[[], str]:
        def send() -> str:
            try:
                return response_submit(invitation=invitation)
            except AlreadyClosed:
                return ""

        return send

    def close() -> str:
        edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
        return ""

    jobs = [sending(each) for each in invitations]
    receipts = [receipt for receipt in at_once([*jobs[:4], close, *jobs[4:]]) if receipt]

    done = Invitation.objects.filter(state=InvitationState.DONE).count()
    assert (SealedResponse.objects.count(), Receipt.objects.count(), done) == (len(receipts),) * 3
    assert not Envelope.objects.exists()
    assert not Draft.objects.exists()


def test_the_tray_is_emptied_while_businesses_send_and_nothing_is_lost_or_doubled() -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitations = [invited(edition) for _ in range(33)]
    for invitation in invitations:
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)

    def sending(some: list[Invitation]) -> Callable[[], list[str]]:
        return lambda: [response_submit(invitation=each) for each in some]

    def clock() -> list[str]:
        for _tick in range(20):
            fieldwork_look_after(edition=edition, today=NOW.date())
        return []

    jobs = [*(sending(invitations[start::3]) for start in range(3)), clock, clock]
    receipts = [code for codes in at_once(jobs) for code in codes]
    fieldwork_look_after(edition=edition, today=NOW.date())

    found = boxes_of(edition)
    assert (len(set(receipts)), found.all) == (33, 33)
    assert found.waiting < 10
    counter = UnitCounter.objects.get(block_unit=finance)
    assert counter.ratings == found.boxed
    assert box_opened(edition).responses == 33


def test_a_save_at_the_moment_of_sending_in_is_either_counted_or_refused() -> None:
    edition = edition_asking(secrecy=Secrecy.CONFIDENTIAL)
    finance = unit_key(edition, "so-tai-chinh")

    def save(code: str) -> bool:
        try:
            page = OverallPage(finance, 1)
            draft_save(invitation=invitation_by_code(code), pages=[page], now=NOW, tab=Tab("b", 1, 9))
        except AlreadySent:
            return False
        return True

    def send(code: str) -> bool:
        return bool(response_submit(invitation=invitation_by_code(code)))

    for _ in range(8):
        invitation = invited(edition)
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)
        code = code_of(invitation)

        saved, _sent = at_once([lambda code=code: save(code), lambda code=code: send(code)])  # type: ignore[misc]

        rating = Rating.objects.get(response__link__invitation=invitation)
        assert rating.satisfaction == (1 if saved else 8)
    assert not Draft.objects.exists()
