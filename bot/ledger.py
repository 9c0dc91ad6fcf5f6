"""The ledger of a sending process: what every lane writes to the database goes through it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.gathering import Gathering
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
        self._endings = Gathering(database, _settling)

    async def write(self, job: Job[Result]) -> Result:
        """Run a job in the writer's next group; durable when it returns."""
        return await asyncio.wrap_future(self._database.write(job))

    async def settle(self, ending: Settled) -> None:
        """Write down how one sending ended, together with whatever else ended meanwhile."""
        await self._endings.add([ending])


def _settling(endings: Sequence[Settled]) -> Job[None]:
    return partial(outbox.settle, endings=endings)
