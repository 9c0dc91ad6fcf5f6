"""Links: the code by which an official ties a chat to their account; one at a time, for minutes."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

links = sa.Table(
    "links",
    metadata,
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), primary_key=True),
    # A hash: whoever reads the database cannot use what it says.
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("expires_at", UtcTime, nullable=False),
)


def offer(
    connection: sa.Connection, official_id: int, *, code_hash: str, expires_at: datetime
) -> None:
    """This code ties a chat to the official; an earlier one does not work any more."""
    values = {"official_id": official_id, "code_hash": code_hash, "expires_at": expires_at}
    adding = insert_new(connection, links).values(values)
    change = {"code_hash": code_hash, "expires_at": expires_at}
    connection.execute(
        adding.on_conflict_do_update(index_elements=[links.c.official_id], set_=change)
    )


def is_offered(connection: sa.Connection, code_hash: str) -> bool:
    """Whether somebody has this code."""
    found = sa.select(sa.exists().where(links.c.code_hash == code_hash))
    return bool(connection.execute(found).scalar())


def use(connection: sa.Connection, code_hash: str, now: datetime) -> int | None:
    """The official whose code this is; it works once."""
    used = sa.delete(links).where(links.c.code_hash == code_hash, links.c.expires_at > now)
    return connection.execute(used.returning(links.c.official_id)).scalar()


def forget(connection: sa.Connection, now: datetime) -> None:
    """Codes that work no more."""
    connection.execute(sa.delete(links).where(links.c.expires_at <= now))
