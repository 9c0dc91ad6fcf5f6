"""Look-ups: the cards an official opened last, and those they keep at hand."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), primary_key=True),
    sa.Column("card", sa.String(48), primary_key=True),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("pinned_at", UtcTime),
)
sa.Index("ix_lookups_opened", lookups.c.official_id, lookups.c.opened_at)
sa.Index("ix_lookups_pinned", lookups.c.official_id, lookups.c.pinned_at)


def note_opened(connection: sa.Connection, official_id: int, card: str, now: datetime) -> None:
    """The official has the card before them now."""
    adding = insert_new(connection, lookups).values(
        official_id=official_id, card=card, opened_at=now
    )
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[lookups.c.official_id, lookups.c.card], set_={"opened_at": now}
        )
    )


def pin(
    connection: sa.Connection, official_id: int, card: str, *, now: datetime, is_kept: bool
) -> None:
    """Keep a card at hand, or no more."""
    kept = now if is_kept else None
    adding = insert_new(connection, lookups).values(
        official_id=official_id, card=card, opened_at=now, pinned_at=kept
    )
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[lookups.c.official_id, lookups.c.card], set_={"pinned_at": kept}
        )
    )


def recent(connection: sa.Connection, official_id: int, limit: int = 8) -> list[str]:
    """The cards the official opened last, the newest first."""
    found = sa.select(lookups.c.card).where(lookups.c.official_id == official_id)
    newest = found.order_by(lookups.c.opened_at.desc(), lookups.c.card).limit(limit)
    return list(connection.execute(newest).scalars())


def pinned(connection: sa.Connection, official_id: int, limit: int = 50) -> list[str]:
    """The cards the official keeps at hand, the first kept first."""
    found = sa.select(lookups.c.card).where(
        lookups.c.official_id == official_id, lookups.c.pinned_at.is_not(None)
    )
    kept = found.order_by(lookups.c.pinned_at, lookups.c.card).limit(limit)
    return list(connection.execute(kept).scalars())
