"""What the inbox promises: nothing twice, nothing lost, one taker of a resident, order kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import inbox
from storage.database import Database
from storage.inbox import LEASE, InboxEntry, InboxRow
from storage.locks import Locks

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def put(database: Database, *entries: tuple[str, str]) -> None:
    rows = [
        InboxEntry("web", address, external_id, "text", external_id, "", False, AT, AT)
        for address, external_id in entries
    ]
    database.write(lambda c: inbox.put(c, rows)).result()


def take(database: Database, by: str = "me", now: datetime = AT, limit: int = 64) -> list[InboxRow]:
    return database.write(lambda c: inbox.take(c, by=by, now=now, limit=limit)).result()


def recover(database: Database, *, by: str, now: datetime = AT) -> int:
    return database.write(lambda c: inbox.recover(c, by=by, now=now)).result()


def settle(database: Database, rows: list[InboxRow]) -> None:
    database.write(lambda c: inbox.settle(c, [row.id for row in rows], AT)).result()


def test_the_same_message_again_changes_nothing(database: Database) -> None:
    put(database, ("a", "m1"))
    put(database, ("a", "m1"), ("a", "m2"))
    settle(database, take(database))
    put(database, ("a", "m1"))
    assert [row.external_id for row in take(database)] == ["m2"]


def test_each_resident_has_one_message_under_way_and_order_is_kept(database: Database) -> None:
    put(database, ("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3"))
    first = take(database)
    assert [row.external_id for row in first] == ["a1", "b1"]
    assert take(database) == []
    settle(database, first)
    second = take(database)
    assert [row.external_id for row in second] == ["a2"]
    settle(database, second)
    assert [row.external_id for row in take(database)] == ["a3"]


def test_the_oldest_of_all_are_taken_first(database: Database) -> None:
    put(database, *((f"r{n}", f"m{n}") for n in range(10)))
    assert [row.external_id for row in take(database, limit=3)] == ["m0", "m1", "m2"]


def test_takers_at_the_same_time_never_take_the_same(database_url: str, database: Database) -> None:
    put(database, *((f"r{n % 7}", f"m{n}") for n in range(70)))
    takers = [Database(database_url) for _ in range(4)]

    def work(taker: Database) -> list[str]:
        taken: list[str] = []
        while rows := take(taker, by=str(id(taker)), limit=3):
            taken += [row.external_id for row in rows]
            settle(taker, rows)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(work, takers) for name in names]
    for taker in takers:
        taker.close()
    rest = []
    while rows := take(database):
        rest += [row.external_id for row in rows]
        settle(database, rows)
    assert sorted(taken + rest) == sorted(f"m{n}" for n in range(70))


def test_the_database_itself_refuses_two_takers_of_a_resident(database: Database) -> None:
    put(database, ("a", "a1"), ("a", "a2"))
    force = sa.update(inbox.inbox).values(state="taken")
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda c: c.execute(force)).result()


def test_what_a_dead_process_held_is_taken_again(database: Database) -> None:
    put(database, ("a", "a1"))
    take(database, by="dead")
    assert recover(database, by="dead") == 0
    assert recover(database, by="me") == 1
    (row,) = take(database)
    assert (row.external_id, row.attempts) == ("a1", 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_a_living_process_holds_stays_its_own(database: Database) -> None:
    put(database, ("a", "a1"))
    take(database, by="alive")
    locks = Locks(database.url)
    locks.hold(frozenset({inbox.taker_name("alive")}))
    assert recover(database, by="me") == 0
    locks.close()
    assert recover(database, by="me") == 1


def test_what_was_forgotten_is_taken_again(database: Database) -> None:
    put(database, ("a", "a1"))
    take(database)
    assert recover(database, by="me", now=AT + LEASE) == 0
    assert recover(database, by="me", now=AT + LEASE + timedelta(seconds=1)) == 1


def test_a_failed_turn_is_taken_again_and_given_up_when_told(database: Database) -> None:
    put(database, ("a", "a1"), ("a", "a2"))
    (row,) = take(database)
    database.write(lambda c: inbox.give_back(c, row.id, "planted")).result()
    (row,) = take(database)
    assert (row.external_id, row.attempts) == ("a1", 2)
    database.write(lambda c: inbox.fail(c, row.id, "planted", AT)).result()
    assert [row.external_id for row in take(database)] == ["a2"]
    with database.read() as connection:
        assert inbox.count(connection) == {"failed": 1, "taken": 1}
