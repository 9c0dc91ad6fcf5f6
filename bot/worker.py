"""The worker: takes from the inbox and lets turns happen, takes from the outbox and sends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.channels.channel import Channel, Outgoing, SendError
from handlers.answering import Decided, decide_all, forget, remember
from handlers.casebook import StoredCases
from handlers.message import Message
from handlers.turn import House
from storage import inbox, outbox, residents
from storage.database import Database, Job, Result
from storage.inbox import InboxRow
from storage.outbox import OutboxRow, Settled

log = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds between looks into the boxes when nobody rings (another process may have put)."""
IN_FLIGHT = 32
"""How many messages are on their way at once."""
LAST_TRY = 10
"""After this many refusals a message is settled as failed."""
RECOVER_EVERY = timedelta(seconds=30)
Work = Callable[[], Awaitable[bool]]
"""One look into a box; true when there was something in it."""


class Worker:
    """One process' taker of both boxes; `name` tells its rows from other processes'."""

    def __init__(
        self, database: Database, house: House, channels: Mapping[str, Channel], name: str
    ) -> None:
        self._database = database
        self._house = house
        self._casebook = StoredCases(database)
        self._channels = channels
        self._name = name
        self._came_in = asyncio.Event()
        self._goes_out = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._endings: list[Settled] = []
        self._settling: asyncio.Task[None] | None = None
        self._quiet_until: dict[str, datetime] = {}
        self._is_stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def ring(self) -> None:
        """Something was put into the inbox."""
        self._came_in.set()

    async def start(self, *, alone: bool) -> None:
        """Give back what a dead process held, and begin. `alone`: nobody else takes here."""
        await self._recover(everyone=alone)
        self._tasks = [
            asyncio.create_task(self._forever(self._answer, self._came_in), name="answer"),
            asyncio.create_task(self._forever(self._deliver, self._goes_out), name="deliver"),
            asyncio.create_task(self._recover_now_and_then(), name="recover"),
        ]

    async def stop(self) -> None:
        """Take nothing more, and let what is under way end."""
        self._is_stopping = True
        self._came_in.set()
        self._goes_out.set()
        if self._tasks:
            self._tasks[-1].cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._sending:
            await asyncio.wait(self._sending, timeout=outbox.LEASE.total_seconds())

    async def _forever(self, work: Work, bell: asyncio.Event) -> None:
        """Work while there is work; then wait for the bell, or a moment."""
        while not self._is_stopping:
            bell.clear()
            try:
                found = await work()
            except Exception:
                log.exception("the worker stumbled and goes on")
                found = False
            if not found and not self._is_stopping:
                await _wait(bell)

    async def _write(self, job: Job[Result]) -> Result:
        return await asyncio.wrap_future(self._database.write(job))

    # --- in ---------------------------------------------------------------------------------

    async def _answer(self) -> bool:
        now = self._house.clock.now()
        rows = await self._write(partial(inbox.take, by=self._name, now=now))
        if rows:
            decided = await asyncio.to_thread(self._decide, rows)
            await self._remember(decided)
            self._goes_out.set()
        return bool(rows)

    def _decide(self, rows: Sequence[InboxRow]) -> list[Decided]:
        with self._database.read() as connection:
            known = residents.find_many(connection, [(row.channel, row.address) for row in rows])
        return decide_all(self._house, rows, known, casebook=self._casebook)

    async def _remember(self, decided: Sequence[Decided]) -> None:
        """One commit for all; if one of them breaks it, one for each."""
        now = self._house.clock.now()
        try:
            await self._write(partial(remember, decided=decided, now=now))
        except Exception as error:
            if len(decided) > 1:
                await asyncio.gather(*(self._remember([one]) for one in decided))
                return
            log.exception("inbox %s: the turn could not be remembered", decided[0].row.id)
            await self._write(partial(forget, one=decided[0], error=error, now=now))

    # --- out --------------------------------------------------------------------------------

    async def _deliver(self) -> bool:
        room = IN_FLIGHT - len(self._sending)
        if room <= 0:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
            return True
        now = self._house.clock.now()
        channels = [name for name in self._channels if self._quiet_until.get(name, now) <= now]
        if not channels:
            return False
        take = partial(outbox.take, by=self._name, now=now, channels=channels, limit=room)
        rows = await self._write(take)
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        return bool(rows)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # Its account's next message may go now.
        self._goes_out.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a sending was not settled", exc_info=task.exception())

    async def _send(self, row: OutboxRow) -> None:
        """The database is let go here; only its row says that this is under way."""
        message = msgspec.convert(row.body, Message)
        try:
            channel = self._channels[row.channel]
            outgoing = Outgoing(row.id, row.address, message, row.attempts)
            provider_id = await channel.send(outgoing)
        except SendError as error:
            await self._settle_error(row, error)
        except Exception as error:
            log.exception("outbox %s: the %s door broke", row.id, row.channel)
            await self._settle(row, "unknown", reason=f"{type(error).__name__}")
        else:
            await self._settle(row, "done", provider_id=provider_id)

    async def _settle(
        self, row: OutboxRow, state: str, *, provider_id: str | None = None, reason: str = ""
    ) -> None:
        """Write down how it ended, together with whatever else ended meanwhile."""
        ending = Settled(row.id, state, provider_id, reason[:300] or None, self._house.clock.now())
        self._endings.append(ending)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle_all())
        await asyncio.shield(self._settling)

    async def _settle_all(self) -> None:
        while self._endings:
            endings, self._endings = self._endings, []
            await self._write(partial(outbox.settle, endings=endings))

    async def _settle_error(self, row: OutboxRow, error: SendError) -> None:
        now = self._house.clock.now()
        if error.unknown:
            await self._settle(row, "unknown", reason=error.reason)
        elif error.retry_in is not None and row.attempts < LAST_TRY:
            due_at = now + timedelta(seconds=max(error.retry_in, min(2**row.attempts, 600)))
            if error.whole_channel:
                self._quiet_until[row.channel] = now + timedelta(seconds=error.retry_in)
            await self._write(
                partial(outbox.postpone, row_id=row.id, due_at=due_at, reason=error.reason)
            )
        else:
            await self._settle(row, "failed", reason=error.reason)
        if error.resident_gone:
            account = row.channel, row.address
            await self._write(partial(residents.note_gone, account=account, at=now))
            await self._write(
                partial(outbox.drop_for, channel=row.channel, address=row.address, now=now)
            )

    # --- the dead ---------------------------------------------------------------------------

    async def _recover(self, *, everyone: bool = False) -> None:
        now = self._house.clock.now()
        resendable = [
            name for name, channel in self._channels.items() if channel.abilities.may_resend
        ]
        turns = await self._write(partial(inbox.recover, now=now, everyone=everyone))
        lost = await self._write(
            partial(outbox.recover, now=now, resendable=resendable, everyone=everyone)
        )
        if turns or lost:
            log.warning("recovered: %s turns are taken again, %s sendings are unknown", turns, lost)

    async def _recover_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(RECOVER_EVERY.total_seconds())
            try:
                await self._recover()
            except Exception:
                log.exception("could not look for what dead processes held")


async def _wait(bell: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(bell.wait(), IDLE)
    except TimeoutError:
        return
