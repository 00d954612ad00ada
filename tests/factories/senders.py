"""Businesses that have answered everything and send in at the same time, again and again until they have a receipt."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from ddci.core.crypto import code_normalised
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import code_of
from surveys.services.answering import draft_save
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW
from tests.factories.respondents import unit_key, whole_questionnaire
from tests.factories.servers import Server

RECEIPT = re.compile(r'class="receipt-code">([^<]+)<')
AT_ONCE = 8
# Of the side of participation and of the side of answers; read in one statement, so at one moment.
COUNTS = """
    SELECT (SELECT count(*) FROM surveys_receipt), (SELECT count(*) FROM surveys_invitation WHERE state = 'done'),
        (SELECT count(*) FROM surveys_envelope) + (SELECT count(*) FROM surveys_sealedresponse),
        (SELECT count(*) FROM surveys_invitation WHERE state <> 'done'), (SELECT count(*) FROM surveys_draft)
"""


def ready_to_send(edition: Edition, count: int) -> list[str]:
    """Codes of businesses that have answered everything."""
    finance = unit_key(edition, "so-tai-chinh")
    guests = [Guest(name=f"Doanh nghiệp {number}", stratum="micro") for number in range(count)]
    invitations: list[Invitation] = invitations_create(edition=edition, guests=guests, by=None, now=NOW)
    for invitation in invitations:
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)
    return [code_of(invitation) for invitation in invitations]


def is_whole(counts: tuple[int, ...]) -> bool:
    """As many receipts as answers and completed invitations; a draft where one is not completed, and only there."""
    receipts, done, answers, open_ones, drafts = counts
    return receipts == done == answers and open_ones == drafts


@dataclass
class Senders:
    """What businesses were shown: receipts by code, and every other answer that they got."""

    server: Server
    codes: list[str]
    receipts: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    giving_up: threading.Event = field(default_factory=threading.Event)

    def send(self, code: str) -> None:
        while not self.giving_up.is_set():
            status, page = self.server.post(f"/s/{code}/send/", {"script": "1"})
            found = RECEIPT.search(page)
            if found:
                self.receipts[code] = found[1]
                return
            self.refused.append((status, page))
            time.sleep(0.1)

    @contextmanager
    def at_work(self) -> Iterator["Senders"]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sending = [pool.submit(self.send, code) for code in self.codes]
            try:
                yield self
                for each in sending:
                    each.result(timeout=60)
            finally:
                self.giving_up.set()

    def wait_for(self, receipts: int) -> None:
        until = time.monotonic() + 60
        while len(self.receipts) < receipts:
            assert time.monotonic() < until, (len(self.receipts), self.refused[-1:])
            time.sleep(0.01)

    def wait_for_refusals(self, number: int) -> None:
        until = time.monotonic() + 60
        while len(self.refused) < number:
            assert time.monotonic() < until, (len(self.receipts), len(self.refused))
            time.sleep(0.05)

    def hashes(self) -> set[str]:
        """What the database must hold of everybody who was shown a receipt."""
        return {sha256(code_normalised(each).encode()).hexdigest() for each in self.receipts.values()}
