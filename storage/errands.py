"""Errands: what a cadre tells by mouth to people whom no channel reaches."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

errands = sa.Table(
    "errands",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("case_id", BigId, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("receipt_id", BigId, sa.ForeignKey("receipts.id"), nullable=False),
    # The cadre who is to tell it.
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("given_at", UtcTime, nullable=False),
    sa.Column("told_at", UtcTime),
)
# In words, not as a parameter: a partial index serves only those who repeat its condition.
_UNTOLD = sa.text("told_at IS NULL")
sa.Index(
    "ix_errands_untold",
    errands.c.official_id,
    errands.c.id,
    sqlite_where=_UNTOLD,
    postgresql_where=_UNTOLD,
)


class NewErrand(NamedTuple):
    """Who tells whom what."""

    case_id: int
    receipt_id: int
    official_id: int
    text: str
    given_at: datetime


class ErrandRow(NamedTuple):
    """An errand as it is stored."""

    id: int
    case_id: int
    receipt_id: int
    official_id: int
    text: str
    given_at: datetime
    told_at: datetime | None


_COLUMNS = [errands.c[name] for name in ErrandRow._fields]


def give(connection: sa.Connection, new: Sequence[NewErrand]) -> None:
    """Give these errands."""
    if new:
        connection.execute(sa.insert(errands), [one._asdict() for one in new])


def find(connection: sa.Connection, errand_id: int) -> ErrandRow | None:
    """One errand."""
    row = connection.execute(sa.select(*_COLUMNS).where(errands.c.id == errand_id)).first()
    return ErrandRow(*row) if row else None


def untold_of(connection: sa.Connection, official_id: int, limit: int = 200) -> list[ErrandRow]:
    """What a cadre has still to tell, the oldest first."""
    found = sa.select(*_COLUMNS).where(errands.c.official_id == official_id, _UNTOLD)
    return [
        ErrandRow(*row) for row in connection.execute(found.order_by(errands.c.id).limit(limit))
    ]


def note_told(connection: sa.Connection, errand_id: int, now: datetime) -> None:
    """It was told."""
    connection.execute(sa.update(errands).where(errands.c.id == errand_id).values(told_at=now))
