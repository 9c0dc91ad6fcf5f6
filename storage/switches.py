"""Switches: what officials have stopped for a while, why, and what residents are told meanwhile."""

from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

Kind = Literal["card", "topic", "answering", "broadcasts"]

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    # The id of the card or topic; "" for the others.
    sa.Column("target", sa.String(48), nullable=False),
    sa.Column("sentence", sa.String(500), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("stopped_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("released_at", UtcTime),
)
sa.Index("ix_switches_expires", switches.c.expires_at)


class NewSwitch(NamedTuple):
    """What is stopped; `sentence` is what residents read instead."""

    kind: Kind
    target: str
    sentence: str
    reason: str
    official_id: int
    stopped_at: datetime
    expires_at: datetime


class SwitchRow(NamedTuple):
    """A switch as it is stored; it stops until it expires or is released."""

    id: int
    kind: str
    target: str
    sentence: str
    reason: str
    official_id: int
    stopped_at: datetime
    expires_at: datetime
    released_at: datetime | None


_COLUMNS = [switches.c[name] for name in SwitchRow._fields]


def stop(connection: sa.Connection, new: NewSwitch) -> int:
    """Stop something; the switch's id."""
    inserted = connection.execute(sa.insert(switches).returning(switches.c.id), new._asdict())
    return inserted.scalar_one()


def release(connection: sa.Connection, switch_id: int, now: datetime) -> None:
    """It goes on again."""
    change = sa.update(switches).where(switches.c.id == switch_id)
    connection.execute(change.values(released_at=now))


def in_force(connection: sa.Connection, now: datetime) -> list[SwitchRow]:
    """What is stopped at that moment, the first stopped first."""
    found = sa.select(*_COLUMNS).where(
        switches.c.expires_at > now, switches.c.released_at.is_(None)
    )
    return [SwitchRow(*row) for row in connection.execute(found.order_by(switches.c.id))]
