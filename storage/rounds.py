"""Rounds: which job was done for which hour or day, so that of many processes one does it, once."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import UtcTime, insert_new, metadata

rounds = sa.Table(
    "rounds",
    metadata,
    sa.Column("job", sa.String(40), primary_key=True),
    # The Vietnamese day, or day and hour, it was done for: "2026-11-25", "2026-11-25 09".
    sa.Column("slot", sa.String(16), primary_key=True),
    sa.Column("done_at", UtcTime, nullable=False),
)


def claim(connection: sa.Connection, job: str, slot: str, *, now: datetime) -> bool:
    """Whether this job is ours to do for that slot, in the transaction that does it.

    Another process that asks meanwhile waits for our commit, and is then told no.
    """
    values = {"job": job, "slot": slot, "done_at": now}
    adding = insert_new(connection, rounds).values(values).on_conflict_do_nothing()
    return connection.execute(adding.returning(rounds.c.job)).first() is not None


def forget(connection: sa.Connection, before: datetime) -> None:
    """Rounds done before that are of no use any more."""
    connection.execute(sa.delete(rounds).where(rounds.c.done_at < before))
