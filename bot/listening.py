"""Listening: one process at a time takes in what a messenger keeps for us."""

import asyncio
import logging

from bot.channels.channel import Channel, Receive
from bot.keeper import Duty

log = logging.getLogger(__name__)


class Listening:
    """A door's `listen`, from when this process is the one that does it until it no longer is."""

    def __init__(self, channel: Channel, receive: Receive) -> None:
        self._channel = channel
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def duty(self) -> Duty:
        """To be the only listener of the channel."""
        return Duty(f"listen {self._channel.name}", begin=self._begin, end=self._end)

    async def _begin(self, after_another: bool) -> None:
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            await self._channel.listen(self._receive)
        except Exception:
            log.exception("%s no longer listens", self._channel.name)

    async def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
