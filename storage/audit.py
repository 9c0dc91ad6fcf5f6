"""The audit: who did what to which thing, when and why; lines are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    # None: the operator at the machine, or the bot itself.
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id")),
    sa.Column("did", sa.String(40), nullable=False),
    sa.Column("noun", sa.String(20), nullable=False),
    sa.Column("noun_id", sa.String(60), nullable=False),
    sa.Column("why", sa.String(500), nullable=False, server_default=""),
    sa.Column("data", sa.JSON(none_as_null=True)),
)
sa.Index("ix_audit_noun", audit.c.noun, audit.c.noun_id, audit.c.id)
sa.Index("ix_audit_official", audit.c.official_id, audit.c.id)


class AuditLine(NamedTuple):
    """One line; `did` is a verb of ours ("case.reply"), `data` what changed, without secrets."""

    at: datetime
    official_id: int | None
    did: str
    noun: str
    noun_id: str
    why: str = ""
    data: dict[str, Any] | None = None


class ListedLine(NamedTuple):
    """A line as the audit page shows it."""

    id: int
    at: datetime
    official_id: int | None
    did: str
    noun: str
    noun_id: str
    why: str
    data: dict[str, Any] | None


def note(connection: sa.Connection, lines: Sequence[AuditLine]) -> None:
    """Add lines, in the same transaction as what they tell of."""
    if lines:
        connection.execute(sa.insert(audit), [line._asdict() for line in lines])


def page(
    connection: sa.Connection,
    *,
    official_id: int | None = None,
    noun: str = "",
    noun_id: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[ListedLine]:
    """The newest lines with an id below `before`; an empty filter lets everything through."""
    found = sa.select(*[audit.c[name] for name in ListedLine._fields])
    if official_id is not None:
        found = found.where(audit.c.official_id == official_id)
    if noun:
        found = found.where(audit.c.noun == noun)
    if noun_id:
        found = found.where(audit.c.noun_id == noun_id)
    if before is not None:
        found = found.where(audit.c.id < before)
    rows = connection.execute(found.order_by(audit.c.id.desc()).limit(limit))
    return [ListedLine(*row) for row in rows]
