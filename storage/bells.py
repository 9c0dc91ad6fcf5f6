"""Bells between processes on PostgreSQL: a commit rings, every other process that listens hears."""

from collections.abc import Iterator

import sqlalchemy as sa

_BELL = "doithoai"
_SOUND = sa.text("SELECT pg_notify(:bell, word) FROM unnest(CAST(:words AS text[])) AS word")


def ring(connection: sa.Connection, *words: str) -> None:
    """Let other processes hear these words when this transaction commits; on SQLite there are none.

    "inbox": something was put in. "outbox CHANNEL": likewise. "shown ID ADDRESS": a page shows it.
    """
    if connection.dialect.name == "postgresql":
        connection.info.setdefault(_BELL, set()).update(words)


def hush(connection: sa.Connection) -> None:
    """Forget what was rung in a transaction that failed."""
    connection.info.pop(_BELL, None)


def sound(connection: sa.Connection, name: str) -> None:
    """Send what was rung, as the last thing of a transaction; `name` is the ringing process."""
    if words := connection.info.pop(_BELL, None):
        connection.execute(
            _SOUND, {"bell": _BELL, "words": [f"{name} {word}" for word in sorted(words)]}
        )


class Ear:
    """A connection of its own that hears what others ring; wait on `fileno` until it is readable.

    Everything but `close` raises OSError when the connection is lost: then make a new one, and
    look into the boxes, for what was rung meanwhile is not heard.
    """

    def __init__(self, url: sa.URL, name: str) -> None:
        """`name`: whose ringing is not worth hearing, being our own."""
        import psycopg  # not on SQLite, where nobody else rings

        self._error = psycopg.Error
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._name = name
        try:
            self._connection = psycopg.connect(address, autocommit=True)
            self._connection.execute(f"LISTEN {_BELL}")
        except self._error as error:
            raise ConnectionError("cannot listen to the database") from error

    def fileno(self) -> int:
        """What becomes readable when there is something to hear."""
        return self._connection.fileno()

    def hear(self) -> Iterator[str]:
        """The words that were rung since the last time; never waits."""
        try:
            for notice in self._connection.notifies(timeout=0):
                name, _, word = notice.payload.partition(" ")
                if name != self._name:
                    yield word
        except self._error as error:
            raise ConnectionError("the database no longer rings") from error

    def close(self) -> None:
        """Stop listening."""
        self._connection.close()
