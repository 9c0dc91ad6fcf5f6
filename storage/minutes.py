"""Minutes: what was written down of a dialogue; every version is kept, one of them is signed."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

minutes = sa.Table(
    "minutes",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("dialogue_id", BigId, sa.ForeignKey("dialogues.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_by", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("written_at", UtcTime, nullable=False),
    sa.Column("signed_by", BigId, sa.ForeignKey("officials.id")),
    sa.Column("signed_at", UtcTime),
    sa.UniqueConstraint("dialogue_id", "number"),
)


class MinutesRow(NamedTuple):
    """One version."""

    id: int
    dialogue_id: int
    number: int
    text: str
    written_by: int
    written_at: datetime
    signed_by: int | None
    signed_at: datetime | None


_COLUMNS = [minutes.c[name] for name in MinutesRow._fields]


def write(connection: sa.Connection, dialogue_id: int, text: str, *, by: int, at: datetime) -> int:
    """Keep the next version; its number."""
    last = sa.select(sa.func.max(minutes.c.number)).where(minutes.c.dialogue_id == dialogue_id)
    number = (connection.execute(last).scalar() or 0) + 1
    values = {
        "dialogue_id": dialogue_id, "number": number, "text": text, "written_by": by,
        "written_at": at,
    }  # fmt: skip
    connection.execute(sa.insert(minutes), values)
    return number


def versions(connection: sa.Connection, dialogue_id: int) -> list[MinutesRow]:
    """Every version, the newest first."""
    found = sa.select(*_COLUMNS).where(minutes.c.dialogue_id == dialogue_id)
    rows = connection.execute(found.order_by(minutes.c.number.desc()))
    return [MinutesRow(*row) for row in rows]


def sign(connection: sa.Connection, minutes_id: int, *, by: int, at: datetime) -> None:
    """This version is the one that holds."""
    signed = sa.update(minutes).where(minutes.c.id == minutes_id)
    connection.execute(signed.values(signed_by=by, signed_at=at))
