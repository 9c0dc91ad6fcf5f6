"""Residents: one row for one account on one channel, with where the conversation stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, insert_new, metadata

residents = sa.Table(
    "residents",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("notice_version", sa.Integer, nullable=False, server_default="0"),
    # Which sentence on what officials see they were told before their first opinion.
    sa.Column("consent_version", sa.Integer, nullable=False, server_default="0"),
    # Where they said they live: a commune of the base, a hamlet in their words.
    sa.Column("area", sa.String(48), nullable=False, server_default=""),
    sa.Column("hamlet", sa.String(80), nullable=False, server_default=""),
    sa.Column("gone_at", UtcTime),
    # Their last word; a channel with a window lets us write only so long after it.
    sa.Column("heard_at", UtcTime),
    # Something of ours is held until they write again.
    sa.Column("is_awaited", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("channel", "address"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id"), primary_key=True),
    sa.Column("notes", sa.JSON, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
)

Account = tuple[str, str]
"""(channel, address)"""


class ResidentRow(NamedTuple):
    """A resident with the notes of the conversation; `notes` is None when there are none."""

    id: int
    channel: str
    address: str
    notice_version: int
    consent_version: int
    area: str
    hamlet: str
    gone_at: datetime | None
    notes: dict[str, Any] | None
    expires_at: datetime | None


class ConversationRow(NamedTuple):
    """Where a conversation stands after a turn."""

    resident_id: int
    notes: dict[str, Any]
    expires_at: datetime


def find_many(connection: sa.Connection, accounts: Sequence[Account]) -> dict[Account, ResidentRow]:
    """The residents of these accounts that we know, with their conversations."""
    found = connection.execute(
        _KNOWN, {"channels": {c for c, _ in accounts}, "addresses": {a for _, a in accounts}}
    )
    wanted = set(accounts)
    rows = (ResidentRow(*row) for row in found)
    return {(r.channel, r.address): r for r in rows if (r.channel, r.address) in wanted}


_KNOWN = (
    sa.select(
        residents.c.id,
        residents.c.channel,
        residents.c.address,
        residents.c.notice_version,
        residents.c.consent_version,
        residents.c.area,
        residents.c.hamlet,
        residents.c.gone_at,
        conversations.c.notes,
        conversations.c.expires_at,
    )
    .select_from(residents.outerjoin(conversations))
    .where(
        residents.c.channel.in_(sa.bindparam("channels", expanding=True)),
        residents.c.address.in_(sa.bindparam("addresses", expanding=True)),
    )
)


def accounts(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Account]:
    """The accounts of these residents, without those who are gone."""
    if not ids:
        return {}
    found = sa.select(residents.c.id, residents.c.channel, residents.c.address).where(
        residents.c.id.in_(ids), residents.c.gone_at.is_(None)
    )
    return {row.id: (row.channel, row.address) for row in connection.execute(found)}


class Heard(NamedTuple):
    """Whom we heard; `is_awaited`: something is held for this account until this word of theirs."""

    id: int
    is_awaited: bool


def hear_many(
    connection: sa.Connection, words: Mapping[Account, datetime | None], now: datetime
) -> dict[Account, Heard]:
    """Make the residents of these accounts where they are new, and keep when each last spoke.

    None: that was no word of theirs.
    """
    if not words:
        return {}
    adding = insert_new(connection, residents)
    last = sa.func.coalesce(adding.excluded.heard_at, residents.c.heard_at)
    statement = adding.on_conflict_do_update(
        index_elements=[residents.c.channel, residents.c.address], set_={"heard_at": last}
    ).returning(residents.c.channel, residents.c.address, residents.c.id, residents.c.is_awaited)
    values = [
        {"channel": channel, "address": address, "first_seen_at": now, "heard_at": at}
        for (channel, address), at in words.items()
    ]
    return {(c, a): Heard(*rest) for c, a, *rest in connection.execute(statement, values)}


def heard_since(
    connection: sa.Connection, accounts: Sequence[Account], since: datetime
) -> set[Account]:
    """Which of these accounts spoke then or later."""
    found = sa.select(residents.c.channel, residents.c.address).where(
        sa.tuple_(residents.c.channel, residents.c.address).in_(accounts),
        residents.c.heard_at >= since,
    )
    return {(channel, address) for channel, address in connection.execute(found)}


def await_word(connection: sa.Connection, account: Account, since: datetime, now: datetime) -> bool:
    """Note that something is held until this account speaks; false if it did, since then."""
    channel, address = account
    statement = (
        insert_new(connection, residents)
        .values(channel=channel, address=address, first_seen_at=now, is_awaited=True)
        .on_conflict_do_update(
            index_elements=[residents.c.channel, residents.c.address],
            set_={"is_awaited": True},
            where=residents.c.heard_at.is_(None) | (residents.c.heard_at < since),
        )
        .returning(residents.c.id)
    )
    return connection.execute(statement).first() is not None


def stop_awaiting(connection: sa.Connection, ids: Sequence[int]) -> None:
    """They spoke: nothing is held for them any more."""
    change = sa.update(residents).where(residents.c.id.in_(ids))
    connection.execute(change.values(is_awaited=False))


def count(connection: sa.Connection, channel: str) -> int:
    """How many accounts of a channel we know."""
    counting = sa.select(sa.func.count()).select_from(residents)
    return connection.execute(counting.where(residents.c.channel == channel)).scalar_one()


def note_notice(connection: sa.Connection, ids: Sequence[int], version: int) -> None:
    """Remember which privacy notice these residents were shown."""
    if ids:
        change = sa.update(residents).where(residents.c.id.in_(ids))
        connection.execute(change.values(notice_version=version))


def note_gone(connection: sa.Connection, account: Account, at: datetime | None) -> None:
    """Remember that an account blocked us (or, with None, is back)."""
    channel, address = account
    change = sa.update(residents).where(
        residents.c.channel == channel, residents.c.address == address
    )
    connection.execute(change.values(gone_at=at))


def keep_conversations(connection: sa.Connection, rows: Sequence[ConversationRow]) -> None:
    """Put down where these conversations stand, in place of what was there."""
    if not rows:
        return
    adding = insert_new(connection, conversations)
    statement = adding.on_conflict_do_update(
        index_elements=[conversations.c.resident_id],
        set_={"notes": adding.excluded.notes, "expires_at": adding.excluded.expires_at},
    )
    connection.execute(statement, [row._asdict() for row in rows])


def note_consent(connection: sa.Connection, resident_id: int, version: int) -> None:
    """Remember which sentence a resident was told before they sent an opinion."""
    change = sa.update(residents).where(residents.c.id == resident_id)
    connection.execute(change.values(consent_version=version))


def settle_at(connection: sa.Connection, resident_id: int, area: str, *, hamlet: str) -> None:
    """Remember where a resident lives."""
    change = sa.update(residents).where(residents.c.id == resident_id)
    connection.execute(change.values(area=area, hamlet=hamlet))


def forget(connection: sa.Connection, resident_id: int, now: datetime) -> None:
    """An account goes: only that there was one stays. It may come back, as somebody new."""
    talk = sa.delete(conversations).where(conversations.c.resident_id == resident_id)
    connection.execute(talk)
    nobody: dict[str, Any] = {
        # No channel gives such an address, and each is another.
        "address": f"-{resident_id}",
        "notice_version": 0,
        "consent_version": 0,
        "area": "",
        "hamlet": "",
        "gone_at": now,
    }
    connection.execute(sa.update(residents).where(residents.c.id == resident_id).values(**nobody))


def purge(connection: sa.Connection, before: datetime) -> None:
    """Conversations that ended before then go with their notes."""
    connection.execute(sa.delete(conversations).where(conversations.c.expires_at < before))
