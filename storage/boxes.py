"""What the inbox and the outbox share: their states and who holds a row."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from storage.database import UtcTime

State = Literal["waiting", "taken", "done", "failed", "unknown", "held"]
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


def oldest_first(box: sa.Table) -> sa.Select[Any]:
    """Ids of up to `limit` rows that may be taken: each account's oldest open row, if it waits.

    Another process' locked rows are skipped, not waited for; and a row whose account has an
    earlier open row is never a candidate, so nobody overtakes in an account. In a box with
    priorities, lower ones come first, in an account too: but one row at a time is under way.
    """
    mine, earlier = box.alias("mine"), box.alias("earlier")
    is_ahead: sa.ColumnElement[bool] = earlier.c.id < mine.c.id
    due_at, now = mine.c.due_at, sa.bindparam("now", type_=UtcTime)
    conditions = [mine.c.state == "waiting", due_at.is_(None) | (due_at <= now)]
    order = [mine.c.id]
    if "priority" in box.c:
        first, second = earlier.c.priority, mine.c.priority
        is_ahead = sa.or_(earlier.c.state == "taken", first < second, is_ahead & (first == second))
        conditions.append(mine.c.channel == sa.bindparam("lane"))
        order = [second, mine.c.id]
    overtakes = sa.exists().where(
        earlier.c.channel == mine.c.channel,
        earlier.c.address == mine.c.address,
        earlier.c.state.in_(OPEN),
        is_ahead,
    )
    return (
        sa.select(mine.c.id)
        .where(*conditions, ~overtakes)
        .order_by(*order)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .with_for_update(skip_locked=True, of=mine)
    )


def taking(box: sa.Table, ids: sa.Select[Any] | None = None) -> sa.UpdateBase:
    """The statement that takes rows; given by, until, limit, now; for an outbox lane.

    `ids`: which rows may be taken, where that is not each account's oldest.
    """
    # A CTE is evaluated once; as a plain subquery PostgreSQL would rerun it, past the limit.
    candidates = (oldest_first(box) if ids is None else ids).cte("candidates")
    return (
        sa.update(box)
        # Nothing more: by a state SQLite would rather look through all that wait.
        .where(box.c.id.in_(sa.select(candidates.c.id)))
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
        .where(box.c.state.in_((*OPEN, "held", "unknown", "failed")))
        .group_by(box.c.state)
    )
    return dict(rows.all())


def expired(box: sa.Table, now: datetime) -> sa.ColumnElement[bool]:
    """Taken rows that were held too long."""
    return (box.c.state == "taken") & (box.c.taken_until < now)


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
