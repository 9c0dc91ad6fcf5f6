"""Attendances: who will come to a dialogue or follows it from afar, and who came."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

attendances = sa.Table(
    "attendances",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("dialogue_id", BigId, sa.ForeignKey("dialogues.id"), nullable=False),
    # None: on paper, by name.
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id")),
    sa.Column("name", sa.String(80), nullable=False, server_default=""),
    # come: to the hall; afar: asks and reads the answer.
    sa.Column("way", sa.String(4), nullable=False),
    sa.Column("registered_at", UtcTime, nullable=False),
    sa.Column("came_at", UtcTime),
    sa.UniqueConstraint("dialogue_id", "resident_id"),
)


class Attendance(NamedTuple):
    """How many come, follow from afar, and came."""

    come: int
    afar: int
    came: int


def register(
    connection: sa.Connection, dialogue_id: int, resident_id: int, *, way: str, at: datetime
) -> None:
    """An account will come or follow from afar; the last word counts."""
    adding = insert_new(connection, attendances)
    statement = adding.on_conflict_do_update(
        index_elements=[attendances.c.dialogue_id, attendances.c.resident_id],
        set_={"way": adding.excluded.way},
    )
    values = {
        "dialogue_id": dialogue_id, "resident_id": resident_id, "way": way, "registered_at": at,
    }  # fmt: skip
    connection.execute(statement, values)


def check_in(connection: sa.Connection, dialogue_id: int, name: str, at: datetime) -> None:
    """Somebody is in the hall, by the name on the paper list."""
    values = {
        "dialogue_id": dialogue_id, "name": name, "way": "come", "registered_at": at, "came_at": at,
    }  # fmt: skip
    connection.execute(sa.insert(attendances), values)


def way_of(connection: sa.Connection, dialogue_id: int, resident_id: int) -> str:
    """How an account takes part; "" when it did not say."""
    found = sa.select(attendances.c.way).where(
        attendances.c.dialogue_id == dialogue_id, attendances.c.resident_id == resident_id
    )
    return connection.execute(found).scalar() or ""


def count(connection: sa.Connection, dialogue_id: int) -> Attendance:
    """How many of each."""
    here = attendances.c.dialogue_id == dialogue_id
    number = sa.func.count()
    found = sa.select(
        number.filter(attendances.c.way == "come"),
        number.filter(attendances.c.way == "afar"),
        number.filter(attendances.c.came_at.is_not(None)),
    ).where(here)
    return Attendance(*connection.execute(found).one())


def forget(connection: sa.Connection, resident_id: int) -> None:
    """That somebody comes stays; who, goes."""
    mine = sa.update(attendances).where(attendances.c.resident_id == resident_id)
    connection.execute(mine.values(resident_id=None))
