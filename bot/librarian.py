"""The librarian: when a new day or an official's edit changes the base, hands over a new house."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from handlers.turn import House, today
from knowledge.library import CONTENT, Library
from knowledge.source import ContentError

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between looks at the calendar and the content folder."""
Seen = frozenset[tuple[str, int, int]]
"""The content files with the time of their last change and their size."""


class Librarian:
    """Looks whether the house is still of today; builds a new one beside it and swaps it whole.

    `build` makes a house for now and `give` puts it in place, which must be one assignment: turns
    under way keep the house they began with.
    """

    def __init__(
        self,
        house: House,
        *,
        build: Callable[[], House],
        give: Callable[[House], None],
        content: Path = CONTENT,
    ) -> None:
        self._house = house
        self._build = build
        self._give = give
        self._content = content
        self._edition = _edition(house)
        self._seen = self._changing = _seen(content)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look now and then, until stopped."""
        self._task = asyncio.create_task(self._now_and_then(), name="librarian")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> bool:
        """Swap the house if it is not of today any more; whether it was.

        Content that is still being written is left alone until the next look; content that is
        wrong changes nothing until it changes again.
        """
        seen = _seen(self._content)
        is_settled, self._changing = seen == self._changing, seen
        is_edited = is_settled and seen != self._seen
        if not is_edited and _edition(self._house) is self._edition:
            return False
        self._seen = seen if is_edited else self._seen
        try:
            house = self._build()
        except ContentError as mistake:
            log.error("the old house is kept: %s", mistake)
            self._edition = _edition(self._house)
            return False
        self._house, self._edition = house, _edition(house)
        self._give(house)
        log.info("a new house: %s cards", len(house.library.cards))
        return True

    async def _now_and_then(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await asyncio.to_thread(self.look)
            except Exception:
                log.exception("the librarian stumbled and goes on")


def _edition(house: House) -> Library:
    """The library of today: the same object as long as no card reads differently."""
    return house.library.on(today(house.clock))


def _seen(content: Path) -> Seen:
    files = ((path, path.stat()) for path in content.rglob("*.yaml"))
    return frozenset((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in files)
