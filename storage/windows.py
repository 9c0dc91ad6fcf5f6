"""Windows: what a channel lets us say only so long after a resident's last word is held till then.

The resident's row says that something is held, so that a turn learns it from the statement that
notes their word, and a word that comes while we decide to hold is never missed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import outbox, residents
from storage.outbox import OutboxRow
from storage.residents import Account, Heard


def hold_late(
    connection: sa.Connection, rows: Sequence[OutboxRow], *, since: datetime, now: datetime
) -> list[OutboxRow]:
    """Of these taken rows, those whose resident spoke `since` then; the others are held."""
    heard = residents.heard_since(connection, [(row.channel, row.address) for row in rows], since)
    late = [row for row in rows if (row.channel, row.address) not in heard]
    held = {row.id for row in late if _hold(connection, row, since=since, now=now)}
    return [row for row in rows if row.id not in held]


def hold_refused(
    connection: sa.Connection, row: OutboxRow, *, tried_at: datetime, now: datetime
) -> None:
    """The channel refused this one; it is held, unless the resident has spoken since we tried."""
    if not _hold(connection, row, since=tried_at, now=now):
        outbox.give_back(connection, [row.id])


def release(connection: sa.Connection, heard: Mapping[Account, Heard]) -> None:
    """These residents spoke: what was held for them goes now."""
    awaited = {account: known.id for account, known in heard.items() if known.is_awaited}
    for channel, address in awaited:
        outbox.release(connection, channel, address)
    if awaited:
        residents.stop_awaiting(connection, list(awaited.values()))


def _hold(connection: sa.Connection, row: OutboxRow, *, since: datetime, now: datetime) -> bool:
    account = row.channel, row.address
    is_awaited = residents.await_word(connection, account, since, now)
    if is_awaited:
        outbox.hold(connection, row.id)
    return is_awaited
