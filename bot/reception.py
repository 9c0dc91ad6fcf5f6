"""The reception: what the doors hand in becomes durable here, and what was said can be seen."""

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec

from bot.channels.channel import ReadError
from bot.desk import Line
from bot.fetcher import Fetcher
from bot.gathering import Gathering
from bot.worker import Worker
from handlers import intake
from handlers.intake import Rows
from handlers.message import Choice, Extras, Incoming, Message
from handlers.turn import House
from storage import attachments, inbox, outbox
from storage.database import Database, Job
from storage.inbox import InboxRow

TOO_MANY = 5_000
"""Deliveries that may wait for their commit; past that a door is told to come back."""


class Reception:
    """Between the doors and the database."""

    def __init__(
        self, database: Database, house: House, *, worker: Worker, fetcher: Fetcher
    ) -> None:
        self._database = database
        self._house = house
        self._worker = worker
        self._fetcher = fetcher
        self._arriving = Gathering(database, _putting)

    def move_into(self, house: House) -> None:
        """What arrives from now on is taken in with this house."""
        self._house = house

    async def receive(self, incomings: Sequence[Incoming]) -> None:
        """Mask personal numbers and put into the inbox; durable when it returns."""
        if not incomings:
            return
        if self._arriving.waiting > TOO_MANY:
            raise ReadError("too many messages wait for their commit", status=503)
        now = self._house.clock.now()
        rows = intake.rows_of(self._house, incomings, now)
        await self._arriving.add([rows])
        self._worker.ring()
        if rows.due_at:
            # Nobody waits for it meanwhile: the worker is rung once more when it is due.
            pause = (rows.due_at - now).total_seconds()
            asyncio.get_running_loop().call_later(pause, self._worker.ring)
        if rows.attached:
            self._fetcher.ring()

    async def history(self, channel: str, address: str, *, limit: int = 100) -> list[Line]:
        """The last lines of both sides, the oldest first."""
        return await asyncio.to_thread(self._history, channel, address, limit)

    async def sent_after(self, channel: str, address: str, outbox_id: int) -> list[Line]:
        """What was said to the account after that outbox row."""
        return await asyncio.to_thread(self._said, channel, address, after=outbox_id)

    async def health(self) -> dict[str, object]:
        """What waits and what went wrong, by box and state."""
        return await asyncio.to_thread(self._count)

    async def is_quiet(self, channel: str, address: str) -> bool:
        """Whether everything the account sent is answered and every answer is out."""
        return await asyncio.to_thread(self._is_quiet, channel, address)

    def _history(self, channel: str, address: str, limit: int) -> list[Line]:
        with self._database.read() as connection:
            heard = inbox.said_by(connection, channel, address, limit)
        lines = [Line(row.id, row.received_at, True, self._said_by_resident(row)) for row in heard]
        lines += self._said(channel, address, limit=limit)
        return sorted(lines, key=lambda line: (line.at, not line.mine, line.id))[-limit:]

    def _said(self, channel: str, address: str, *, after: int = 0, limit: int = 100) -> list[Line]:
        with self._database.read() as connection:
            rows = outbox.said_to(connection, channel, address, after=after, limit=limit)
        return [
            Line(row.id, row.created_at, False, msgspec.convert(row.body, Message)) for row in rows
        ]

    def _count(self) -> dict[str, object]:
        with self._database.read() as connection:
            boxes = {
                "inbox": inbox.count(connection),
                "outbox": outbox.count(connection),
                "attachments": attachments.count(connection),
            }
        return {"ok": True, **boxes}

    def _is_quiet(self, channel: str, address: str) -> bool:
        with self._database.read() as connection:
            return not (
                inbox.is_open(connection, channel, address)
                or outbox.is_open(connection, channel, address)
            )

    def _said_by_resident(self, row: InboxRow) -> Message:
        """Their own words; what came without words is named."""
        text = row.text
        if row.extras:
            extras = msgspec.convert(row.extras, Extras)
            given = {"attachments": extras.attachments, "place": extras.place}
            named = self._house.library.phrases.render("sent", **given)
            text = "\n".join(filter(None, (named, text)))
        return Message(text, choices=(Choice("", row.choice),) if row.choice else ())


def _putting(arrived: Sequence[Rows]) -> Job[None]:
    messages = [message for rows in arrived for message in rows.messages]
    attached = [attachment for rows in arrived for attachment in rows.attached]
    return partial(intake.put, rows=Rows(messages, attached))
