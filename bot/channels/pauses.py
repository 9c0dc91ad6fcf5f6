"""How long a door waits before it tries again what failed: longer each time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from bot.channels.channel import SendError

log = logging.getLogger(__name__)

REFUSED_PAUSE = 600.0
"""Seconds, when the messenger said no: somebody has to mend something."""


def growing(first: float = 0.2, longest: float = 60.0) -> Iterator[float]:
    """Seconds between attempts while a messenger is out of reach: doubled up to `longest`."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)


def at_least(pause: float, error: SendError) -> float:
    """Our own pauses grow from short ones; only what the messenger itself asks for is longer."""
    asked = error.retry_in if error.whole_channel else None
    return max(pause, asked or 0.0)


class Patience:
    """How long a channel rests each time its messenger has had enough: doubled, up to `longest`.

    Many sendings are under way at once: those that began before the last rest say nothing new.
    """

    def __init__(self, first: float, longest: float) -> None:
        """In seconds."""
        self._first = first
        self._longest = longest
        self._pauses = growing(first, longest)
        self._pause = first
        self._rests = 0

    def begin(self) -> int:
        """A sending begins; what is returned is for `rest` or `go_on`, when it has ended."""
        return self._rests

    def rest(self, begun: int) -> float:
        """The messenger has had enough: how long to rest, in seconds."""
        if begun == self._rests:
            self._pause = next(self._pauses)
            self._rests += 1
        return self._pause

    def go_on(self, begun: int) -> None:
        """A sending passed: the next rest is a short one again."""
        if begun == self._rests:
            self._pauses = growing(self._first, self._longest)


async def until_done(messenger: str, what: str, call: Callable[[], Awaitable[None]]) -> None:
    """Try to set something up at the messenger, for as long as it takes."""
    for pause in growing():
        try:
            await call()
            return
        except SendError as error:
            passes = error.unknown or error.retry_in is not None
            wait = at_least(pause, error) if passes else REFUSED_PAUSE
            words = (messenger, what, wait, error.reason)
            log.warning("%s: %s not set up, again in %.1f s: %s", *words)
        await asyncio.sleep(wait)
