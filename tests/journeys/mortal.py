"""A bot that is killed at chosen stops of the road, again and again, and comes back each time.

`python -m tests.journeys.mortal DATABASE_URL DATA_DIR PORT PROVIDER_URL ROLES KILLS SEED` loads
what the bot knows once, then forks: each child is a bot of its own that kills itself (SIGKILL: no
handler, no finally, no flush) at its stop; after KILLS of them the last one lives until SIGTERM.
ROLES: "web,worker,sender" or some of them.
"""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import uvicorn

from bot.app import build, build_house
from bot.channels.channel import Outgoing
from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from bot.roles import Role
from bot.serve import web_of, work
from bot.settings import Settings
from handlers.turn import House
from storage.database import Database, Job, Result
from tests.journeys.post_office import PostOffice

WAYS = {"web": ("put",), "worker": ("take", "remember"), "sender": ("take", "settle", "send")}
"""What a process of each role does; it dies before or after."""


def stops_of(roles: list[str]) -> list[str]:
    ways = dict.fromkeys(way for role in roles for way in WAYS[role])
    return [f"{when} {way}" for way in ways for when in ("before", "after")]


class Fate:
    """Kills the process the n-th time it comes by its stop."""

    def __init__(self, stop: str, n: int) -> None:
        self._stop = stop
        self._left = n

    def pass_by(self, stop: str) -> None:
        if stop == self._stop:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalDatabase(Database):
    """A database whose process may die before a job runs, or right after its commit."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    def write(self, job: Job[Result]):
        name = getattr(getattr(job, "func", job), "__name__", "")
        self._fate.pass_by(f"before {name}")
        future = super().write(job)
        future.add_done_callback(lambda _: self._fate.pass_by(f"after {name}"))
        return future


class MortalPostOffice(PostOffice):
    """A door whose process may die just before a message leaves, or just after it left."""

    def __init__(self, url: str, fate: Fate, name: str, per_second: float = 0) -> None:
        super().__init__(url, name, per_second)
        self._fate = fate

    async def send(self, outgoing: Outgoing) -> str:
        self._fate.pass_by("before send")
        sent = await super().send(outgoing)
        self._fate.pass_by("after send")
        return sent


def live(house: House, arguments: list[str], fate: Fate) -> None:
    """One life."""
    database_url, data_dir, port, provider, named = arguments
    settings = Settings(data_dir=Path(data_dir), database_url=database_url)
    doors = [
        MortalPostOffice(provider, fate, "post"),
        MortalPostOffice(provider, fate, "paced", per_second=30),
        WebChat(SystemClock().now),
    ]
    roles = [Role(name) for name in named.split(",")]
    database = MortalDatabase(database_url, fate)
    app = build(settings, house, doors, database=database, roles=roles)
    if Role.WEB not in roles:
        asyncio.run(work(app))
        return
    config = uvicorn.Config(
        web_of(app), port=int(port), log_level="warning", timeout_graceful_shutdown=2
    )
    asyncio.run(uvicorn.Server(config).serve())


def main() -> None:
    *arguments, kills, seed = sys.argv[1:]
    chance = random.Random(int(seed))
    stops = stops_of(arguments[-1].split(","))
    house = build_house()
    for life in range(int(kills) + 1):
        last = life == int(kills)
        fate = Fate("none" if last else stops[life % len(stops)], chance.randint(1, 12))
        child = os.fork()
        if child == 0:
            live(house, arguments, fate)
            os._exit(0)
        if last:
            signal.signal(signal.SIGTERM, lambda *_, child=child: os.kill(child, signal.SIGTERM))
        _, status = os.waitpid(child, 0)
        print(life, status, flush=True)


if __name__ == "__main__":
    main()
