"""The outbox: what was decided and is on its way; a sending of unknown outcome stays unknown."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import boxes
from storage.boxes import box_columns, count_states, expired, taking
from storage.database import BigId, UtcTime, metadata

LEASE = timedelta(seconds=120)
"""Longer than any door may take to send; a row held longer belongs to a process that died."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("inbox_id", BigId, sa.ForeignKey("inbox.id")),
    sa.Column("part", sa.Integer, nullable=False, server_default="0"),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("provider_id", sa.String(120)),
    *box_columns(),
    # The database's own word that nothing is answered twice.
    sa.UniqueConstraint("inbox_id", "part"),
)
sa.Index("ix_outbox_state", outbox.c.state, outbox.c.id)
sa.Index("ix_outbox_account", outbox.c.channel, outbox.c.address, outbox.c.state, outbox.c.id)
# In words, not as a parameter: a partial index serves only those who repeat its condition.
_IS_DONE = sa.text("state = 'done'")
sa.Index(
    "ix_outbox_done",
    outbox.c.channel,
    outbox.c.settled_at,
    sqlite_where=_IS_DONE,
    postgresql_where=_IS_DONE,
)


class OutboxEntry(NamedTuple):
    """What is put in: part `part` of the answer to an inbox row (None: not an answer)."""

    inbox_id: int | None
    part: int
    channel: str
    address: str
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime


class OutboxRow(NamedTuple):
    """What is taken out; `attempts` counts this taking."""

    id: int
    channel: str
    address: str
    body: dict[str, Any]
    created_at: datetime
    attempts: int


class Settled(NamedTuple):
    """How one sending ended: done with the provider's id, or failed or unknown and why."""

    id: int
    state: str
    provider_id: str | None
    reason: str | None
    settled_at: datetime


_TAKE = taking(outbox)
_SETTLE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("row_id"))
    .values(
        state=sa.bindparam("state"),
        provider_id=sa.bindparam("provider_id"),
        reason=sa.bindparam("reason"),
        settled_at=sa.bindparam("settled_at"),
        taken_until=None,
    )
)


def put(connection: sa.Connection, entries: Sequence[OutboxEntry]) -> None:
    """Put in what is to be sent."""
    if entries:
        connection.execute(sa.insert(outbox), [entry._asdict() for entry in entries])


def take(
    connection: sa.Connection, *, by: str, now: datetime, channels: Sequence[str], limit: int = 32
) -> list[OutboxRow]:
    """Take up to `limit` rows of these channels that are due, at most one of each account."""
    given = {"by": by, "now": now, "until": now + LEASE, "limit": limit, "channels": channels}
    rows = connection.execute(_TAKE, given).mappings()
    taken = [OutboxRow(**{name: row[name] for name in OutboxRow._fields}) for row in rows]
    return sorted(taken, key=lambda row: row.id)


def settle(connection: sa.Connection, endings: Sequence[Settled]) -> None:
    """Write down how these sendings ended."""
    given = [{"row_id": ending.id, **ending._asdict()} for ending in endings]
    for ending in given:
        del ending["id"]
    if given:
        connection.execute(_SETTLE, given)


def postpone(connection: sa.Connection, row_id: int, due_at: datetime, reason: str) -> None:
    """Nothing was sent; try again then."""
    change = sa.update(outbox).where(outbox.c.id == row_id)
    connection.execute(
        change.values(state="waiting", due_at=due_at, reason=reason[:300], taken_until=None)
    )


def drop_for(connection: sa.Connection, channel: str, address: str, now: datetime) -> None:
    """The resident is gone: what still waits for that account is not tried."""
    change = sa.update(outbox).where(
        outbox.c.channel == channel, outbox.c.address == address, outbox.c.state == "waiting"
    )
    connection.execute(change.values(state="failed", reason="resident gone", settled_at=now))


def recover(
    connection: sa.Connection, now: datetime, resendable: Sequence[str], *, everyone: bool = False
) -> int:
    """What a dead process held is unknown, and never blindly sent again.

    On `resendable` channels, where a repeat shows only once, it waits again.
    """
    dead = expired(outbox, now, everyone=everyone)
    harmless = dead & outbox.c.channel.in_(resendable)
    connection.execute(sa.update(outbox).where(harmless).values(state="waiting", taken_until=None))
    change = sa.update(outbox).where(dead & outbox.c.channel.not_in(resendable))
    unknown = change.values(state="unknown", reason="the sender died", settled_at=now)
    return connection.execute(unknown).rowcount


def is_open(connection: sa.Connection, channel: str, address: str) -> bool:
    """Whether something of this account waits or is under way."""
    return boxes.is_open(connection, outbox, channel, address)


def count(connection: sa.Connection) -> dict[str, int]:
    """Rows that still need somebody, by state."""
    return count_states(connection, outbox)


def count_done(connection: sa.Connection, channel: str, since: datetime) -> int:
    """How many messages went out on a channel from that moment on."""
    counting = sa.select(sa.func.count()).select_from(outbox)
    done = counting.where(outbox.c.channel == channel, outbox.c.settled_at >= since, _IS_DONE)
    return connection.execute(done).scalar_one()


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next waiting row is due."""
    return connection.execute(
        sa.select(sa.func.min(outbox.c.due_at)).where(outbox.c.state == "waiting")
    ).scalar_one()


def said_to(
    connection: sa.Connection, channel: str, address: str, *, after: int = 0, limit: int = 100
) -> list[OutboxRow]:
    """The last things said to an account, with an id above `after`, the oldest first."""
    columns = [outbox.c[name] for name in OutboxRow._fields]
    newest = (
        sa.select(*columns)
        .where(outbox.c.channel == channel, outbox.c.address == address, outbox.c.id > after)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    rows = [OutboxRow(*row) for row in connection.execute(newest)]
    return rows[::-1]


def forget(
    connection: sa.Connection, channel: str, address: str, *, but: int, now: datetime
) -> None:
    """What was said to an account goes, but for the answer to the inbox row `but`.

    What waits is not sent; what is under way is left to `purge`.
    """
    theirs = (outbox.c.channel == channel) & (outbox.c.address == address)
    rest = theirs & outbox.c.inbox_id.is_distinct_from(but)
    waiting = sa.update(outbox).where(rest & (outbox.c.state == "waiting"))
    connection.execute(waiting.values(state="failed", reason="resident gone", settled_at=now))
    gone = sa.update(outbox).where(rest & (outbox.c.state != "taken"))
    connection.execute(gone.values(**_WORDLESS))


def purge(connection: sa.Connection, before: datetime) -> None:
    """The words of everything settled before then go, and of what went to accounts now unknown."""
    is_settled = outbox.c.state.not_in(boxes.OPEN) & (outbox.c.address != "")
    is_over = (outbox.c.created_at < before) | ~boxes.is_known(outbox)
    connection.execute(sa.update(outbox).where(is_settled & is_over).values(**_WORDLESS))


_WORDLESS: dict[str, Any] = {"address": "", "body": {}}
