"""Hearing: what other processes commit rings here, so that nobody waits for the next look."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from bot.rounds import IDLE
from storage.bells import Ear
from storage.database import Database

log = logging.getLogger(__name__)


class Ears(NamedTuple):
    """Who is told what: an inbox was filled, an outbox was for that channel, a page shows that
    message of that address; `all_again`: for a while nothing was heard."""

    inbox: Callable[[], None]
    outbox: Callable[[str], None]
    shown: Callable[[int, str], None]
    all_again: Callable[[], None]


class Hearing:
    """Listens on PostgreSQL until it is stopped; a lost connection is made anew."""

    def __init__(self, database: Database, ears: Ears) -> None:
        self._database = database
        self._ears = ears
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Hear everything from now on; on SQLite nobody else rings."""
        if not self._database.is_sqlite:
            self._task = asyncio.create_task(self._listen(await self._connect()), name="hearing")

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _connect(self) -> Ear | None:
        try:
            return await asyncio.to_thread(Ear, self._database.url, self._database.name)
        except OSError as error:
            log.warning("%s", error)
            return None

    async def _listen(self, ear: Ear | None) -> None:
        while True:
            if ear is not None:
                await self._until_lost(ear)
            await asyncio.sleep(IDLE)
            ear = await self._connect()
            if ear is not None:
                self._ears.all_again()

    async def _until_lost(self, ear: Ear) -> None:
        loop, number = asyncio.get_running_loop(), ear.fileno()
        self._lost.clear()
        loop.add_reader(number, self._hear, ear)
        try:
            await self._lost.wait()
        finally:
            loop.remove_reader(number)
            ear.close()

    def _hear(self, ear: Ear) -> None:
        try:
            for word in ear.hear():
                self._tell(word)
        except OSError as error:
            log.warning("%s", error)
            self._lost.set()

    def _tell(self, word: str) -> None:
        match word.split():
            case ["inbox"]:
                self._ears.inbox()
            case ["outbox", channel]:
                self._ears.outbox(channel)
            case ["shown", number, address]:
                self._ears.shown(int(number), address)
            case _:
                log.warning("a bell that nobody knows: %s", word)
