"""Promises: what officials said will be done: by whom, until when, and what shows that it was."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

promises = sa.Table(
    "promises",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("dialogue_id", BigId, sa.ForeignKey("dialogues.id"), nullable=False),
    sa.Column("item_id", BigId, sa.ForeignKey("agenda_items.id"), nullable=False, unique=True),
    sa.Column("area", sa.String(48), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # Who does it, as people know them.
    sa.Column("owner", sa.String(120), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("made_by", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("kept_at", UtcTime),
    sa.Column("evidence", sa.Text, nullable=False, server_default=""),
)
sa.Index("ix_promises_area", promises.c.area, promises.c.due_on)
sa.Index("ix_promises_dialogue", promises.c.dialogue_id)
sa.Index("ix_promises_due", promises.c.kept_at, promises.c.due_on)


class NewPromise(NamedTuple):
    """What is promised in an item of an agenda."""

    dialogue_id: int
    item_id: int
    area: str
    text: str
    owner: str
    due_on: date
    made_by: int
    made_at: datetime


class PromiseRow(NamedTuple):
    """A promise as it is stored."""

    id: int
    dialogue_id: int
    item_id: int
    area: str
    text: str
    owner: str
    due_on: date
    made_by: int
    made_at: datetime
    kept_at: datetime | None
    evidence: str

    def is_late(self, day: date) -> bool:
        """Whether its day is over and nobody has shown that it was kept."""
        return self.kept_at is None and self.due_on < day


_COLUMNS = [promises.c[name] for name in PromiseRow._fields]


def make(connection: sa.Connection, new: NewPromise) -> None:
    """Promise it, in place of what the item promised before."""
    withdraw(connection, new.item_id)
    connection.execute(sa.insert(promises), new._asdict())


def withdraw(connection: sa.Connection, item_id: int) -> None:
    """The item promises nothing any more."""
    connection.execute(sa.delete(promises).where(promises.c.item_id == item_id))


def find(connection: sa.Connection, promise_id: int) -> PromiseRow | None:
    """One promise."""
    row = connection.execute(sa.select(*_COLUMNS).where(promises.c.id == promise_id)).first()
    return PromiseRow(*row) if row else None


def keep(connection: sa.Connection, promise_id: int, evidence: str, at: datetime) -> None:
    """It was kept, and this shows it."""
    kept = sa.update(promises).where(promises.c.id == promise_id)
    connection.execute(kept.values(kept_at=at, evidence=evidence))


def of_dialogue(connection: sa.Connection, dialogue_id: int) -> list[PromiseRow]:
    """What was promised at a dialogue, the soonest due first."""
    found = sa.select(*_COLUMNS).where(promises.c.dialogue_id == dialogue_id)
    rows = connection.execute(found.order_by(promises.c.due_on, promises.c.id))
    return [PromiseRow(*row) for row in rows]


def unkept(
    connection: sa.Connection, areas: Sequence[str] | None = None, limit: int = 100
) -> list[PromiseRow]:
    """What is promised in these communes (None: all) and not kept, the longest due first."""
    found = sa.select(*_COLUMNS).where(promises.c.kept_at.is_(None))
    if areas is not None:
        found = found.where(promises.c.area.in_(areas))
    rows = connection.execute(found.order_by(promises.c.due_on, promises.c.id).limit(limit))
    return [PromiseRow(*row) for row in rows]
