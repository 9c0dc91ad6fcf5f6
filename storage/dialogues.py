"""Dialogues: policy dialogue meetings, planned, announced, held, signed and published."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

Stage = Literal["planned", "announced", "agenda", "held", "signed", "published", "cancelled"]
OPEN: tuple[Stage, ...] = ("planned", "announced", "agenda", "held", "signed")
"""Stages in which something is still owed to those who asked."""

dialogues = sa.Table(
    "dialogues",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # What a link to the bot carries: "dialogue_<code>".
    sa.Column("code", sa.String(12), nullable=False, unique=True),
    # Ids of the base: a commune; units invited; topics talked of.
    sa.Column("area", sa.String(48), nullable=False),
    sa.Column("units", sa.JSON, nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("place", sa.String(200), nullable=False),
    sa.Column("chair", sa.String(120), nullable=False),
    sa.Column("held_at", UtcTime, nullable=False),
    # How many people the hall takes; 0: not said.
    sa.Column("capacity", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stage", sa.String(9), nullable=False, server_default="planned"),
    sa.Column("planned_by", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("planned_at", UtcTime, nullable=False),
    sa.Column("announced_at", UtcTime),
    # Since then no more questions are taken beforehand.
    sa.Column("closed_at", UtcTime),
    sa.Column("signed_at", UtcTime),
    sa.Column("published_at", UtcTime),
    # The agenda item shown on the screen of the hall.
    sa.Column("current_item", BigId),
    # Grows with every change; whoever changes an older version is told that somebody was faster.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
sa.Index("ix_dialogues_held", dialogues.c.held_at, dialogues.c.id)
sa.Index("ix_dialogues_area", dialogues.c.area, dialogues.c.held_at)


class DialogueRow(NamedTuple):
    """A dialogue as it is stored."""

    id: int
    code: str
    area: str
    units: list[str]
    topics: list[str]
    title: str
    place: str
    chair: str
    held_at: datetime
    capacity: int
    stage: str
    planned_by: int
    planned_at: datetime
    announced_at: datetime | None
    closed_at: datetime | None
    signed_at: datetime | None
    published_at: datetime | None
    current_item: int | None
    version: int


class NewDialogue(NamedTuple):
    """What a dialogue begins with."""

    code: str
    area: str
    units: list[str]
    topics: list[str]
    title: str
    place: str
    chair: str
    held_at: datetime
    capacity: int
    planned_by: int
    planned_at: datetime


class ChangedError(Exception):
    """Somebody changed the dialogue meanwhile: nothing was written."""


_COLUMNS = [dialogues.c[name] for name in DialogueRow._fields]


def plan(connection: sa.Connection, new: NewDialogue) -> int:
    """Put down a new dialogue; its id."""
    inserted = connection.execute(sa.insert(dialogues).returning(dialogues.c.id), new._asdict())
    return inserted.scalar_one()


def find(connection: sa.Connection, dialogue_id: int) -> DialogueRow | None:
    """One dialogue."""
    row = connection.execute(sa.select(*_COLUMNS).where(dialogues.c.id == dialogue_id)).first()
    return DialogueRow(*row) if row else None


def find_by_code(connection: sa.Connection, code: str) -> DialogueRow | None:
    """One dialogue by what a link carries."""
    row = connection.execute(sa.select(*_COLUMNS).where(dialogues.c.code == code)).first()
    return DialogueRow(*row) if row else None


def change(connection: sa.Connection, row: DialogueRow, values: dict[str, Any]) -> DialogueRow:
    """The dialogue with these columns changed; raises ChangedError when somebody was faster."""
    statement = (
        sa.update(dialogues)
        .where(dialogues.c.id == row.id, dialogues.c.version == row.version)
        .values(**values, version=row.version + 1)
        .returning(*_COLUMNS)
    )
    changed = connection.execute(statement).first()
    if changed is None:
        raise ChangedError(row.id)
    return DialogueRow(*changed)


def coming(
    connection: sa.Connection, now: datetime, *, area: str = "", limit: int = 5
) -> list[DialogueRow]:
    """What is announced and still to be held, the next first; of a commune or of all."""
    found = sa.select(*_COLUMNS).where(
        dialogues.c.held_at >= now, dialogues.c.stage.in_(("announced", "agenda"))
    )
    if area:
        found = found.where(dialogues.c.area == area)
    rows = connection.execute(found.order_by(dialogues.c.held_at).limit(limit))
    return [DialogueRow(*row) for row in rows]


def page(
    connection: sa.Connection, *, areas: Sequence[str] | None = None, limit: int = 100
) -> list[DialogueRow]:
    """The dialogues of these communes (None: of all), the latest first."""
    found = sa.select(*_COLUMNS)
    if areas is not None:
        found = found.where(dialogues.c.area.in_(areas))
    rows = connection.execute(found.order_by(dialogues.c.held_at.desc()).limit(limit))
    return [DialogueRow(*row) for row in rows]


def last_held(connection: sa.Connection) -> dict[str, datetime]:
    """When each commune last held a dialogue, by area."""
    was_held = dialogues.c.stage.in_(("held", "signed", "published"))
    found = sa.select(dialogues.c.area, sa.func.max(dialogues.c.held_at).label("held_at"))
    rows = connection.execute(found.where(was_held).group_by(dialogues.c.area))
    return {row.area: row.held_at for row in rows}
