"""The reception: what the doors hand in becomes durable here, and what was said can be seen."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from bot.channels.channel import Outgoing, ReadError
from bot.desk import Line
from handlers.message import Choice, Incoming, Message, extras_of
from handlers.turn import Clock
from knowledge.personal import mask
from storage import inbox, outbox
from storage.database import Database
from storage.inbox import InboxEntry, InboxRow

TOO_MANY = 5_000
"""Writes that may wait for their commit; past that a door is told to come back."""


class Reception:
    """Between the doors and the database; `ring` tells whoever answers here that there is more."""

    def __init__(self, database: Database, ring: Callable[[], None], clock: Clock) -> None:
        self._database = database
        self._ring = ring
        self._clock = clock

    async def receive(self, incomings: Sequence[Incoming]) -> None:
        """Mask personal numbers and put into the inbox; durable when it returns."""
        if not incomings:
            return
        if self._database.waiting > TOO_MANY:
            raise ReadError("too many messages wait for their commit", status=503)
        now = self._clock.now()
        entries = [_entry(incoming, now) for incoming in incomings]
        await asyncio.wrap_future(self._database.write(partial(inbox.put, entries=entries)))
        self._ring()

    async def history(self, channel: str, address: str, *, limit: int = 100) -> list[Line]:
        """The last lines of both sides, the oldest first."""
        return await asyncio.to_thread(self._history, channel, address, limit)

    async def sent_after(self, channel: str, address: str, outbox_id: int) -> list[Line]:
        """What was said to the account after that outbox row."""
        return await asyncio.to_thread(self._said, channel, address, after=outbox_id)

    async def sent(self, ids: Sequence[int]) -> list[Outgoing]:
        """Our messages with these ids, as their door got them."""
        return await asyncio.to_thread(self._sent, ids)

    async def health(self) -> dict[str, object]:
        """What waits and what went wrong, by box and state."""
        return await asyncio.to_thread(self._count)

    async def is_quiet(self, channel: str, address: str) -> bool:
        """Whether everything the account sent is answered and every answer is out."""
        return await asyncio.to_thread(self._is_quiet, channel, address)

    def _history(self, channel: str, address: str, limit: int) -> list[Line]:
        with self._database.read() as connection:
            heard = inbox.said_by(connection, channel, address, limit)
        lines = [Line(row.id, row.received_at, True, _said_by_resident(row)) for row in heard]
        lines += self._said(channel, address, limit=limit)
        return sorted(lines, key=lambda line: (line.at, not line.mine, line.id))[-limit:]

    def _said(self, channel: str, address: str, *, after: int = 0, limit: int = 100) -> list[Line]:
        with self._database.read() as connection:
            rows = outbox.said_to(connection, channel, address, after=after, limit=limit)
        return [
            Line(row.id, row.created_at, False, msgspec.convert(row.body, Message)) for row in rows
        ]

    def _sent(self, ids: Sequence[int]) -> list[Outgoing]:
        with self._database.read() as connection:
            rows = outbox.find_many(connection, ids)
        return [Outgoing(row.id, row.address, msgspec.convert(row.body, Message)) for row in rows]

    def _count(self) -> dict[str, object]:
        with self._database.read() as connection:
            boxes = {"inbox": inbox.count(connection), "outbox": outbox.count(connection)}
        return {"ok": True, **boxes}

    def _is_quiet(self, channel: str, address: str) -> bool:
        with self._database.read() as connection:
            return not (
                inbox.is_open(connection, channel, address)
                or outbox.is_open(connection, channel, address)
            )


def _said_by_resident(row: InboxRow) -> Message:
    return Message(row.text, choices=(Choice("", row.choice),) if row.choice else ())


def _entry(incoming: Incoming, now: datetime) -> InboxEntry:
    text, is_masked = mask(incoming.text)
    return InboxEntry(
        channel=incoming.channel,
        address=incoming.address,
        external_id=incoming.external_id,
        kind=incoming.kind,
        text=text,
        choice=incoming.choice,
        is_masked=is_masked,
        sent_at=incoming.sent_at,
        received_at=now,
        extras=extras_of(incoming),
    )
