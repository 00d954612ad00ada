"""What the pool takes for a connection that still stands; SQLite has none."""

import psycopg
import pytest
from django.db import connection

from ddci.core.postgresql.base import standing_check

pytestmark = pytest.mark.django_db(transaction=True)


def test_connections_ended_while_idle_are_replaced_and_others_are_kept() -> None:
    if connection.vendor != "postgresql":
        return
    target = {**connection.get_connection_params(), "autocommit": True}
    with psycopg.connect(**target) as idle, psycopg.connect(**target) as other:
        standing_check(idle)
        assert idle.execute("SELECT 1").fetchone() == (1,)
        standing_check(idle)
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [idle.info.backend_pid])

        with pytest.raises(psycopg.OperationalError):
            standing_check(idle)
        assert idle.closed
        standing_check(other)


def test_a_visitor_after_a_restart_gets_a_connection_that_works() -> None:
    if connection.vendor != "postgresql":
        return
    connection.ensure_connection()
    pool, ended = connection.pool, connection.connection.info.backend_pid
    connection.close()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != ended
    assert connection.pool is pool
