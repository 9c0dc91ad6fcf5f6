"""Officials: who signs in to the console or is a cadre in chat, with role, unit and areas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

Role = Literal["cadre", "officer", "editor", "coordinator", "leader", "admin"]

officials = sa.Table(
    "officials",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    # Lower case; what one types to sign in.
    sa.Column("login", sa.String(60), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    # Ids of the base: units, communes, topics; no areas or topics means all of the unit's.
    sa.Column("unit", sa.String(48), nullable=False),
    sa.Column("areas", sa.JSON, nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("deputy_id", BigId, sa.ForeignKey("officials.id")),
    # The official's own chat, for the daily digest.
    sa.Column("channel", sa.String(20)),
    sa.Column("address", sa.String(64)),
    sa.Column("password_hash", sa.String(200)),
    # Encrypted by the caller; `totp_step` is the last time step used, so that a code works once.
    sa.Column("totp_secret", sa.LargeBinary),
    sa.Column("totp_step", BigId, nullable=False, server_default="0"),
    sa.Column("recovery_hashes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime),
)
sa.Index("ix_officials_unit", officials.c.unit, officials.c.id)
sa.Index("ix_officials_chat", officials.c.channel, officials.c.address)


class OfficialRow(NamedTuple):
    """Who an official is; nothing secret in it."""

    id: int
    login: str
    name: str
    role: str
    unit: str
    areas: list[str]
    topics: list[str]
    deputy_id: int | None
    channel: str | None
    address: str | None
    created_at: datetime
    disabled_at: datetime | None


class NewOfficial(NamedTuple):
    """What is told of an official when added; they choose a password by their invitation."""

    login: str
    name: str
    role: Role
    unit: str
    areas: list[str]
    topics: list[str]
    created_at: datetime


_COLUMNS = [officials.c[name] for name in OfficialRow._fields]


def add(connection: sa.Connection, new: NewOfficial) -> int:
    """Add an official; the id. Raises IntegrityError when the login is taken."""
    values: dict[str, Any] = {**new._asdict(), "recovery_hashes": []}
    inserted = connection.execute(sa.insert(officials).returning(officials.c.id), values)
    return inserted.scalar_one()


def find(connection: sa.Connection, official_id: int) -> OfficialRow | None:
    """One official by id."""
    row = connection.execute(sa.select(*_COLUMNS).where(officials.c.id == official_id)).first()
    return OfficialRow(*row) if row else None


def find_by_login(connection: sa.Connection, login: str) -> OfficialRow | None:
    """One official by login, which is compared in lower case."""
    found = sa.select(*_COLUMNS).where(officials.c.login == login.strip().lower())
    row = connection.execute(found).first()
    return OfficialRow(*row) if row else None


def is_in_chat(connection: sa.Connection, channel: str, address: str) -> bool:
    """Whether the account is tied to an official who may still sign in."""
    found = sa.exists().where(
        officials.c.channel == channel,
        officials.c.address == address,
        officials.c.disabled_at.is_(None),
    )
    return bool(connection.execute(sa.select(found)).scalar())


def of_unit(connection: sa.Connection, unit: str) -> list[OfficialRow]:
    """The officials of a unit who may still sign in."""
    found = sa.select(*_COLUMNS).where(officials.c.unit == unit, officials.c.disabled_at.is_(None))
    return [OfficialRow(*row) for row in connection.execute(found.order_by(officials.c.id))]


def everyone(connection: sa.Connection) -> list[OfficialRow]:
    """All officials, those who may not sign in any more too."""
    found = sa.select(*_COLUMNS).order_by(officials.c.name, officials.c.id)
    return [OfficialRow(*row) for row in connection.execute(found)]


def change(connection: sa.Connection, official_id: int, values: dict[str, Any]) -> None:
    """Change columns of an official."""
    statement = sa.update(officials).where(officials.c.id == official_id)
    connection.execute(statement.values(**values))


def names(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Names by id, for lists."""
    found = sa.select(officials.c.id, officials.c.name).where(officials.c.id.in_(ids))
    return dict(connection.execute(found).all()) if ids else {}


def password_hash(connection: sa.Connection, official_id: int) -> str | None:
    """What a typed password is checked against; None before the invitation was accepted."""
    found = sa.select(officials.c.password_hash).where(officials.c.id == official_id)
    return connection.execute(found).scalar()


class SecondFactor(NamedTuple):
    """What a typed code is checked against; the secret is sealed."""

    totp_secret: bytes
    totp_step: int
    recovery_hashes: list[str]


def second_factor(connection: sa.Connection, official_id: int) -> SecondFactor | None:
    """The second factor of an official who has set one."""
    columns = [officials.c[name] for name in SecondFactor._fields]
    found = sa.select(*columns).where(
        officials.c.id == official_id, officials.c.totp_secret.is_not(None)
    )
    row = connection.execute(found).first()
    return SecondFactor(*row) if row else None
