"""Agenda items: the groups of questions of a dialogue, in order, each with its one answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

agenda_items = sa.Table(
    "agenda_items",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("dialogue_id", BigId, sa.ForeignKey("dialogues.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("topic", sa.String(20), nullable=False, server_default=""),
    sa.Column("unit", sa.String(48), nullable=False, server_default=""),
    sa.Column("minutes", sa.Integer, nullable=False),
    # done, promised, cannot; None: not answered yet.
    sa.Column("outcome", sa.String(8)),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("ground", sa.Text, nullable=False, server_default=""),
    sa.Column("answered_by", BigId, sa.ForeignKey("officials.id")),
    sa.Column("answered_at", UtcTime),
)
sa.Index("ix_agenda_items_dialogue", agenda_items.c.dialogue_id, agenda_items.c.position)


class ItemRow(NamedTuple):
    """One item as it is stored."""

    id: int
    dialogue_id: int
    position: int
    title: str
    topic: str
    unit: str
    minutes: int
    outcome: str | None
    answer: str
    ground: str
    answered_by: int | None
    answered_at: datetime | None


class NewItem(NamedTuple):
    """What an item begins with."""

    dialogue_id: int
    position: int
    title: str
    topic: str
    unit: str
    minutes: int


_COLUMNS = [agenda_items.c[name] for name in ItemRow._fields]


def add(connection: sa.Connection, new: NewItem) -> int:
    """Put down an item; its id."""
    inserting = sa.insert(agenda_items).returning(agenda_items.c.id)
    return connection.execute(inserting, new._asdict()).scalar_one()


def find(connection: sa.Connection, item_id: int) -> ItemRow | None:
    """One item."""
    row = connection.execute(sa.select(*_COLUMNS).where(agenda_items.c.id == item_id)).first()
    return ItemRow(*row) if row else None


def of_dialogue(connection: sa.Connection, dialogue_id: int) -> list[ItemRow]:
    """The agenda, in order."""
    found = sa.select(*_COLUMNS).where(agenda_items.c.dialogue_id == dialogue_id)
    rows = connection.execute(found.order_by(agenda_items.c.position, agenda_items.c.id))
    return [ItemRow(*row) for row in rows]


def change(connection: sa.Connection, item_id: int, values: dict[str, Any]) -> None:
    """Change columns of an item."""
    statement = sa.update(agenda_items).where(agenda_items.c.id == item_id)
    connection.execute(statement.values(**values))


def drop(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Items in which nothing is asked any more."""
    if ids:
        connection.execute(sa.delete(agenda_items).where(agenda_items.c.id.in_(ids)))


def put_in_order(connection: sa.Connection, ids: Sequence[int]) -> None:
    """The items stand in this order from now on."""
    place = sa.update(agenda_items).where(agenda_items.c.id == sa.bindparam("item"))
    rows = [{"item": number, "at": at} for at, number in enumerate(ids, 1)]
    if rows:
        connection.execute(place.values(position=sa.bindparam("at")), rows)
