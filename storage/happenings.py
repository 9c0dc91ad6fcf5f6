"""Happenings: what became of a case, line by line: its timeline and its internal notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

happenings = sa.Table(
    "happenings",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("case_id", BigId, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    # Neither: the bot itself did it.
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id")),
    sa.Column("receipt_id", BigId, sa.ForeignKey("receipts.id")),
    # opened, joined, routed, taken, noted, asked, added, drafted, returned, answered, told,
    # confirmed, reopened, merged, split, unsealed, closed, escalated
    sa.Column("what", sa.String(12), nullable=False),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
    sa.Column("data", sa.JSON(none_as_null=True)),
)
sa.Index("ix_happenings_case", happenings.c.case_id, happenings.c.id)


class Happening(NamedTuple):
    """One line of a case's timeline."""

    case_id: int
    at: datetime
    what: str
    text: str = ""
    official_id: int | None = None
    receipt_id: int | None = None
    data: dict[str, Any] | None = None


def add(connection: sa.Connection, lines: Sequence[Happening]) -> None:
    """Write lines, in the same transaction as what they tell of."""
    if lines:
        connection.execute(sa.insert(happenings), [line._asdict() for line in lines])


def of_case(connection: sa.Connection, case_id: int, limit: int = 500) -> list[Happening]:
    """The newest `limit` lines of a case, the oldest of them first."""
    columns = [happenings.c[name] for name in Happening._fields]
    newest = sa.select(*columns).where(happenings.c.case_id == case_id)
    rows = connection.execute(newest.order_by(happenings.c.id.desc()).limit(limit)).all()
    return [Happening(*row) for row in rows[::-1]]


def forget(connection: sa.Connection, receipt_ids: Sequence[int]) -> None:
    """What these people said goes; that they said something stays."""
    if receipt_ids:
        theirs = happenings.c.receipt_id.in_(receipt_ids)
        connection.execute(sa.update(happenings).where(theirs).values(text=""))
