"""What the inbox and the outbox share: their states and who holds a row."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from storage.database import UtcTime

State = Literal["waiting", "taken", "done", "failed", "unknown"]
OPEN: tuple[State, State] = ("waiting", "taken")


def box_columns() -> list[sa.Column[Any]]:
    """state, who took it until when, how often it was tried, why it ended."""
    return [
        sa.Column("state", sa.String(7), nullable=False, server_default="waiting"),
        sa.Column("taken_by", sa.String(40)),
        sa.Column("taken_until", UtcTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reason", sa.String(300)),
        sa.Column("settled_at", UtcTime),
    ]


def oldest_first(box: sa.Table, limit: sa.BindParameter[int]) -> sa.Select[Any]:
    """Ids of rows that may be taken now: each account's oldest open row, if it waits.

    Another process' locked rows are skipped, not waited for; and a row whose account has an
    earlier open row is never a candidate, so nobody overtakes in an account.
    """
    mine, earlier = box.alias("mine"), box.alias("earlier")
    overtakes = sa.exists().where(
        earlier.c.channel == mine.c.channel,
        earlier.c.address == mine.c.address,
        earlier.c.id < mine.c.id,
        earlier.c.state.in_(OPEN),
    )
    conditions = [mine.c.state == "waiting", ~overtakes]
    if "due_at" in box.c:
        conditions.append(mine.c.due_at <= sa.bindparam("now", type_=UtcTime))
        conditions.append(mine.c.channel.in_(sa.bindparam("channels", expanding=True)))
    return (
        sa.select(mine.c.id)
        .where(*conditions)
        .order_by(mine.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=mine)
    )


def taking(box: sa.Table) -> sa.UpdateBase:
    """The statement that takes rows; given by, until, limit; for an outbox now, channels."""
    # A CTE is evaluated once; as a plain subquery PostgreSQL would rerun it, past the limit.
    candidates = oldest_first(box, sa.bindparam("limit", type_=sa.Integer)).cte("candidates")
    return (
        sa.update(box)
        .where(box.c.id.in_(sa.select(candidates.c.id)), box.c.state == "waiting")
        .values(
            state="taken",
            taken_by=sa.bindparam("by"),
            taken_until=sa.bindparam("until", type_=UtcTime),
            attempts=box.c.attempts + 1,
        )
        .returning(*box.c)
    )


def count_states(connection: sa.Connection, box: sa.Table) -> dict[str, int]:
    """How many rows are in each state that still needs somebody."""
    rows = connection.execute(
        sa.select(box.c.state, sa.func.count())
        .where(box.c.state.in_((*OPEN, "unknown", "failed")))
        .group_by(box.c.state)
    )
    return dict(rows.all())


def expired(box: sa.Table, now: datetime, *, everyone: bool) -> sa.ColumnElement[bool]:
    """Taken rows whose taker is gone; with `everyone`, all taken rows (we are the only taker)."""
    taken = box.c.state == "taken"
    return taken if everyone else taken & (box.c.taken_until < now)


def is_open(connection: sa.Connection, box: sa.Table, channel: str, address: str) -> bool:
    """Whether something of this account waits or is under way."""
    found = sa.exists().where(
        box.c.channel == channel, box.c.address == address, box.c.state.in_(OPEN)
    )
    return bool(connection.execute(sa.select(found)).scalar())


def is_known(box: sa.Table) -> sa.ColumnElement[bool]:
    """Whether there is a resident with the row's account."""
    residents = sa.table("residents", sa.column("channel"), sa.column("address"))
    return sa.exists().where(
        residents.c.channel == box.c.channel, residents.c.address == box.c.address
    )
