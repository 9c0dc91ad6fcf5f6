"""The answerer: takes from the inbox, lets turns happen, and remembers them with their answers."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from bot.keeper import Duty
from bot.rounds import Rounds
from handlers.answering import Decided, decide_all, forget, remember
from handlers.casebook import StoredCases
from handlers.turn import House
from storage import inbox, residents
from storage.database import Database, Job, Result
from storage.inbox import InboxRow

log = logging.getLogger(__name__)

RECOVER_EVERY = 2.0
"""Seconds between looks for turns that died with their process."""


class Answerer:
    """One process' taker of the inbox; `name` tells its rows from other processes'.

    `send`: rings whoever sends on the channel that it is given.
    """

    def __init__(
        self, database: Database, house: House, name: str, *, send: Callable[[str], None]
    ) -> None:
        self._database = database
        self._house = house
        self._casebook = StoredCases(database)
        self._name = name
        self._send = send
        self._may_take = False
        self._answering = Rounds(self._answer, "answering")
        self._recovering = Rounds(self._recover, "recovering turns", RECOVER_EVERY)

    def move_into(self, house: House) -> None:
        """Decide with this house from now on; turns under way keep the one they began with."""
        self._house = house

    def ring(self) -> None:
        """Something was put into the inbox."""
        self._answering.ring()

    def duty(self) -> Duty:
        """To hold our own name: that is how others know that we live."""
        return Duty(inbox.taker_name(self._name), begin=self._begin, end=self._pause)

    def start(self) -> None:
        """Begin; nothing is taken before others can know that we live."""
        self._answering.start()
        self._recovering.start()

    async def stop(self) -> None:
        """Take nothing more, and let the turns under way end."""
        await asyncio.gather(self._answering.stop(), self._recovering.stop())

    async def _begin(self, after_another: bool) -> None:
        self._may_take = True
        await self._recover()
        self.ring()

    async def _pause(self) -> None:
        self._may_take = False

    async def _write(self, job: Job[Result]) -> Result:
        return await asyncio.wrap_future(self._database.write(job))

    async def _answer(self) -> bool:
        if not self._may_take:
            return False
        now = self._house.clock.now()
        rows = await self._write(partial(inbox.take, by=self._name, now=now))
        if rows:
            decided = await asyncio.to_thread(self._decide, rows)
            await self._remember(decided)
            for channel in {row.channel for row in rows}:
                self._send(channel)
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

    async def _recover(self) -> bool:
        now = self._house.clock.now()
        turns = await self._write(partial(inbox.recover, by=self._name, now=now))
        if turns:
            log.warning("%s turns of a process that died are taken again", turns)
            self.ring()
        return False
