"""Killing: bots that die at every stop of the road under load, and what must hold afterwards.

`tests/journeys/test_kill.py` kills a few times, `python -m tests.bench.kill` as often as told.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from storage import outbox as sent_out
from storage.database import Database
from storage.inbox import inbox
from storage.outbox import outbox
from tests.house.rules import ROOT

DOORS = ("post", "paced")
STUCK = 600
"""Looks without any move, ten in a second, after which something is stuck."""
RESIDENTS = 24


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.asynccontextmanager
async def closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """The other side may be dead: that is what this test is about."""
    try:
        with contextlib.suppress(asyncio.IncompleteReadError):
            yield
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class Provider:
    """The messenger's side: delivers until it is answered 200, and keeps what it is sent."""

    def __init__(self) -> None:
        self.delivered: dict[str, list[str]] = defaultdict(list)
        self.got: dict[str, list[int]] = defaultdict(list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            sent = msgspec.json.decode(await reader.readexactly(length))
            self.got[sent["to"]].append(sent["id"])
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n")

    async def deliver(self, port: int, resident: str, stop: asyncio.Event) -> None:
        """One message after the other, each again and again until it is accepted."""
        door = DOORS[resident.startswith("p")]
        number = 0
        while not stop.is_set():
            message = {
                "id": f"{resident}-{number}",
                "from": resident,
                "text": "hộ nghèo vay bao nhiêu",
            }
            while not await self._post(port, door, msgspec.json.encode(message)):
                await asyncio.sleep(0.02)
            self.delivered[resident].append(message["id"])
            # More than can be answered between two deaths would only wait.
            await asyncio.sleep(0.5)
            number += 1

    async def _post(self, port: int, door: str, body: bytes) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            async with closing(writer):
                head = f"POST /webhook/{door} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                answer = await reader.read()
        except OSError:
            return False
        return b" 200 " in answer.split(b"\r\n")[0]


Lives = Mapping[str, int]
"""How often the process of these roles ("web,worker,sender", or some of them) is killed."""


@dataclass(frozen=True)
class Told:
    """What happened: how often they were killed, what was said, what nobody can know."""

    killed: int
    heard: int
    sent: int
    repeated: int
    unknown: int


async def kill(url: str, folder: Path, lives: Lives) -> Told:
    """The whole story, from the first start to the last orderly end, and whether all is well."""
    provider, port, stop = Provider(), free_port(), asyncio.Event()
    office = await asyncio.start_server(provider.take, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{office.sockets[0].getsockname()[1]}"
    bots = [
        await _start([url, str(folder), str(port), address, roles, str(kills), str(seed)])
        for seed, (roles, kills) in enumerate(lives.items(), 7)
    ]
    names = [f"{'rp'[n % 2]}{n}" for n in range(RESIDENTS)]
    residents = [asyncio.create_task(provider.deliver(port, name, stop)) for name in names]
    try:
        killed = sum(await asyncio.gather(*map(_count_deaths, bots, lives.values())))
        stop.set()
        await asyncio.gather(*residents)
        await until_quiet(url)
        for bot in bots:
            bot.send_signal(signal.SIGTERM)
        await asyncio.gather(*(asyncio.wait_for(bot.wait(), 60) for bot in bots))
    finally:
        _clear_away(bots, residents)
        office.close()
    database = Database(url)
    try:
        return check(database, provider, killed)
    finally:
        database.close()


async def _start(arguments: list[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.mortal",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


def _clear_away(
    bots: Sequence[asyncio.subprocess.Process], residents: Sequence[asyncio.Task[None]]
) -> None:
    """Nobody is left behind when something went wrong: each bot leads a group of its own."""
    for task in residents:
        task.cancel()
    for bot in bots:
        if bot.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(bot.pid, signal.SIGKILL)


async def _count_deaths(bot: asyncio.subprocess.Process, kills: int) -> int:
    assert bot.stdout is not None
    killed = 0
    while killed < kills:
        line = await asyncio.wait_for(bot.stdout.readline(), 120)
        if line.startswith("Đối Thoại".encode()):
            continue
        _, status = line.split()
        assert int(status) == signal.SIGKILL
        killed += 1
    return killed


async def until_quiet(url: str) -> None:
    """Until both boxes are empty; what is paced may take its time as long as it moves."""
    database = Database(url)
    is_open = ("waiting", "taken")
    unheard = sa.select(sa.func.count()).where(inbox.c.state.in_(is_open)).scalar_subquery()
    unsent = sa.select(sa.func.count()).where(outbox.c.state.in_(is_open)).scalar_subquery()
    least, since = sys.maxsize, 0
    while least and since < STUCK:
        with database.read() as connection:
            left = connection.execute(sa.select(unheard + unsent)).scalar_one()
        since = 0 if left < least else since + 1
        least = min(left, least)
        await asyncio.sleep(0.1)
    database.close()
    assert not least


def check(database: Database, provider: Provider, killed: int) -> Told:
    """Nothing lost, nothing done twice, order kept, everything that nobody can know is listed."""
    with database.read() as connection:
        heard = connection.execute(
            sa.select(inbox.c.address, inbox.c.external_id, inbox.c.state).order_by(inbox.c.id)
        ).all()
        said = connection.execute(sa.select(outbox).order_by(outbox.c.id)).mappings().all()
        listed = sent_out.in_trouble(connection, "unknown", 100_000)
    accepted = {name for names in provider.delivered.values() for name in names}
    assert len(accepted) > killed * 5, "there was no load"
    assert accepted == {row.external_id for row in heard}
    assert {row.state for row in heard} == {"done"}
    assert len({row["inbox_id"] for row in said}) == len(heard)
    sent = [number for numbers in provider.got.values() for number in numbers]
    repeated = len(sent) - len(set(sent))
    assert repeated <= killed, "more was sent twice than processes died"
    done = {row["id"] for row in said if row["state"] == "done"}
    unknown = {row["id"] for row in said if row["state"] == "unknown"}
    assert done <= set(sent)
    assert done | unknown == {row["id"] for row in said}
    assert set(sent) - done <= unknown
    assert len(listed) == len(unknown)
    assert len(unknown) <= killed * 2 * 32, "more unknown than could be on their way"
    for resident, numbers in provider.got.items():
        assert numbers == sorted(numbers), f"{resident} was answered out of order"
        names = [row.external_id for row in heard if row.address == resident]
        assert names == provider.delivered[resident]
    return Told(killed, len(heard), len(sent), repeated, len(unknown))
