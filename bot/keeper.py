"""The keeper: of all processes one sends on a channel and one polls it; this one asks to be it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.rounds import Rounds
from storage.locks import Locks

log = logging.getLogger(__name__)

ASK_EVERY = 1.0
"""Seconds between asking for what another process holds; so long after its death it is ours."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What only one process does; `begin` is told whether we waited for another to end."""

    name: str
    begin: Callable[[bool], Awaitable[None]]
    end: Callable[[], Awaitable[None]]


class Keeper:
    """Begins each duty when its lock is ours, ends it when the lock is lost."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._duties: dict[str, Duty] = {}
        self._begun: set[str] = set()
        self._has_asked = False
        self._asking = Rounds(self._ask, "keeping", ASK_EVERY)

    async def start(self, duties: list[Duty]) -> None:
        """Begin at once what is free."""
        self._duties = {duty.name: duty for duty in duties}
        await self._ask()
        self._has_asked = True
        self._asking.start()

    async def stop(self) -> None:
        """Ask no more; end every duty. The locks stay until `close`."""
        await self._asking.stop()
        for name in tuple(self._begun):
            await self._end(name)

    def close(self) -> None:
        """Let other processes begin."""
        self._locks.close()

    async def _ask(self) -> bool:
        held = await asyncio.to_thread(self._locks.hold, frozenset(self._duties))
        for name in self._begun - held:
            log.warning("%s is no longer ours", name)
            await self._end(name)
        for name in held - self._begun:
            if self._has_asked:
                log.warning("%s is ours now", name)
            # One that fails to begin is begun again at the next asking.
            await self._duties[name].begin(self._has_asked)
            self._begun.add(name)
        return False

    async def _end(self, name: str) -> None:
        self._begun.discard(name)
        await self._duties[name].end()
