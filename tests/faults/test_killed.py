"""Processes killed without warning in the midst of 500 submissions: no answer whose receipt was shown is lost, and none
is stored by half.
"""

from pathlib import Path

import psycopg
import pytest
from django.db import connection

from surveys.models import Receipt
from tests.factories.respondents import edition_asking
from tests.factories.senders import COUNTS, Senders, is_whole, ready_to_send
from tests.factories.servers import Server, cluster_over, folder_for_all, running, url_of_test_database

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
SUBMISSIONS = 500


def counts() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return tuple(cursor.fetchone())


@pytest.mark.faults(vendor="sqlite")
def test_a_killed_worker_and_a_killed_server_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    codes = ready_to_send(edition_asking(), SUBMISSIONS)

    with running(Server(tmp_path / "var", url_of_test_database(), processes=2)) as server:
        senders = Senders(server, codes)
        with senders.at_work():
            senders.wait_for(100)
            server.kill_one_process()
            assert is_whole(counts())
            senders.wait_for(250)
            server.kill()
            shown = set(senders.receipts.values())
            assert is_whole(counts())
            stored = set(Receipt.objects.values_list("code_sha256", flat=True))
            assert len(shown) >= 250
            assert senders.hashes() <= stored
            assert len(stored) < SUBMISSIONS
            server.start()

        assert len(server.children()) == 2
    assert senders.hashes() == set(Receipt.objects.values_list("code_sha256", flat=True))
    assert counts() == (SUBMISSIONS, SUBMISSIONS, SUBMISSIONS, 0, 0)
    assert {status for status, _page in senders.refused} <= {0}


@pytest.mark.faults(vendor="postgresql", root=True)
def test_a_killed_worker_postgresql_and_server_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    codes = ready_to_send(edition_asking(), SUBMISSIONS)
    with folder_for_all() as folder, cluster_over(folder) as cluster:
        cluster.copy()
        with running(Server(tmp_path / "var", cluster.url, processes=2)) as server:
            senders = Senders(server, codes)
            with senders.at_work():
                senders.wait_for(100)
                server.kill_one_process()
                senders.wait_for(200)
                cluster.kill()
                shown = senders.hashes()
                cluster.start()
                with psycopg.connect(cluster.url) as looking:
                    assert is_whole(looking.execute(COUNTS).fetchone() or ())
                    stored = {row[0] for row in looking.execute("SELECT code_sha256 FROM surveys_receipt")}
                assert shown <= stored
                senders.wait_for(350)
                server.kill()
                assert len(senders.receipts) < SUBMISSIONS
                server.start()
        with psycopg.connect(cluster.url) as looking:
            stored = {row[0] for row in looking.execute("SELECT code_sha256 FROM surveys_receipt")}
            assert senders.hashes() == stored
            assert looking.execute(COUNTS).fetchone() == (SUBMISSIONS, SUBMISSIONS, SUBMISSIONS, 0, 0)
        told = {status for status, _page in senders.refused}
        assert 503 in told
        assert told <= {0, 503}
