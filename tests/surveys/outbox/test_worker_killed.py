"""Two worker processes are killed in the midst of sending: nobody gets a message twice, none is lost."""

import os
import subprocess
import sys
import time
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from surveys.enums import MessageState
from surveys.services.campaigns import quiet_hours_set
from surveys.services.outbox_fill import outbox_fill
from tests.factories.editions import NOW, edition_opened
from tests.factories.messages import Clock, campaign_make, invite, work
from tests.surveys.ballots.test_killed import environment
from tests.surveys.outbox.sink import Sink

PEOPLE = 200
KILLED_AT = (40, 110)


def workers(port: int, log: Path) -> list[int]:
    """The numbers of the worker processes."""
    told = {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "EMAIL_PER_MINUTE": "60000", "LOG_LEVEL": "INFO"}
    command = [sys.executable, str(Path(__file__).parent / "workers.py"), str(len(KILLED_AT))]
    with log.open("ab") as file:
        done = subprocess.run(
            command, env={**environment(), **told}, stdout=subprocess.PIPE, stderr=file, text=True, check=True
        )
    return [int(line) for line in done.stdout.split()]


def wait_for(sink: Sink, mails: int) -> None:
    deadline = time.monotonic() + 120
    while len(sink.mails) < mails:
        assert time.monotonic() < deadline, f"only {len(sink.mails)} mails"
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
def test_each_recipient_gets_exactly_one_or_is_listed_as_unclear(sink: Sink, tmp_path: Path) -> None:
    edition = edition_opened()
    addresses = [f"dn{number}@a{number % 50}.vn" for number in range(PEOPLE)]
    invite(edition, *addresses)
    quiet_hours_set(edition=edition, begins=clock_time(0), ends=clock_time(0), everywhere=False, by=None, now=NOW)
    campaign = campaign_make(edition)
    campaign.state = "running"
    campaign.save()
    outbox_fill(campaign=campaign, now=timezone.now())
    sink.seconds = 0.02
    log = tmp_path / "worker.txt"

    for process, mails in zip(workers(sink.port, log), KILLED_AT, strict=True):
        wait_for(sink, mails)
        os.kill(process, 9)
    before = len(sink.mails)
    sink.seconds = 0.0
    work(campaign, Clock(now=timezone.now() + timedelta(minutes=11)))

    assert before < PEOPLE
    states = dict(campaign.messages.values_list("invitation__email", "state"))
    unclear = {address for address, state in states.items() if state == MessageState.UNCLEAR}
    counts = sink.counts()
    assert set(counts.values()) == {1}
    assert len(unclear) <= len(KILLED_AT)
    assert {address for address, state in states.items() if state == MessageState.SENT} == set(addresses) - unclear
    assert set(addresses) - unclear <= set(counts)
    assert "@a" not in log.read_text()
