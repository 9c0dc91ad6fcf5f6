"""What one process commits another hears at once; what it holds no other holds, until it dies."""

import select
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from storage import inbox, outbox
from storage.bells import Ear
from storage.database import Database
from storage.locks import Locks
from storage.outbox import OutboxEntry, Settled

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def ear(database: Database) -> Iterator[Ear]:
    ear = Ear(database.url, "somebody else")
    yield ear
    ear.close()


def heard(ear: Ear, seconds: float = 5) -> list[str]:
    select.select([ear], [], [], seconds)
    return list(ear.hear())


@only_postgresql
def test_what_is_put_and_shown_is_heard_by_other_processes(database: Database, ear: Ear) -> None:
    entry = inbox.InboxEntry("web", "a", "m1", "text", "x", "", False, AT, AT)
    database.write(lambda c: inbox.put(c, [entry])).result()
    assert heard(ear) == ["inbox"]
    said = OutboxEntry(None, 0, "post", "a", {"text": "x"}, AT, AT)
    database.write(lambda c: outbox.put(c, [said, said])).result()
    assert heard(ear) == ["outbox post"]
    endings = [Settled(1, "done", "p", None, AT, shown_to="a"), Settled(2, "done", "p", None, AT)]
    database.write(lambda c: outbox.settle(c, endings)).result()
    assert heard(ear) == ["shown 1 a"]


@only_postgresql
def test_our_own_ringing_and_what_failed_are_not_heard(database: Database, ear: Ear) -> None:
    entry = inbox.InboxEntry("web", "a", "m1", "text", "x", "", False, AT, AT)

    def fail(connection: sa.Connection) -> None:
        inbox.put(connection, [entry])
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError):
        database.write(fail).result()
    database.write(lambda c: c.execute(sa.text("SELECT 1"))).result()
    own = Ear(database.url, database.name)
    database.write(lambda c: inbox.put(c, [entry])).result()
    assert heard(ear) == ["inbox"]
    assert heard(own) == []
    own.close()


@only_postgresql
def test_a_lost_connection_is_an_os_error(database: Database, ear: Ear) -> None:
    hang_up = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    database.write(lambda c: c.execute(hang_up).all()).result()

    def hear_on() -> None:
        for _ in range(3):
            heard(ear)

    with pytest.raises(OSError, match="no longer rings"):
        hear_on()


@only_postgresql
def test_one_process_holds_a_name_until_it_lets_go(database: Database) -> None:
    one, other = Locks(database.url), Locks(database.url)
    names = frozenset({"send post", "send web"})
    assert one.hold(frozenset({"send post"})) == {"send post"}
    assert other.hold(names) == {"send web"}
    assert one.hold(names) == {"send post"}
    one.close()
    assert other.hold(names) == names
    other.close()


@only_postgresql
def test_a_lost_connection_loses_every_name_and_takes_them_again(database: Database) -> None:
    locks = Locks(database.url)
    names = frozenset({"send post"})
    assert locks.hold(names) == names
    hang_up = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    database.write(lambda c: c.execute(hang_up).all()).result()
    assert locks.hold(names) == frozenset()
    assert locks.hold(names) == names
    locks.close()


def test_on_sqlite_we_are_alone_and_hold_every_name() -> None:
    locks = Locks(sa.make_url("sqlite://"))
    assert locks.hold(frozenset({"send post"})) == {"send post"}
    locks.close()
