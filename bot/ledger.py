"""The ledger of a sending process: what every lane writes to the database goes through it."""

import asyncio
from datetime import timedelta
from functools import partial

from handlers.turn import Clock
from storage import outbox
from storage.database import Database, Job, Result
from storage.outbox import Settled


class Ledger:
    """`name` tells this process' rows from others'.

    `resend_after`: when a sending of unknown outcome is tried once more; None: never.
    """

    def __init__(
        self, database: Database, clock: Clock, name: str, *, resend_after: timedelta | None = None
    ) -> None:
        self.clock = clock
        self.name = name
        self.resend_after = resend_after
        self._database = database
        self._endings: list[Settled] = []
        self._settling: asyncio.Task[None] | None = None

    async def write(self, job: Job[Result]) -> Result:
        """Run a job in the writer's next group; durable when it returns."""
        return await asyncio.wrap_future(self._database.write(job))

    async def settle(self, ending: Settled) -> None:
        """Write down how one sending ended, together with whatever else ended meanwhile."""
        self._endings.append(ending)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle_all())
        await asyncio.shield(self._settling)

    async def _settle_all(self) -> None:
        while self._endings:
            endings, self._endings = self._endings, []
            await self.write(partial(outbox.settle, endings=endings))
