"""The process that takes answers is killed, in the midst of sending and of emptying trays, again and again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from surveys.enums import InvitationState
from surveys.models import Edition, Invitation, Receipt
from surveys.selectors.ballots import boxes_of, receipts_of
from surveys.selectors.invitations import code_of, receipt_sha256
from tests.factories.ballots import box_opened
from tests.factories.respondents import edition_asking, invited, unit_key

KILLED_AFTER = (3, 11, 10, 14)


def environment() -> dict[str, str]:
    """The database and the keys of this test for another process."""
    found = connection.settings_dict
    address = f"sqlite:///{found['NAME']}"
    if connection.vendor == "postgresql":
        address = f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    kept = {"INVITATION_KEY": settings.INVITATION_KEY, "DDCI_VAR": str(settings.VAR_DIR), "DDCI_MODE": "embedded"}
    return {**os.environ, **kept, "DATABASE_URL": address, "PYTHONPATH": str(settings.BASE_DIR)}


def receipts_until_killed(codes: list[str], unit: int, count: int) -> list[str]:
    """Receipts shown by a process that is killed right after the `count`-th."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "voting.py"), str(unit)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n".join(codes) + "\n")
    process.stdin.flush()
    shown = [process.stdout.readline().strip() for _ in range(count)]
    process.kill()
    rest = process.stdout.read().split()
    process.stdin.close()
    process.stdout.close()
    process.wait()
    return [receipt for receipt in [*shown, *rest] if receipt]


@pytest.mark.django_db(transaction=True)
def test_no_acknowledged_answer_is_lost_and_none_is_half_stored_or_doubled() -> None:
    edition = edition_asking()
    unit = unit_key(edition, "so-tai-chinh")
    codes = [code_of(invited(edition)) for _ in range(60)]
    acknowledged: list[str] = []
    for count in KILLED_AFTER:
        done = set(Invitation.objects.filter(state=InvitationState.DONE).values_list("handle", flat=True))
        waiting = [code for code in codes if code[:6] not in done]
        acknowledged += receipts_until_killed(waiting, unit, count)

    edition = Edition.objects.get(pk=edition.pk)
    finished = Invitation.objects.filter(state=InvitationState.DONE).count()
    assert len(acknowledged) >= sum(KILLED_AFTER)
    assert {receipt_sha256(receipt) for receipt in acknowledged} <= set(receipts_of(edition))
    assert (boxes_of(edition).all, Receipt.objects.count()) == (finished, finished)
    opened = box_opened(edition)
    assert (opened.responses, opened.ratings, opened.damaged) == (finished, finished, 0)
