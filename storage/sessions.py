"""Sessions of officials, their invitations and their failed attempts to sign in."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # A hash: whoever reads the database cannot use what it says.
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("is_confirmed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("agent", sa.String(120), nullable=False, server_default=""),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
)
sa.Index("ix_sessions_official", sessions.c.official_id, sessions.c.id)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
)
sa.Index("ix_invitations_official", invitations.c.official_id, invitations.c.id)

ATTEMPTS_KEPT = timedelta(hours=1)
"""Nobody counts attempts of longer ago."""

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # "login:an.nguyen", "from:<address>", or "code:<resident's number>"
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
sa.Index("ix_attempts_key", attempts.c.key, attempts.c.at)


class SessionRow(NamedTuple):
    """A signed-in browser; `is_confirmed`: the second factor was given."""

    id: int
    official_id: int
    is_confirmed: bool
    agent: str
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None


class NewSession(NamedTuple):
    """What a session begins with."""

    token_hash: str
    official_id: int
    is_confirmed: bool
    agent: str
    created_at: datetime
    seen_at: datetime


_COLUMNS = [sessions.c[name] for name in SessionRow._fields]


def add(connection: sa.Connection, new: NewSession) -> None:
    """Begin a session."""
    connection.execute(sa.insert(sessions), new._asdict())


def find(connection: sa.Connection, token_hash: str) -> SessionRow | None:
    """The session of a token, ended or not."""
    found = sa.select(*_COLUMNS).where(sessions.c.token_hash == token_hash)
    row = connection.execute(found).first()
    return SessionRow(*row) if row else None


def open_of(connection: sa.Connection, official_id: int) -> list[SessionRow]:
    """The sessions of an official that were not ended, the newest first."""
    found = sa.select(*_COLUMNS).where(
        sessions.c.official_id == official_id, sessions.c.ended_at.is_(None)
    )
    return [SessionRow(*row) for row in connection.execute(found.order_by(sessions.c.id.desc()))]


def note_seen(connection: sa.Connection, session_id: int, now: datetime) -> None:
    """The browser was there just now."""
    connection.execute(sa.update(sessions).where(sessions.c.id == session_id).values(seen_at=now))


def end(connection: sa.Connection, session_id: int, now: datetime) -> None:
    """End one session."""
    statement = sa.update(sessions).where(sessions.c.id == session_id)
    connection.execute(statement.values(ended_at=now))


def end_all(connection: sa.Connection, official_id: int, now: datetime) -> None:
    """End every session of an official."""
    statement = sa.update(sessions).where(
        sessions.c.official_id == official_id, sessions.c.ended_at.is_(None)
    )
    connection.execute(statement.values(ended_at=now))


def invite(
    connection: sa.Connection,
    official_id: int,
    *,
    token_hash: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Invite an official; an earlier invitation does not work any more."""
    earlier = sa.update(invitations).where(
        invitations.c.official_id == official_id, invitations.c.used_at.is_(None)
    )
    connection.execute(earlier.values(used_at=now))
    values = {
        "token_hash": token_hash,
        "official_id": official_id,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(sa.insert(invitations), values)


def invited(connection: sa.Connection, token_hash: str, now: datetime) -> int | None:
    """The official whose open invitation this is."""
    found = sa.select(invitations.c.official_id).where(
        invitations.c.token_hash == token_hash,
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > now,
    )
    return connection.execute(found).scalar()


def use_invitation(connection: sa.Connection, token_hash: str, now: datetime) -> None:
    """The invitation was accepted."""
    statement = sa.update(invitations).where(invitations.c.token_hash == token_hash)
    connection.execute(statement.values(used_at=now))


def count_attempts(connection: sa.Connection, key: str, since: datetime) -> int:
    """How many attempts failed under this key since then."""
    counted = sa.select(sa.func.count()).where(attempts.c.key == key, attempts.c.at > since)
    return connection.execute(counted).scalar_one()


def note_attempt(connection: sa.Connection, key: str, now: datetime) -> None:
    """An attempt failed; what is older than an hour is forgotten."""
    connection.execute(sa.insert(attempts), {"key": key[:120], "at": now})
    connection.execute(sa.delete(attempts).where(attempts.c.at < now - ATTEMPTS_KEPT))
