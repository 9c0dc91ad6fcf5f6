"""The inbox: what residents sent; the provider's id is unique, so a repeat changes nothing.

A resident's quick run of short messages may be answered by one turn: `take` returns the oldest
with its followers. Only the oldest is marked as taken; the followers cannot be taken by anybody
while it is open, and those that the turn answered are settled together with it. The answer hangs
on the last message of the run; those before it end as "form": they were still being written.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import boxes
from storage.bells import ring
from storage.boxes import box_columns, count_states, expired, taking
from storage.database import BigId, UtcTime, insert_new, metadata
from storage.locks import is_free

LEASE = timedelta(seconds=60)
"""A turn takes milliseconds; a row held longer was forgotten by its process."""

MOST_TOGETHER = 8
"""Messages that one turn may answer together."""
SHORT = 200
"""Characters of a message that may be part of a run."""
SOON = timedelta(seconds=20)
"""Between two messages of a run."""

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
    # Not taken before then, because it looks unfinished; NULL: at once.
    sa.Column("due_at", UtcTime),
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
    due_at: datetime | None = None


class InboxRow(NamedTuple):
    """What is taken out; `attempts` counts this taking.

    `followers`: what the resident sent right after it, oldest first; not taken, but nobody else's.
    """

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
    followers: tuple["InboxRow", ...] = ()


_COLUMNS = [inbox.c[name] for name in InboxRow._fields if name != "followers"]
_GIVEN = tuple(column.name for column in _COLUMNS)


def _next_waiting() -> sa.Executable:
    """The first few waiting messages of these accounts, the oldest first."""
    place = sa.func.row_number().over(
        partition_by=(inbox.c.channel, inbox.c.address), order_by=inbox.c.id
    )
    waiting = (
        sa.select(*_COLUMNS, place.label("place"))
        .where(
            inbox.c.state == "waiting",
            inbox.c.channel.in_(sa.bindparam("channels", expanding=True)),
            inbox.c.address.in_(sa.bindparam("addresses", expanding=True)),
        )
        .subquery()
    )
    columns = [waiting.c[name] for name in _GIVEN]
    return sa.select(*columns).where(waiting.c.place < MOST_TOGETHER).order_by(waiting.c.id)


_TAKE = taking(inbox)
_NEXT = _next_waiting()


def put(connection: sa.Connection, entries: Sequence[InboxEntry]) -> None:
    """Put in what is not there yet."""
    statement = insert_new(connection, inbox).on_conflict_do_nothing()
    connection.execute(statement, [entry._asdict() for entry in entries])
    ring(connection, "inbox")


def take(connection: sa.Connection, *, by: str, now: datetime, limit: int = 64) -> list[InboxRow]:
    """Take up to `limit` rows, at most one of each account, the oldest first."""
    given = {"by": by, "now": now, "until": now + LEASE, "limit": limit}
    rows = connection.execute(_TAKE, given).mappings()
    taken = [InboxRow(**{name: row[name] for name in _GIVEN}) for row in rows]
    return _with_followers(connection, sorted(taken, key=lambda row: row.id))


def _with_followers(connection: sa.Connection, taken: Sequence[InboxRow]) -> list[InboxRow]:
    """A turn that failed before is tried again without any: it may have failed by them."""
    heads = {(r.channel, r.address): r for r in taken if r.attempts == 1 and _is_short_text(r)}
    after: dict[tuple[str, str], list[InboxRow]] = {}
    if heads:
        given = {"channels": {c for c, _ in heads}, "addresses": {a for _, a in heads}}
        for found in connection.execute(_NEXT, given):
            row = InboxRow(*found)
            after.setdefault((row.channel, row.address), []).append(row)
    return [
        row._replace(followers=_run(row, after.get((row.channel, row.address), ())))
        if (row.channel, row.address) in heads
        else row
        for row in taken
    ]


def _run(head: InboxRow, waiting: Sequence[InboxRow]) -> tuple[InboxRow, ...]:
    """Of what waits, the short texts that were sent soon after one another."""
    run = [head]
    for row in waiting:
        if not _is_short_text(row) or abs(row.sent_at - run[-1].sent_at) > SOON:
            break
        run.append(row)
    return tuple(run[1:])


def _is_short_text(row: InboxRow) -> bool:
    is_plain = row.kind == "text" and not row.choice and not row.extras
    return is_plain and len(row.text) <= SHORT


def settle(connection: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    """These turns are done."""
    if ids:
        change = sa.update(inbox).where(inbox.c.id.in_(ids))
        connection.execute(change.values(state="done", settled_at=now, taken_until=None))


def give_back(connection: sa.Connection, row_id: int, reason: str) -> None:
    """The turn failed; it is taken again."""
    change = sa.update(inbox).where(inbox.c.id == row_id, inbox.c.state == "taken")
    connection.execute(change.values(state="waiting", reason=reason[:300], taken_until=None))


def fail(connection: sa.Connection, row_id: int, reason: str, now: datetime) -> None:
    """The turn failed for good; the row stays for whoever looks into it."""
    change = sa.update(inbox).where(inbox.c.id == row_id, inbox.c.state == "taken")
    connection.execute(change.values(state="failed", reason=reason[:300], settled_at=now))


def recover(connection: sa.Connection, *, by: str, now: datetime) -> int:
    """Give back what others who are dead held, and what anybody held too long; how many.

    Those turns never happened. `by` is us, holding the lock of `taker_name(by)`.
    """
    holders = sa.select(inbox.c.taken_by).where(inbox.c.state == "taken").distinct()
    others = [holder for holder in connection.execute(holders).scalars() if holder != by]
    dead = [holder for holder in others if is_free(connection, taker_name(holder))]
    lost = expired(inbox, now) | inbox.c.taken_by.in_(dead)
    change = sa.update(inbox).where(inbox.c.state == "taken", lost)
    return connection.execute(change.values(state="waiting", taken_until=None)).rowcount


def taker_name(by: str) -> str:
    """The lock that a taker holds while it lives."""
    return f"answer {by}"


def is_open(connection: sa.Connection, channel: str, address: str) -> bool:
    """Whether something of this account waits or is under way."""
    return boxes.is_open(connection, inbox, channel, address)


def count(connection: sa.Connection) -> dict[str, int]:
    """Rows that still need somebody, by state."""
    return count_states(connection, inbox)


def said_by(connection: sa.Connection, channel: str, address: str, limit: int) -> list[InboxRow]:
    """The last things an account sent, the oldest first."""
    newest = (
        sa.select(*_COLUMNS)
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
