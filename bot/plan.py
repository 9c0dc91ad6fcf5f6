"""What a messenger's plan allows, how much of it is used, and a warning before it is used up."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.settings import Settings
from handlers.turn import VIETNAM, Clock
from storage import outbox, residents
from storage.database import Database

log = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds between two looks at what is used."""
LEVELS = (100, 80)
"""Percent of a plan at which somebody should know, the highest first."""


class Plan(NamedTuple):
    """How many messages may go out in a calendar month of Viet Nam, and to how many residents."""

    monthly: int
    users: int


class Use(NamedTuple):
    """How many messages went out this month, and how many residents ever wrote.

    A long message goes out in parts, which the messenger may count one by one: the truth may lie
    a little above.
    """

    sent: int
    users: int


def plans_of(settings: Settings) -> dict[str, Plan]:
    """The plans of the channels that have one, by channel."""
    return {"zalo_bot": Plan(settings.zalo_bot_monthly, settings.zalo_bot_users)}


def month_of(now: datetime) -> datetime:
    """When the calendar month began in Viet Nam."""
    here = now.astimezone(VIETNAM)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def use_of(database: Database, channel: str, now: datetime) -> Use:
    """What is used of a channel's plan."""
    with database.read() as connection:
        sent = outbox.count_done(connection, channel, month_of(now))
        return Use(sent, residents.count(connection, channel))


class PlanWatch:
    """Warns in the log when a plan is nearly used up, and when it is; once a month each."""

    def __init__(self, database: Database, clock: Clock, plans: Mapping[str, Plan]) -> None:
        self._database = database
        self._clock = clock
        self._plans = plans
        self._warned: dict[str, tuple[datetime, int]] = {}

    async def watch(self) -> None:
        """For ever."""
        while self._plans:
            try:
                await asyncio.to_thread(self.look)
            except Exception:
                log.exception("what is used of the plans could not be read")
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Warn of what has come to pass since the last look."""
        now = self._clock.now()
        for channel, plan in self._plans.items():
            for what, used, allowed in _pairs(plan, use_of(self._database, channel, now)):
                level = next((level for level in LEVELS if used * 100 >= allowed * level), 0)
                told = self._warned.get(f"{channel} {what}")
                if level and told != (month_of(now), level):
                    self._warned[f"{channel} {what}"] = month_of(now), level
                    percent = used * 100 // allowed
                    words = (channel, percent, what, used, allowed)
                    log.warning("%s: %s %% of the plan's %s are used, %s of %s", *words)


def _pairs(plan: Plan, use: Use) -> Iterator[tuple[str, int, int]]:
    yield "messages this month", use.sent, plan.monthly
    yield "residents", use.users, plan.users
