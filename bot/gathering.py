"""Gathering: what arrives while a commit is under way shares the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from storage.database import Database, Job

Item = TypeVar("Item")


class Gathering(Generic[Item]):
    """Many small additions to one table, written as few large ones.

    `job_of` makes the job that writes the items it is given.
    """

    def __init__(self, database: Database, job_of: Callable[[Sequence[Item]], Job[None]]) -> None:
        self._database = database
        self._job_of = job_of
        self._waiting: list[tuple[Sequence[Item], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, items: Sequence[Item]) -> None:
        """Durable when it returns; raises what writing these very items raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await done

    @property
    def waiting(self) -> int:
        """How many additions wait for their commit."""
        return len(self._waiting)

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._write(group)

    async def _write(self, group: Sequence[tuple[Sequence[Item], asyncio.Future[None]]]) -> None:
        """All in one statement; when that fails, each addition for itself."""
        job = self._job_of([item for items, _ in group for item in items])
        try:
            await asyncio.wrap_future(self._database.write(job))
        except Exception as error:
            if len(group) > 1:
                await asyncio.gather(*(self._write([one]) for one in group))
            else:
                _fail(group[0][1], error)
            return
        for _, done in group:
            if not done.done():
                done.set_result(None)


def _fail(done: "asyncio.Future[None]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
