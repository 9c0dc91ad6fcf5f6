"""Tokens: one sealed pair for each account of ours, renewed by one process at a time."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import UtcTime, insert_new, metadata

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    # Encrypted by who puts it in: no backup and no reader of the database can use it.
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("refresh_until", UtcTime, nullable=False),
    # Counts the pairs, so that a late renewal never takes the place of a newer pair.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("claimed_by", sa.String(40)),
    sa.Column("claimed_until", UtcTime),
    sa.Column("failed_at", UtcTime),
    sa.Column("failure", sa.String(300)),
)


class Pair(NamedTuple):
    """One account's sealed pair with its times; `version` is the one it has in the table."""

    account: str
    sealed: str
    received_at: datetime
    expires_at: datetime
    refresh_until: datetime
    version: int


class Trouble(NamedTuple):
    """Why the last renewal failed."""

    failed_at: datetime
    failure: str


_PAIR = [tokens.c[name] for name in Pair._fields]


def find(connection: sa.Connection, account: str) -> Pair | None:
    """The pair of this account; None before the first one."""
    row = connection.execute(sa.select(*_PAIR).where(tokens.c.account == account)).first()
    return Pair(*row) if row else None


def find_trouble(connection: sa.Connection, account: str) -> Trouble | None:
    """What went wrong since the pair was put in; None when nothing did."""
    statement = sa.select(tokens.c.failed_at, tokens.c.failure).where(
        tokens.c.account == account, tokens.c.failed_at.is_not(None)
    )
    row = connection.execute(statement).first()
    return Trouble(*row) if row else None


def put(connection: sa.Connection, pair: Pair) -> None:
    """The first pair of an account, or a new one in place of whatever was there."""
    adding = insert_new(connection, tokens).values(pair._replace(version=1)._asdict())
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=[tokens.c.account],
            set_=_fresh(pair) | {"version": tokens.c.version + 1},
        )
    )


def renew(connection: sa.Connection, pair: Pair, after: int) -> bool:
    """Put a pair where version `after` is and let the claim go; false when that is gone."""
    change = sa.update(tokens).where(tokens.c.account == pair.account, tokens.c.version == after)
    return bool(connection.execute(change.values(**_fresh(pair), version=after + 1)).rowcount)


def claim(
    connection: sa.Connection, account: str, *, by: str, now: datetime, until: datetime
) -> Pair | None:
    """The pair with the sole right to renew it `until` then; None while another has it."""
    free = tokens.c.claimed_until.is_(None) | (tokens.c.claimed_until <= now)
    change = sa.update(tokens).where(tokens.c.account == account, free)
    taken = connection.execute(change.values(claimed_by=by, claimed_until=until)).rowcount
    return find(connection, account) if taken else None


def let_go(connection: sa.Connection, account: str, *, by: str) -> None:
    """Give the right to renew back."""
    change = sa.update(tokens).where(tokens.c.account == account, tokens.c.claimed_by == by)
    connection.execute(change.values(claimed_by=None, claimed_until=None))


def note_failure(connection: sa.Connection, account: str, trouble: Trouble, *, after: int) -> None:
    """Remember why version `after` could not be renewed."""
    change = sa.update(tokens).where(tokens.c.account == account, tokens.c.version == after)
    connection.execute(change.values(failed_at=trouble.failed_at, failure=trouble.failure[:300]))


def _fresh(pair: Pair) -> dict[str, object]:
    return {
        "sealed": pair.sealed,
        "received_at": pair.received_at,
        "expires_at": pair.expires_at,
        "refresh_until": pair.refresh_until,
        "claimed_by": None,
        "claimed_until": None,
        "failed_at": None,
        "failure": None,
    }
