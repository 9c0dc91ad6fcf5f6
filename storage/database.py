"""The database: one writer that commits in groups, many readers, SQLite or PostgreSQL."""

import contextlib
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool

Connection = sa.Connection
Result = TypeVar("Result")
Job = Callable[[Connection], Result]

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
# SQLite makes a row number only of a column that is called INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_GROUP = 256
"""How many jobs share one commit at most; more would make the first of them wait."""


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A time in UTC on both databases; a time without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Out of the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """What we remember. `write` is the only way to change anything."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = _sqlite_writer(self.url) if self.is_sqlite else _postgresql(self.url, 1)
        self._reader = _sqlite_reader(self.url) if self.is_sqlite else _postgresql(self.url, 4)
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def read(self) -> Generator[sa.Connection]:
        """A connection that sees one state of the data and changes nothing."""
        with self._reader.connect() as connection:
            yield connection

    def write(self, job: Job[Result]) -> "Future[Result]":
        """Run a job in the writer's next group; its Future is done when the commit is durable.

        A job may run twice (alone, when another of its group fails): it changes nothing but the
        database. Its exception comes out of the Future.
        """
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        future: Future[Result] = Future()
        # Who no longer waits for it cannot undo it, nor upset the writer with a cancelled Future.
        future.set_running_or_notify_cancel()
        self._jobs.put((job, future))
        return future

    def close(self) -> None:
        """Finish the jobs that wait, then let go of every connection."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()
        self._writer.dispose()
        self._reader.dispose()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first]
            closing = False
            while len(group) < _GROUP and not closing:
                try:
                    entry = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if entry is None:
                    closing = True
                else:
                    group.append(entry)
            self._commit(group)
            if closing:
                return

    def _commit(self, group: list[tuple[Job[Any], Future[Any]]]) -> None:
        """All of the group in one transaction; when one fails, each in its own."""
        try:
            with self._writer.begin() as connection:
                results = [job(connection) for job, _ in group]
        except BaseException as error:
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for entry in group:
                self._commit([entry])
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)


def insert_new(connection: sa.Connection, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that can say `on_conflict_do_nothing`, in the connection's own dialect."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _sqlite_writer(url: sa.URL) -> sa.Engine:
    engine = _sqlite(url, QueuePool, "BEGIN IMMEDIATE")
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return engine


def _sqlite_reader(url: sa.URL) -> sa.Engine:
    return _sqlite(url, QueuePool, "BEGIN")


def _sqlite(url: sa.URL, pool: type[QueuePool], begin: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=pool,
        json_serializer=_encode,
        json_deserializer=msgspec.json.decode,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: sa.URL, size: int) -> sa.Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=size,
        pool_pre_ping=True,
        json_serializer=_encode,
        json_deserializer=msgspec.json.decode,
        connect_args={"options": "-c timezone=UTC"},
    )
