"""The inbox: what residents sent; the provider's id is unique, so a repeat changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import boxes
from storage.boxes import box_columns, count_states, expired, taking
from storage.database import BigId, UtcTime, insert_new, metadata

LEASE = timedelta(seconds=60)
"""A turn takes milliseconds; a row held longer belongs to a process that died."""

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("external_id", sa.String(120), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
    sa.Column("choice", sa.String(64), nullable=False, server_default=""),
    sa.Column("is_masked", sa.Boolean, nullable=False, server_default=sa.false()),
    # What else came with it: attachments, a place, the message whose button was pressed.
    sa.Column("extras", sa.JSON(none_as_null=True)),
    sa.Column("sent_at", UtcTime, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    *box_columns(),
    sa.UniqueConstraint("channel", "external_id"),
)
sa.Index("ix_inbox_state", inbox.c.state, inbox.c.id)
sa.Index("ix_inbox_account", inbox.c.channel, inbox.c.address, inbox.c.state, inbox.c.id)
# The database's own word that an account has one taker at a time.
_taken = inbox.c.state == "taken"
sa.Index(
    "uq_inbox_taken",
    inbox.c.channel,
    inbox.c.address,
    unique=True,
    sqlite_where=_taken,
    postgresql_where=_taken,
)


class InboxEntry(NamedTuple):
    """What is put in; `is_masked`: a personal number in it was masked before."""

    channel: str
    address: str
    external_id: str
    kind: str
    text: str
    choice: str
    is_masked: bool
    sent_at: datetime
    received_at: datetime
    extras: dict[str, Any] | None = None


class InboxRow(NamedTuple):
    """What is taken out; `attempts` counts this taking."""

    id: int
    channel: str
    address: str
    external_id: str
    kind: str
    text: str
    choice: str
    is_masked: bool
    sent_at: datetime
    received_at: datetime
    extras: dict[str, Any] | None
    attempts: int


_TAKE = taking(inbox)


def put(connection: sa.Connection, entries: Sequence[InboxEntry]) -> None:
    """Put in what is not there yet."""
    statement = insert_new(connection, inbox).on_conflict_do_nothing()
    connection.execute(statement, [entry._asdict() for entry in entries])


def take(connection: sa.Connection, *, by: str, now: datetime, limit: int = 64) -> list[InboxRow]:
    """Take up to `limit` rows, at most one of each account, the oldest first."""
    given = {"by": by, "until": now + LEASE, "limit": limit}
    rows = connection.execute(_TAKE, given).mappings()
    taken = [InboxRow(**{name: row[name] for name in InboxRow._fields}) for row in rows]
    return sorted(taken, key=lambda row: row.id)


def settle(connection: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    """These turns are done."""
    if ids:
        change = sa.update(inbox).where(inbox.c.id.in_(ids))
        connection.execute(change.values(state="done", settled_at=now, taken_until=None))


def give_back(connection: sa.Connection, row_id: int, reason: str) -> None:
    """The turn failed; it is taken again."""
    change = sa.update(inbox).where(inbox.c.id == row_id)
    connection.execute(change.values(state="waiting", reason=reason[:300], taken_until=None))


def fail(connection: sa.Connection, row_id: int, reason: str, now: datetime) -> None:
    """The turn failed for good; the row stays for whoever looks into it."""
    change = sa.update(inbox).where(inbox.c.id == row_id)
    connection.execute(change.values(state="failed", reason=reason[:300], settled_at=now))


def recover(connection: sa.Connection, now: datetime, *, everyone: bool = False) -> int:
    """Give back what a dead process held: its turns never happened."""
    change = sa.update(inbox).where(expired(inbox, now, everyone=everyone))
    return connection.execute(change.values(state="waiting", taken_until=None)).rowcount


def is_open(connection: sa.Connection, channel: str, address: str) -> bool:
    """Whether something of this account waits or is under way."""
    return boxes.is_open(connection, inbox, channel, address)


def count(connection: sa.Connection) -> dict[str, int]:
    """Rows that still need somebody, by state."""
    return count_states(connection, inbox)


def said_by(connection: sa.Connection, channel: str, address: str, limit: int) -> list[InboxRow]:
    """The last things an account sent, the oldest first."""
    columns = [inbox.c[name] for name in InboxRow._fields]
    newest = (
        sa.select(*columns)
        .where(inbox.c.channel == channel, inbox.c.address == address)
        .order_by(inbox.c.id.desc())
        .limit(limit)
    )
    return sorted(InboxRow(*row) for row in connection.execute(newest))


def forget(connection: sa.Connection, channel: str, address: str, *, until: int) -> None:
    """What an account sent goes, up to the row `until`: its words, and whose they were."""
    theirs = (inbox.c.channel == channel) & (inbox.c.address == address) & (inbox.c.id <= until)
    connection.execute(sa.update(inbox).where(theirs).values(**_WORDLESS))


def purge(connection: sa.Connection, before: datetime) -> None:
    """The same for everything settled before then, and for accounts nobody knows any more."""
    is_settled = inbox.c.state.not_in(boxes.OPEN) & (inbox.c.address != "")
    is_over = (inbox.c.received_at < before) | ~boxes.is_known(inbox)
    connection.execute(sa.update(inbox).where(is_settled & is_over).values(**_WORDLESS))


_WORDLESS: dict[str, Any] = {"address": "", "text": "", "choice": "", "extras": None}
