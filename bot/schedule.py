"""The schedule: jobs done by the clock, each once for its hour or day over all processes."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial

from handlers.digest import send_digests
from handlers.escalation import escalate
from handlers.office import Office, office_of
from handlers.turn import VIETNAM, House
from handlers.verdicts import ask_verdicts
from storage import rounds
from storage.database import Connection, Database
from storage.retention import purge

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks at the clock."""
_REMEMBERED = timedelta(days=90)
"""How long it is kept what was done when."""


@dataclass(frozen=True, slots=True)
class Job:
    """`slot`: the hour or day it would be done for now, "" when it is not its time.

    `do` runs in one transaction with the claim of the slot: it either happened or did not.
    """

    name: str
    slot: Callable[[Office], str]
    do: Callable[[Connection, Office], object]


def jobs_of(console: str, retention: timedelta) -> tuple[Job, ...]:
    """Every job there is; `console` is the console's address, `retention` how long words stay."""
    return (
        Job("digest", _at_digest_time, partial(send_digests, console=console)),
        Job("escalation", _each_working_hour, escalate),
        Job("verdicts", _each_working_hour, ask_verdicts),
        Job("purge", _at_night, partial(_purge, retention=retention)),
        Job("tidy", _at_night, _tidy),
    )


def _at_digest_time(office: Office) -> str:
    """Once on each workday, from the digest's hour on until the offices close."""
    local = office.now.astimezone(VIETNAM)
    is_time = local.time() >= office.library.casework.settings.digest_at
    return f"{local:%Y-%m-%d}" if office.is_working() and is_time else ""


def _each_working_hour(office: Office) -> str:
    return f"{office.now.astimezone(VIETNAM):%Y-%m-%d %H}" if office.is_working() else ""


def _at_night(office: Office) -> str:
    """Once a day, from one o'clock in the morning on: a machine may be off at night."""
    local = office.now.astimezone(VIETNAM)
    return f"{local:%Y-%m-%d}" if local.time() >= time(1) else ""


def _purge(connection: Connection, office: Office, *, retention: timedelta) -> None:
    purge(connection, office.now - retention)


def _tidy(connection: Connection, office: Office) -> None:
    rounds.forget(connection, office.now - _REMEMBERED)


class Schedule:
    """One process' look at the clock."""

    def __init__(
        self, database: Database, house_of_now: Callable[[], House], jobs: Sequence[Job]
    ) -> None:
        self._database = database
        self._house_of_now = house_of_now
        self._jobs = jobs
        self._done: dict[str, str] = {}
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._go(), name="rounds")

    async def stop(self) -> None:
        """Let what is under way end, and look no more."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _go(self) -> None:
        while not self._stopping.is_set():
            await asyncio.to_thread(self.look)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY)

    def look(self) -> list[str]:
        """Do what it is time for; the names of what was done here. What fails is tried again."""
        house = self._house_of_now()
        office = office_of(house, house.clock.now())
        return [job.name for job in self._jobs if self._do(job, office)]

    def _do(self, job: Job, office: Office) -> bool:
        slot = job.slot(office)
        if not slot or self._done.get(job.name) == slot:
            return False

        def claim_and_do(connection: Connection) -> bool:
            is_ours = rounds.claim(connection, job.name, slot, now=office.now)
            if is_ours:
                job.do(connection, office)
            return is_ours

        try:
            is_done = self._database.write(claim_and_do).result()
        except Exception:
            log.exception("the round '%s' of %s failed and is tried again", job.name, slot)
            return False
        self._done[job.name] = slot
        return is_done
