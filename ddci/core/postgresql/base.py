"""Django's PostgreSQL with a pool that sees whether a connection still stands without asking the server for it."""

from collections.abc import Callable
from select import POLLIN, poll
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

Pool = ConnectionPool[Connection[Any]]


def standing_check(connection: Connection[Any]) -> None:
    """Whoever ends a connection says so on it, and so does the system of a server that died: what idles and yet has
    something to read is no more.

    Raises:
        OperationalError: the pool takes another one then.
    """
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    if waiting.poll(0):
        # One that is not closed would go back into the pool.
        connection.close()
        raise OperationalError("The connection was ended while it was idle.")


class DatabaseWrapper(base.DatabaseWrapper):
    """The pool is Django's but for the check, which there costs a statement for every request."""

    _connection_pools: ClassVar[dict[str, Pool]]
    _configure_connection: Callable[[Connection[Any]], None]

    @property
    def pool(self) -> Pool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            made: Pool = ConnectionPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                check=standing_check,
                **options,
            )
            # Threads may make one each; the first stays, and no other was opened.
            self._connection_pools.setdefault(self.alias, made)
        return self._connection_pools[self.alias]
