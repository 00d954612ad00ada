"""A disk that is full: a clear sentence, nothing stored by half, and everything goes on once there is room again."""

from pathlib import Path

import psycopg
import pytest
from django.db import connection

from surveys.models import Receipt
from tests.factories.respondents import edition_asking
from tests.factories.senders import COUNTS, Senders, is_whole, ready_to_send
from tests.factories.servers import Server, cluster_over, disk_resize, disk_used, folder_for_all, running, small_disk

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
]
SUBMISSIONS = 60
SENTENCE = "Hệ thống hiện chưa trả lời"


@pytest.mark.faults(vendor="sqlite", root=True)
def test_sqlite_on_a_full_disk(tmp_path: Path) -> None:
    codes = ready_to_send(edition_asking(), SUBMISSIONS)
    disk = tmp_path / "disk"

    with small_disk(disk, 100):
        file = disk / "ddci.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
        with running(Server(tmp_path / "var", f"sqlite:///{file}")) as server:
            senders = Senders(server, codes)
            disk_resize(disk, disk_used(disk) + 300)
            with senders.at_work():
                senders.wait_for_refusals(20)
                assert 0 < len(senders.receipts) < SUBMISSIONS
                disk_resize(disk, 100_000)
            assert {status for status, _page in senders.refused} == {503}, server.log()
            assert SENTENCE in senders.refused[0][1]
        with connection.cursor() as cursor:
            cursor.execute("ATTACH DATABASE %s AS full", [str(file)])
            cursor.execute(COUNTS.replace("FROM surveys_", "FROM full.surveys_"))
            found = tuple(cursor.fetchone())
            cursor.execute("SELECT code_sha256 FROM full.surveys_receipt")
            stored = {row[0] for row in cursor.fetchall()}
            cursor.execute("DETACH DATABASE full")
    assert found == (SUBMISSIONS, SUBMISSIONS, SUBMISSIONS, 0, 0)
    assert senders.hashes() == stored
    assert not Receipt.objects.exists()


@pytest.mark.faults(vendor="postgresql", root=True)
def test_postgresql_on_a_full_disk(tmp_path: Path) -> None:
    codes = ready_to_send(edition_asking(), SUBMISSIONS)

    with folder_for_all() as folder, small_disk(folder / "disk", 300), cluster_over(folder / "disk") as cluster:
        cluster.copy()
        with running(Server(tmp_path / "var", cluster.url)) as server:
            senders = Senders(server, codes)
            disk_resize(cluster.folder, disk_used(cluster.folder) + 200)
            with senders.at_work():
                senders.wait_for_refusals(20)
                assert len(senders.receipts) < SUBMISSIONS
                disk_resize(cluster.folder, 300_000)
                if not cluster.is_up():  # without room for its log, it stops as a whole
                    cluster.start()
                with psycopg.connect(cluster.url) as looking:
                    assert is_whole(looking.execute(COUNTS).fetchone() or ())
            assert {status for status, _page in senders.refused} == {503}, server.log()
            assert SENTENCE in senders.refused[0][1]
        with psycopg.connect(cluster.url) as looking:
            assert looking.execute(COUNTS).fetchone() == (SUBMISSIONS, SUBMISSIONS, SUBMISSIONS, 0, 0)
            stored = {row[0] for row in looking.execute("SELECT code_sha256 FROM surveys_receipt")}
            assert senders.hashes() == stored
