"""Views: lists of cases that an official saved under a name."""

from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, metadata

views = sa.Table(
    "views",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    # What follows the "?" in the list's address.
    sa.Column("query", sa.String(500), nullable=False),
)
sa.Index("ix_views_official", views.c.official_id, views.c.id)


class ViewRow(NamedTuple):
    """A saved list."""

    id: int
    official_id: int
    name: str
    query: str


def add(connection: sa.Connection, official_id: int, *, name: str, query: str) -> None:
    """Save a list."""
    values = {"official_id": official_id, "name": name, "query": query}
    connection.execute(sa.insert(views), values)


def of_official(connection: sa.Connection, official_id: int) -> list[ViewRow]:
    """The official's lists, the oldest first."""
    columns = [views.c[name] for name in ViewRow._fields]
    found = sa.select(*columns).where(views.c.official_id == official_id)
    return [ViewRow(*row) for row in connection.execute(found.order_by(views.c.id).limit(50))]


def remove(connection: sa.Connection, view_id: int, *, official_id: int) -> bool:
    """Forget one of the official's own lists; False when it is none of theirs."""
    statement = sa.delete(views).where(views.c.id == view_id, views.c.official_id == official_id)
    return connection.execute(statement).rowcount > 0
