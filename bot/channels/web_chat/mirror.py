"""The web chat's mirror: shows in this process' open pages what another process sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.channel import Outgoing
from bot.channels.web_chat.door import WebChat

log = logging.getLogger(__name__)

Find = Callable[[Sequence[int]], Awaitable[Sequence[Outgoing]]]
"""Our messages with these ids, as their door got them."""


class Mirror:
    """Told of every message that some other process sent, reads those that a page here waits for.

    What is told while one reading is under way is read together by the next.
    """

    def __init__(self, door: WebChat, find: Find) -> None:
        self._door = door
        self._find = find
        self._ids: list[int] = []
        self._reading: asyncio.Task[None] | None = None

    def show(self, number: int, address: str) -> None:
        """Another process sent message `number` to the pages of `address`."""
        if not self._door.is_open(address):
            return
        self._ids.append(number)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())

    def reload(self) -> None:
        """For a while we were told nothing: the pages come back and read what they missed."""
        self._door.end_streams()

    async def _read(self) -> None:
        while self._ids:
            ids, self._ids = self._ids, []
            try:
                for outgoing in await self._find(ids):
                    await self._door.send(outgoing)
            except Exception:
                log.exception("what other processes sent could not be read")
                self.reload()
