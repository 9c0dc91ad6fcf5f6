"""Rounds: look into a box while there is something in it, then wait for a bell or a moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds between looks when nobody rings: a time may have come, or a bell may be unheard."""

Look = Callable[[], Awaitable[bool]]
"""One look; true when there was something, so that it is worth looking again at once."""


class Rounds:
    """Makes its rounds from `start` until `stop`; a look that fails is logged and made again."""

    def __init__(self, look: Look, name: str, pause: float = IDLE) -> None:
        self._look = look
        self._name = name
        self._pause = pause
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_stopping = False

    def ring(self) -> None:
        """Look now."""
        self._bell.set()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._forever(), name=self._name)

    async def stop(self) -> None:
        """Let the look under way end, and make no other."""
        self.is_stopping = True
        self._bell.set()
        if self._task is not None:
            await self._task

    async def _forever(self) -> None:
        while not self.is_stopping:
            self._bell.clear()
            try:
                found = await self._look()
            except Exception:
                log.exception("%s stumbled and goes on", self._name)
                found = False
            if not found and not self.is_stopping:
                await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), self._pause)
        except TimeoutError:
            return
