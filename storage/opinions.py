"""Opinions: what residents say about a policy or how it is carried out."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

opinions = sa.Table(
    "opinions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("inbox_id", BigId, sa.ForeignKey("inbox.id"), nullable=False, unique=True),
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id"), nullable=False),
    sa.Column("said_at", UtcTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("text_key", sa.Text, nullable=False),
)


class Opinion(NamedTuple):
    """One row; `text_key` is `text` folded by the caller."""

    inbox_id: int
    resident_id: int
    said_at: datetime
    text: str
    text_key: str


def add(connection: sa.Connection, rows: Sequence[Opinion]) -> None:
    """Write down what was said."""
    if rows:
        connection.execute(sa.insert(opinions), [row._asdict() for row in rows])


def search(connection: sa.Connection, *, key: str = "", limit: int = 50) -> list[Opinion]:
    """The newest opinions whose folded text holds `key`."""
    columns = [opinions.c[name] for name in Opinion._fields]
    statement = sa.select(*columns).order_by(opinions.c.id.desc()).limit(limit)
    if key:
        statement = statement.where(opinions.c.text_key.contains(key, autoescape=True))
    return [Opinion(*row) for row in connection.execute(statement)]
