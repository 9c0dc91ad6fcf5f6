"""What the writer promises: durable in groups, one failing job harms no other."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from storage import inbox
from storage.database import Database, UtcTime
from storage.inbox import InboxEntry

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def entry(number: int, address: str = "a") -> InboxEntry:
    return InboxEntry("web", address, f"m{number}", "text", f"tin {number}", "", False, AT, AT)


def texts(database: Database) -> list[str]:
    with database.read() as connection:
        return [row.text for row in inbox.said_by(connection, "web", "a", 100)]


def test_what_a_write_returned_is_seen_by_every_reader(database: Database) -> None:
    database.write(lambda c: inbox.put(c, [entry(1)])).result()
    assert texts(database) == ["tin 1"]


def test_a_failing_job_harms_no_other_of_its_group(database: Database) -> None:
    def fail(_: sa.Connection) -> None:
        raise RuntimeError("planted")

    jobs = [lambda c, n=n: inbox.put(c, [entry(n)]) for n in range(20)]
    futures = [database.write(job) for job in jobs[:10]]
    failing = database.write(fail)
    futures += [database.write(job) for job in jobs[10:]]
    for future in futures:
        future.result()
    with pytest.raises(RuntimeError, match="planted"):
        failing.result()
    assert len(texts(database)) == 20


def test_closing_finishes_what_waits(database: Database) -> None:
    futures = [database.write(lambda c, n=n: inbox.put(c, [entry(n)])) for n in range(50)]
    database.close()
    assert all(future.done() and future.exception() is None for future in futures)
    assert len(texts(database)) == 50


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = entry(1)._replace(sent_at=datetime(2026, 11, 24, 9, 0))
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        database.write(lambda c: inbox.put(c, [naive])).result()


def test_a_time_comes_back_in_utc(database: Database) -> None:
    database.write(lambda c: inbox.put(c, [entry(1)])).result()
    with database.read() as connection:
        (row,) = inbox.said_by(connection, "web", "a", 1)
    assert row.sent_at == AT
    assert row.sent_at.tzinfo is UTC
    assert UtcTime().process_bind_param(None, sa.create_engine("sqlite://").dialect) is None


def test_sqlite_is_durable_at_every_commit(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/d.db")
    mode, synchronous = database.write(
        lambda c: (
            c.exec_driver_sql("PRAGMA journal_mode").scalar(),
            c.exec_driver_sql("PRAGMA synchronous").scalar(),
        )
    ).result()
    database.close()
    assert (mode, synchronous) == ("wal", 2)


def test_who_no_longer_waits_for_a_job_does_not_upset_the_writer(database: Database) -> None:
    started, may_end = threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> None:
        started.set()
        assert may_end.wait(10)

    waiting = database.write(slow)
    assert started.wait(10)
    behind = database.write(lambda c: c.execute(sa.select(sa.literal(2))).scalar())
    assert not waiting.cancel()
    assert not behind.cancel()
    may_end.set()
    assert behind.result(10) == 2
