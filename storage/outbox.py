"""The outbox: what was decided and is on its way; a sending of unknown outcome stays unknown."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import boxes
from storage.bells import ring
from storage.boxes import box_columns, count_states, expired, taking
from storage.database import BigId, UtcTime, metadata

LEASE = timedelta(seconds=120)
"""Longer than any door may take to send; a row held longer was forgotten by its process."""

REPLY, REST = 0, 1
"""What a resident waits for goes before everything else."""

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
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("is_resent", sa.Boolean, nullable=False, server_default=sa.false()),
    *box_columns(),
    # The database's own word that nothing is answered twice.
    sa.UniqueConstraint("inbox_id", "part"),
)
sa.Index("ix_outbox_lane", outbox.c.state, outbox.c.channel, outbox.c.priority, outbox.c.id)
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
    """How one sending ended: done with the provider's id, or failed or unknown and why.

    `shown_to`: the address whose open pages show it; other processes' pages are told.
    """

    id: int
    state: str
    provider_id: str | None
    reason: str | None
    settled_at: datetime
    shown_to: str = ""


class Troubled(NamedTuple):
    """A row that somebody should know of: held or unknown, since when and why."""

    channel: str
    body: dict[str, Any]
    created_at: datetime
    reason: str | None


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
        values = [
            {**entry._asdict(), "priority": REST if entry.inbox_id is None else REPLY}
            for entry in entries
        ]
        connection.execute(sa.insert(outbox), values)
        ring(connection, *(f"outbox {entry.channel}" for entry in entries))


def take(
    connection: sa.Connection, *, by: str, now: datetime, channel: str, limit: int = 32
) -> list[OutboxRow]:
    """Take up to `limit` rows of this channel that are due, at most one of each account.

    Replies come first, then the oldest.
    """
    given = {"by": by, "now": now, "until": now + LEASE, "limit": limit, "lane": channel}
    rows = connection.execute(_TAKE, given).mappings().all()
    rows = sorted(rows, key=lambda row: (row["priority"], row["id"]))
    return [OutboxRow(**{name: row[name] for name in OutboxRow._fields}) for row in rows]


def settle(connection: sa.Connection, endings: Sequence[Settled]) -> None:
    """Write down how these sendings ended."""
    given = [{"row_id": ending.id, **ending._asdict()} for ending in endings]
    for ending in given:
        del ending["id"], ending["shown_to"]
    if given:
        connection.execute(_SETTLE, given)
        ring(connection, *(f"shown {e.id} {e.shown_to}" for e in endings if e.shown_to))


def postpone(connection: sa.Connection, row_id: int, due_at: datetime, reason: str) -> None:
    """Nothing was sent; try again then."""
    change = sa.update(outbox).where(outbox.c.id == row_id)
    connection.execute(
        change.values(state="waiting", due_at=due_at, reason=reason[:300], taken_until=None)
    )


def give_back(connection: sa.Connection, ids: Sequence[int]) -> None:
    """These were taken and not tried."""
    change = sa.update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == "taken")
    connection.execute(
        change.values(state="waiting", taken_until=None, attempts=outbox.c.attempts - 1)
    )


def hold(connection: sa.Connection, row_id: int) -> None:
    """The channel's window is shut: it stays until the resident writes again."""
    change = sa.update(outbox).where(outbox.c.id == row_id)
    connection.execute(change.values(state="held", reason="outside window", taken_until=None))


def release(connection: sa.Connection, channel: str, address: str) -> None:
    """The resident wrote: what was held for the account goes now."""
    change = sa.update(outbox).where(
        outbox.c.channel == channel, outbox.c.address == address, outbox.c.state == "held"
    )
    connection.execute(change.values(state="waiting", reason=None))
    ring(connection, f"outbox {channel}")


def drop_for(connection: sa.Connection, channel: str, address: str, now: datetime) -> None:
    """The resident is gone: what still waits for that account is not tried."""
    change = sa.update(outbox).where(
        outbox.c.channel == channel,
        outbox.c.address == address,
        outbox.c.state.in_(("waiting", "held")),
    )
    connection.execute(change.values(state="failed", reason="resident gone", settled_at=now))


def recover(
    connection: sa.Connection,
    channel: str,
    now: datetime,
    *,
    by: str,
    may_resend: bool,
    everyone: bool,
) -> int:
    """What a dead process held of a channel is unknown, and never blindly sent again.

    `may_resend`: a repeat shows only once, so it waits again. `everyone`: whoever else held it is
    dead, for `by` is the channel's only sender.
    """
    others = (outbox.c.state == "taken") & (outbox.c.taken_by != by)
    dead = (others if everyone else expired(outbox, now)) & (outbox.c.channel == channel)
    change = sa.update(outbox).where(dead).values(taken_until=None)
    if may_resend:
        connection.execute(change.values(state="waiting"))
        return 0
    unknown = change.values(state="unknown", reason="the sender died", settled_at=now)
    return connection.execute(unknown).rowcount


def resend(connection: sa.Connection, channel: str, before: datetime) -> int:
    """What became unknown before that time waits once more; how many."""
    change = sa.update(outbox).where(
        outbox.c.channel == channel,
        outbox.c.state == "unknown",
        outbox.c.settled_at < before,
        ~outbox.c.is_resent,
    )
    return connection.execute(change.values(state="waiting", is_resent=True)).rowcount


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


def in_trouble(connection: sa.Connection, state: str, limit: int) -> list[Troubled]:
    """The newest rows of a state that somebody should know of."""
    rows = connection.execute(
        sa.select(*(outbox.c[name] for name in Troubled._fields))
        .where(outbox.c.state == state)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return [Troubled(*row) for row in rows]


def find_many(connection: sa.Connection, ids: Sequence[int]) -> list[OutboxRow]:
    """These rows, the oldest first."""
    columns = [outbox.c[name] for name in OutboxRow._fields]
    found = sa.select(*columns).where(outbox.c.id.in_(ids)).order_by(outbox.c.id)
    return [OutboxRow(*row) for row in connection.execute(found)]


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
