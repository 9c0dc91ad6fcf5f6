"""What the box of attachments promises: put with its message, taken again after a death."""

from datetime import UTC, datetime, timedelta
from functools import partial

from storage import attachments, inbox
from storage.attachments import LEASE, AttachmentEntry, AttachmentRow, Kept
from storage.database import Database
from storage.inbox import InboxEntry

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def put(database: Database, *names: str) -> None:
    messages = [InboxEntry("web", "a", name, "attachment", "", "", False, AT, AT) for name in names]
    attached = [
        AttachmentEntry("web", name, part, "photo", f"{name}-{part}", "", "", 0, AT)
        for name in names
        for part in range(2)
    ]
    database.write(lambda c: (inbox.put(c, messages), attachments.put(c, attached))).result()


def take(database: Database, now: datetime = AT, channel: str = "web") -> list[AttachmentRow]:
    taking = partial(attachments.take, by="me", now=now, channels=[channel], limit=3)
    return database.write(taking).result()


def test_a_message_that_comes_again_brings_its_attachments_once(database: Database) -> None:
    put(database, "m1")
    put(database, "m1", "m2")
    taken = [*take(database), *take(database)]
    assert [row.source for row in taken] == ["m1-0", "m1-1", "m2-0", "m2-1"]
    assert take(database) == []
    with database.read() as connection:
        counts = attachments.count_of(connection, [row.inbox_id for row in taken])
    assert set(counts.values()) == {2}


def test_only_the_channels_that_are_open_are_asked(database: Database) -> None:
    put(database, "m1")
    assert take(database, channel="zalo") == []


def test_what_a_dead_process_held_is_taken_again(database: Database) -> None:
    put(database, "m1")
    take(database)
    later = AT + LEASE + timedelta(seconds=1)
    assert database.write(lambda c: attachments.recover(c, AT)).result() == 0
    assert database.write(lambda c: attachments.recover(c, later)).result() == 2
    assert [row.attempts for row in take(database, later)] == [2, 2]
    assert database.write(lambda c: attachments.recover(c, AT, everyone=True)).result() == 2


def test_each_ending_is_written_down(database: Database) -> None:
    put(database, "m1", "m2")
    one, two, three = take(database)
    kept = Kept("ab" * 32, "audio/ogg", 5, "xin chào")
    soon = AT + timedelta(seconds=30)
    database.write(lambda c: attachments.settle(c, one.id, kept, AT)).result()
    database.write(lambda c: attachments.fail(c, two.id, "x" * 400, AT)).result()
    database.write(lambda c: attachments.postpone(c, three.id, soon, "busy")).result()
    with database.read() as connection:
        done = attachments.find(connection, one.id)
        failed = attachments.find(connection, two.id)
        assert attachments.find(connection, 999) is None
        assert attachments.count(connection) == {"failed": 1, "waiting": 2}
        assert len(attachments.newest(connection, 2)) == 2
    assert done is not None
    assert (done.state, done.sha256, done.transcript) == ("done", kept.sha256, "xin chào")
    assert failed is not None
    assert failed.reason == "x" * 300
    assert [row.id for row in take(database)] == [three.id + 1]
    assert [row.id for row in take(database, soon)] == [three.id]
