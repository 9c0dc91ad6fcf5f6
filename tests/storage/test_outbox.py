"""What the outbox promises: order kept, nothing answered twice, the unknown stays unknown."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import outbox
from storage.database import Database
from storage.outbox import LEASE, OutboxEntry, OutboxRow, Settled

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def put(database: Database, *texts: str, address: str = "a", channel: str = "web") -> None:
    entries = [OutboxEntry(None, 0, channel, address, {"text": text}, AT, AT) for text in texts]
    database.write(lambda c: outbox.put(c, entries)).result()


def take(
    database: Database, now: datetime = AT, channels: tuple[str, ...] = ("web",)
) -> list[OutboxRow]:
    return database.write(lambda c: outbox.take(c, by="me", now=now, channels=channels)).result()


def texts(rows: list[OutboxRow]) -> list[str]:
    return [row.body["text"] for row in rows]


def settle(database: Database, row: OutboxRow, state: str = "done") -> None:
    ending = Settled(row.id, state, "p1", None, AT)
    database.write(lambda c: outbox.settle(c, [ending])).result()


def test_a_residents_messages_go_one_after_the_other(database: Database) -> None:
    put(database, "một", "hai")
    put(database, "ba", address="b")
    first = take(database)
    assert texts(first) == ["một", "ba"]
    assert take(database) == []
    settle(database, first[0])
    assert texts(take(database)) == ["hai"]


def test_a_postponed_message_is_not_overtaken(database: Database) -> None:
    put(database, "một", "hai")
    (row,) = take(database)
    due_at = AT + timedelta(seconds=30)
    database.write(lambda c: outbox.postpone(c, row.id, due_at, "429")).result()
    assert take(database) == []
    assert texts(take(database, now=due_at)) == ["một"]


def test_only_the_channels_of_this_process_are_taken(database: Database) -> None:
    put(database, "một", channel="telegram")
    assert take(database) == []
    assert texts(take(database, channels=("telegram",))) == ["một"]


def test_the_database_itself_refuses_a_second_answer(database: Database) -> None:
    from storage import inbox

    entry = inbox.InboxEntry("web", "a", "m1", "text", "m1", "", False, AT, AT)
    database.write(lambda c: inbox.put(c, [entry])).result()
    answer = OutboxEntry(1, 0, "web", "a", {"text": "x"}, AT, AT)
    database.write(lambda c: outbox.put(c, [answer])).result()
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda c: outbox.put(c, [answer])).result()


def test_what_a_dead_sender_held_is_unknown_and_not_sent_again(database: Database) -> None:
    put(database, "một", channel="telegram")
    take(database, channels=("telegram",))
    later = AT + LEASE + timedelta(seconds=1)
    lost = database.write(lambda c: outbox.recover(c, later, ["web"])).result()
    assert lost == 1
    assert take(database, now=later, channels=("telegram",)) == []
    with database.read() as connection:
        assert outbox.count(connection) == {"unknown": 1}


def test_where_a_repeat_shows_only_once_it_is_sent_again(database: Database) -> None:
    put(database, "một")
    take(database)
    assert database.write(lambda c: outbox.recover(c, AT, ["web"], everyone=True)).result() == 0
    assert texts(take(database)) == ["một"]


def test_nothing_more_is_sent_to_a_resident_who_is_gone(database: Database) -> None:
    put(database, "một", "hai")
    (row,) = take(database)
    settle(database, row, "failed")
    database.write(lambda c: outbox.drop_for(c, "web", "a", AT)).result()
    assert take(database) == []


def test_what_was_said_is_told_oldest_first_after_an_id(database: Database) -> None:
    put(database, "một", "hai", "ba")
    with database.read() as connection:
        said = outbox.said_to(connection, "web", "a")
        assert texts(said) == ["một", "hai", "ba"]
        assert texts(outbox.said_to(connection, "web", "a", after=said[0].id)) == ["hai", "ba"]
        assert texts(outbox.said_to(connection, "web", "a", limit=2)) == ["hai", "ba"]
