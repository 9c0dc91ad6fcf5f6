"""Attachments: photos, voices and files that came with a message, fetched and kept by content.

The row is put in one transaction with its message and says how far the fetching is; it is a box
like the others. Fetching may be tried any number of times, so that what a dead process held is
simply taken again; "done" means that the file with this sha256 lies whole in the files folder.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.boxes import box_columns, count_states, expired, taking
from storage.database import BigId, UtcTime, insert_new, metadata
from storage.inbox import inbox

LEASE = timedelta(minutes=10)
"""Longer than a file may take to fetch, clean and be listened to by a machine."""

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("inbox_id", BigId, sa.ForeignKey("inbox.id"), nullable=False),
    sa.Column("part", sa.Integer, nullable=False, server_default="0"),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    # What the door fetches it by; its own words on name, type and size may be wrong.
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("media_type", sa.Text, nullable=False, server_default=""),
    sa.Column("size", sa.Integer, nullable=False, server_default="0"),
    # Known once it is kept: of what is kept, not of what was sent.
    sa.Column("sha256", sa.String(64)),
    # What a machine heard in a voice: never answered from, an official listens.
    sa.Column("transcript", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    *box_columns(),
    sa.UniqueConstraint("inbox_id", "part"),
)
sa.Index("ix_attachments_state", attachments.c.state, attachments.c.id)


class AttachmentEntry(NamedTuple):
    """What is put in: part `part` of the message with this id of the provider; `size` in bytes."""

    channel: str
    external_id: str
    part: int
    kind: str
    source: str
    name: str
    media_type: str
    size: int
    created_at: datetime


class AttachmentRow(NamedTuple):
    """One attachment; `attempts` counts this taking, `sha256` is there once it is kept."""

    id: int
    inbox_id: int
    channel: str
    kind: str
    source: str
    name: str
    media_type: str
    size: int
    sha256: str | None
    transcript: str | None
    created_at: datetime
    state: str
    attempts: int
    reason: str | None


class Kept(NamedTuple):
    """What is kept in the end: its true type, its size in bytes, what a machine heard in it."""

    sha256: str
    media_type: str
    size: int
    transcript: str | None = None


def _may_be_taken() -> sa.Select[Any]:
    mine = attachments.alias("mine")
    return (
        sa.select(mine.c.id)
        .where(
            mine.c.state == "waiting",
            mine.c.due_at <= sa.bindparam("now", type_=UtcTime),
            mine.c.channel.in_(sa.bindparam("channels", expanding=True)),
        )
        .order_by(mine.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True, of=mine)
    )


_TAKE = taking(attachments, _may_be_taken())
_COLUMNS = [attachments.c[name] for name in AttachmentRow._fields]


def put(connection: sa.Connection, entries: Sequence[AttachmentEntry]) -> None:
    """Put in what is not there yet, of messages that are in the inbox."""
    if not entries:
        return
    ids = _inbox_ids(connection, entries)
    rows = [
        {
            "inbox_id": ids[entry.channel, entry.external_id],
            "due_at": entry.created_at,
            **{name: getattr(entry, name) for name in entry._fields if name != "external_id"},
        }
        for entry in entries
    ]
    connection.execute(insert_new(connection, attachments).on_conflict_do_nothing(), rows)


def _inbox_ids(
    connection: sa.Connection, entries: Sequence[AttachmentEntry]
) -> dict[tuple[str, str], int]:
    found = connection.execute(
        sa.select(inbox.c.channel, inbox.c.external_id, inbox.c.id).where(
            inbox.c.channel.in_({entry.channel for entry in entries}),
            inbox.c.external_id.in_({entry.external_id for entry in entries}),
        )
    )
    return {(channel, external_id): number for channel, external_id, number in found}


def take(
    connection: sa.Connection, *, by: str, now: datetime, channels: Sequence[str], limit: int = 4
) -> list[AttachmentRow]:
    """Take up to `limit` attachments of these channels that are due, the oldest first."""
    given = {"by": by, "now": now, "until": now + LEASE, "limit": limit, "channels": channels}
    rows = connection.execute(_TAKE, given).mappings()
    taken = [AttachmentRow(**{name: row[name] for name in AttachmentRow._fields}) for row in rows]
    return sorted(taken, key=lambda row: row.id)


def settle(connection: sa.Connection, row_id: int, kept: Kept, now: datetime) -> None:
    """It is kept."""
    change = sa.update(attachments).where(attachments.c.id == row_id)
    values = {**kept._asdict(), "state": "done", "settled_at": now, "taken_until": None}
    connection.execute(change.values(values))


def fail(connection: sa.Connection, row_id: int, reason: str, now: datetime) -> None:
    """It is not kept, and will not be tried again."""
    change = sa.update(attachments).where(attachments.c.id == row_id)
    values = {"state": "failed", "reason": reason[:300], "settled_at": now, "taken_until": None}
    connection.execute(change.values(values))


def postpone(connection: sa.Connection, row_id: int, due_at: datetime, reason: str) -> None:
    """It could not be fetched; try again then."""
    change = sa.update(attachments).where(attachments.c.id == row_id)
    values = {"state": "waiting", "due_at": due_at, "reason": reason[:300], "taken_until": None}
    connection.execute(change.values(values))


def forget(connection: sa.Connection, channel: str, address: str, now: datetime) -> None:
    """What an account attached is let go; whoever keeps the files removes them (`let_go`)."""
    theirs = sa.select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.address == address)
    change = sa.update(attachments).where(attachments.c.inbox_id.in_(theirs))
    values = {"source": "", "name": "", "media_type": "", "transcript": None}
    ended = {"state": "failed", "reason": "deleted", "settled_at": now, "taken_until": None}
    connection.execute(change.values({**values, **ended}))


def let_go(connection: sa.Connection, limit: int = 50) -> list[str]:
    """Files that were let go, by their sha256, and that nobody else sent too."""
    kept = attachments.alias("kept")
    is_kept = sa.exists().where(kept.c.sha256 == attachments.c.sha256, kept.c.state == "done")
    found = sa.select(attachments.c.sha256).where(
        attachments.c.state == "failed", attachments.c.sha256.is_not(None), ~is_kept
    )
    return list(connection.execute(found.distinct().limit(limit)).scalars())


def note_removed(connection: sa.Connection, files: Sequence[str]) -> None:
    """These files are gone."""
    gone = attachments.c.sha256.in_(files) & (attachments.c.state == "failed")
    connection.execute(sa.update(attachments).where(gone).values(sha256=None))


def recover(connection: sa.Connection, now: datetime, *, everyone: bool = False) -> int:
    """Give back what a dead process held: fetching again harms nothing."""
    lost = attachments.c.state == "taken" if everyone else expired(attachments, now)
    change = sa.update(attachments).where(lost)
    return connection.execute(change.values(state="waiting", taken_until=None)).rowcount


def find(connection: sa.Connection, row_id: int) -> AttachmentRow | None:
    """The attachment of this number."""
    found = connection.execute(sa.select(*_COLUMNS).where(attachments.c.id == row_id)).first()
    return AttachmentRow(*found) if found else None


def newest(connection: sa.Connection, limit: int = 50) -> list[AttachmentRow]:
    """The newest attachments, the newest first."""
    statement = sa.select(*_COLUMNS).order_by(attachments.c.id.desc()).limit(limit)
    return [AttachmentRow(*row) for row in connection.execute(statement)]


def count_of(connection: sa.Connection, inbox_ids: Iterable[int]) -> dict[int, int]:
    """How many came with each of these messages; those with none are left out."""
    rows = connection.execute(
        sa.select(attachments.c.inbox_id, sa.func.count())
        .where(attachments.c.inbox_id.in_(list(inbox_ids)))
        .group_by(attachments.c.inbox_id)
    )
    return dict(rows.all())


def count(connection: sa.Connection) -> dict[str, int]:
    """Attachments that still need somebody, by state."""
    return count_states(connection, attachments)
