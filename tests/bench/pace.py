"""`python -m tests.bench.pace`: a credential of 30 a second with 10,000 broadcasts waiting for it.

The real sender over a real SQLite file, and a door that answers after 10 ms and notes when each
message came. Once a second somebody is answered meanwhile. Printed: the most that came in any one
second (never over 30), the average (at least 29) and how long the replies took.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bot.channels.channel import Abilities, Outgoing
from bot.clock import SystemClock
from bot.ledger import Ledger
from bot.sender import Sender
from storage import inbox, outbox
from storage.database import Database
from storage.migrate import migrate
from storage.outbox import OutboxEntry
from tests.fakes.door import FakeDoor

PER_SECOND = 30


class Clocked(FakeDoor):
    """Notes when each message came, and how many seconds after its decision each reply did."""

    def __init__(self) -> None:
        super().__init__("paced", Abilities(text_limit=2000, per_second=PER_SECOND))
        self.came: list[float] = []
        self.decided: dict[str, float] = {}
        self.delays: list[float] = []

    async def send(self, outgoing: Outgoing) -> str:
        await asyncio.sleep(0.005)
        self.came.append(time.monotonic())
        if outgoing.address in self.decided:
            self.delays.append(self.came[-1] - self.decided[outgoing.address])
        await asyncio.sleep(0.005)
        return await super().send(outgoing)


def most_in_a_second(times: Sequence[float]) -> int:
    times = sorted(times)
    return max(at + 1 - bisect_left(times, time - 0.9999) for at, time in enumerate(times))


def backlog(database: Database, count: int) -> None:
    now = SystemClock().now()
    entries = [
        OutboxEntry(None, 0, "paced", f"b{n}", {"text": "thông báo"}, now, now)
        for n in range(count)
    ]
    database.write(lambda c: outbox.put(c, entries)).result()


async def answer(database: Database, door: Clocked, sender: Sender, number: int) -> None:
    """What a worker does when it has decided an answer."""
    now, address = SystemClock().now(), f"r{number}"
    heard = inbox.InboxEntry("paced", address, address, "text", "x", "", False, now, now)
    await asyncio.wrap_future(database.write(lambda c: inbox.put(c, [heard])))
    with database.read() as connection:
        (row,) = inbox.said_by(connection, "paced", address, 1)
    reply = OutboxEntry(row.id, 0, "paced", address, {"text": "trả lời"}, now, now)
    door.decided[address] = time.monotonic()
    await asyncio.wrap_future(database.write(lambda c: outbox.put(c, [reply])))
    sender.ring("paced")


async def run(seconds: int, waiting: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'pace.db'}")
        migrate(database)
        backlog(database, waiting)
        door = Clocked()
        sender = Sender({"paced": door}, Ledger(database, SystemClock(), "bench"))
        sender.start()
        for duty in sender.duties():
            await duty.begin(False)
        used, start = time.process_time(), time.monotonic()
        for number in range(seconds):
            await asyncio.sleep(max(0.0, start + number + 1 - time.monotonic()))
            await answer(database, door, sender, number)
        used = time.process_time() - used
        await sender.stop()
        database.close()
    tell(door, used)


def tell(door: Clocked, used: float) -> None:
    took = door.came[-1] - door.came[0]
    cuts = statistics.quantiles(door.delays, n=100)
    print(
        f"{len(door.came)} messages in {took:.1f} s: at most {most_in_a_second(door.came)} in any "
        f"one second, {len(door.came) / took:.2f} a second on average; {len(door.delays)} replies "
        f"after {cuts[49] * 1000:.0f} ms (p50), {cuts[98] * 1000:.0f} ms (p99), "
        f"{max(door.delays) * 1000:.0f} ms at most; CPU {used / len(door.came) * 1e6:.0f} µs each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--backlog", type=int, default=10_000)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(given.seconds, given.backlog))


if __name__ == "__main__":
    main()
