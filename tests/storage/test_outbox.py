"""What the outbox promises: order kept, nothing answered twice, the unknown stays unknown."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from storage import inbox, outbox
from storage.database import Database
from storage.outbox import LEASE, OutboxEntry, OutboxRow, Settled

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def put(database: Database, *texts: str, address: str = "a", channel: str = "web") -> None:
    entries = [OutboxEntry(None, 0, channel, address, {"text": text}, AT, AT) for text in texts]
    database.write(lambda c: outbox.put(c, entries)).result()


def take(
    database: Database, now: datetime = AT, channel: str = "web", limit: int = 32
) -> list[OutboxRow]:
    taking = partial(outbox.take, by="me", now=now, channel=channel, limit=limit)
    return database.write(taking).result()


def recover(
    database: Database,
    now: datetime,
    *,
    channel: str = "telegram",
    may_resend: bool = False,
    everyone: bool = False,
) -> int:
    given = {"by": "the next", "may_resend": may_resend, "everyone": everyone}
    return database.write(lambda c: outbox.recover(c, channel, now, **given)).result()


def answer(database: Database, text: str, address: str) -> None:
    """A reply to something that `address` said."""
    entry = inbox.InboxEntry("web", address, text, "text", text, "", False, AT, AT)
    database.write(lambda c: inbox.put(c, [entry])).result()
    with database.read() as connection:
        (row,) = inbox.said_by(connection, "web", address, 1)
    reply = OutboxEntry(row.id, 0, "web", address, {"text": text}, AT, AT)
    database.write(lambda c: outbox.put(c, [reply])).result()


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


def test_only_the_channel_asked_for_is_taken(database: Database) -> None:
    put(database, "một", channel="telegram")
    assert take(database) == []
    assert texts(take(database, channel="telegram")) == ["một"]


def test_the_database_itself_refuses_a_second_answer(database: Database) -> None:
    entry = inbox.InboxEntry("web", "a", "m1", "text", "m1", "", False, AT, AT)
    database.write(lambda c: inbox.put(c, [entry])).result()
    reply = OutboxEntry(1, 0, "web", "a", {"text": "x"}, AT, AT)
    database.write(lambda c: outbox.put(c, [reply])).result()
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda c: outbox.put(c, [reply])).result()


def test_what_a_dead_sender_held_is_unknown_and_not_sent_again(database: Database) -> None:
    put(database, "một", channel="telegram")
    take(database, channel="telegram")
    later = AT + LEASE + timedelta(seconds=1)
    assert recover(database, later, channel="web") == 0
    assert recover(database, AT) == 0
    assert recover(database, later) == 1
    assert take(database, now=later, channel="telegram") == []
    with database.read() as connection:
        assert outbox.count(connection) == {"unknown": 1}


def test_where_a_repeat_shows_only_once_it_is_sent_again(database: Database) -> None:
    put(database, "một")
    take(database)
    assert recover(database, AT, channel="web", may_resend=True, everyone=True) == 0
    assert texts(take(database)) == ["một"]


def test_replies_go_before_everything_else(database: Database) -> None:
    put(database, "thông báo 1", address="a")
    put(database, "thông báo 2", address="b")
    answer(database, "trả lời", "c")
    assert texts(take(database, limit=2)) == ["trả lời", "thông báo 1"]


def test_a_resident_with_a_broadcast_to_come_is_answered_first_and_one_at_a_time(
    database: Database,
) -> None:
    put(database, "thông báo")
    answer(database, "trả lời", "a")
    (row,) = take(database)
    assert row.body["text"] == "trả lời"
    assert take(database) == []
    settle(database, row)
    (row,) = take(database)
    assert row.body["text"] == "thông báo"
    answer(database, "trả lời nữa", "a")
    assert take(database) == []


def test_what_was_taken_and_not_tried_waits_as_if_never_taken(database: Database) -> None:
    put(database, "một")
    (row,) = take(database)
    database.write(lambda c: outbox.give_back(c, [row.id])).result()
    (row,) = take(database)
    assert row.attempts == 1


def test_what_is_held_waits_for_the_release_of_its_account(database: Database) -> None:
    put(database, "một", "hai")
    (row,) = take(database)
    database.write(lambda c: outbox.hold(c, row.id)).result()
    with database.read() as connection:
        (held,) = outbox.in_trouble(connection, "held", 10)
    assert (held.body["text"], held.reason) == ("một", "outside window")
    assert texts(take(database)) == ["hai"]
    database.write(lambda c: outbox.release(c, "web", "b")).result()
    with database.read() as connection:
        assert outbox.count(connection) == {"held": 1, "taken": 1}
    database.write(lambda c: outbox.release(c, "web", "a")).result()
    with database.read() as connection:
        assert outbox.count(connection) == {"waiting": 1, "taken": 1}


def test_what_is_unknown_is_resent_once_when_that_is_wished(database: Database) -> None:
    put(database, "một")
    (row,) = take(database)
    settle(database, row, "unknown")

    def resend(before: datetime) -> int:
        return database.write(lambda c: outbox.resend(c, "web", before)).result()

    assert resend(AT) == 0
    later = AT + timedelta(minutes=1)
    assert resend(later) == 1
    (row,) = take(database, now=later)
    settle(database, row, "unknown")
    assert resend(later + timedelta(hours=1)) == 0


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
