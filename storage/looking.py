"""Looking: which officials have a case open just now, so that two do not answer it at once."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

looking = sa.Table(
    "looking",
    metadata,
    sa.Column("case_id", BigId, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id"), primary_key=True),
    sa.Column("seen_at", UtcTime, nullable=False),
)


def note(
    connection: sa.Connection,
    case_id: int,
    official_id: int,
    *,
    now: datetime,
    forget_before: datetime,
) -> None:
    """The official looks at the case now; who looked before `forget_before` looks no more."""
    old = sa.delete(looking).where(looking.c.case_id == case_id, looking.c.seen_at < forget_before)
    connection.execute(old)
    adding = insert_new(connection, looking).values(
        case_id=case_id, official_id=official_id, seen_at=now
    )
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[looking.c.case_id, looking.c.official_id], set_={"seen_at": now}
        )
    )


def others(connection: sa.Connection, case_id: int, *, besides: int, since: datetime) -> list[int]:
    """The other officials who looked at the case since then."""
    found = sa.select(looking.c.official_id).where(
        looking.c.case_id == case_id,
        looking.c.official_id != besides,
        looking.c.seen_at >= since,
    )
    return list(connection.execute(found.order_by(looking.c.official_id)).scalars())
