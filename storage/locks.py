"""Names that one process holds at a time, until it lets them go or dies."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from psycopg import Connection

# A machine that vanished is noticed within seconds, like a process that died is at once.
_WATCHED = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
_TRY = "SELECT name, pg_try_advisory_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) name"


_PROBE = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


def is_free(connection: sa.Connection, name: str) -> bool:
    """Whether no other process holds this name; on SQLite there is no other."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(_PROBE, {"name": name}).scalar())


class Locks:
    """On PostgreSQL, advisory locks on a connection of their own; on SQLite we are alone anyway."""

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        self._is_alone = url.get_backend_name() == "sqlite"
        self._connection: Connection | None = None
        self._held: set[str] = set()

    def hold(self, names: frozenset[str]) -> frozenset[str]:
        """Try to hold those of `names` that we do not; those that we hold now, perhaps fewer."""
        if self._is_alone:
            return names
        import psycopg  # not on SQLite

        try:
            connection = self._connection or self._connect()
            wanted = sorted(names - self._held)
            self._held |= {name for name, mine in connection.execute(_TRY, [wanted]) if mine}
        except psycopg.Error:
            # The database let go of all of them together with the connection.
            self.close()
        return frozenset(self._held)

    def close(self) -> None:
        """Let everything go."""
        self._held = set()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> "Connection":
        import psycopg

        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address, autocommit=True, options=_WATCHED)
        return self._connection
