"""kill -9 at every stop of the road, under load: nothing lost, nothing twice, order kept."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.inbox import inbox
from storage.migrate import migrate
from storage.outbox import outbox
from tests.house.rules import ROOT

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
        number = 0
        while not stop.is_set():
            message = {
                "id": f"{resident}-{number}",
                "from": resident,
                "text": "hộ nghèo vay bao nhiêu",
            }
            while not await self._post(port, msgspec.json.encode(message)):
                await asyncio.sleep(0.02)
            self.delivered[resident].append(message["id"])
            number += 1

    async def _post(self, port: int, body: bytes) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            async with closing(writer):
                head = f"POST /webhook/post HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                answer = await reader.read()
        except OSError:
            return False
        return b" 200 " in answer.split(b"\r\n")[0]


async def run(url: str, folder: Path, kills: int) -> tuple[Provider, int]:
    """The whole story; how often the bot really was killed."""
    provider, port, stop = Provider(), free_port(), asyncio.Event()
    office = await asyncio.start_server(provider.take, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{office.sockets[0].getsockname()[1]}"
    arguments = [url, str(folder), str(port), address, str(kills), "7"]
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.mortal",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    residents = [
        asyncio.create_task(provider.deliver(port, f"r{n}", stop)) for n in range(RESIDENTS)
    ]
    assert bot.stdout is not None
    killed = 0
    while killed < kills:
        _, status = (await asyncio.wait_for(bot.stdout.readline(), 60)).split()
        assert int(status) == signal.SIGKILL
        killed += 1
    stop.set()
    await asyncio.gather(*residents)
    await until_quiet(url)
    bot.send_signal(signal.SIGTERM)
    await asyncio.wait_for(bot.wait(), 30)
    office.close()
    return provider, killed


async def until_quiet(url: str) -> None:
    database = Database(url)
    open_rows = sa.select(sa.func.count()).where(inbox.c.state.in_(("waiting", "taken")))
    unsent = sa.select(sa.func.count()).where(outbox.c.state.in_(("waiting", "taken")))
    for _ in range(600):
        with database.read() as connection:
            left = (
                connection.execute(open_rows).scalar_one() + connection.execute(unsent).scalar_one()
            )
        if not left:
            break
        await asyncio.sleep(0.1)
    database.close()
    assert not left


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_fifty_kills_lose_nothing_and_answer_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    database = Database(database_url)
    migrate(database)
    provider, killed = await run(database_url, tmp_path, kills=50)
    assert killed == 50
    check(database, provider, killed)
    database.close()


def check(database: Database, provider: Provider, killed: int) -> None:
    with database.read() as connection:
        heard = connection.execute(
            sa.select(inbox.c.address, inbox.c.external_id, inbox.c.state).order_by(inbox.c.id)
        ).all()
        said = connection.execute(sa.select(outbox).order_by(outbox.c.id)).mappings().all()
    accepted = {name for names in provider.delivered.values() for name in names}
    assert len(accepted) > killed * 5, "there was no load"
    assert accepted == {row.external_id for row in heard}
    assert {row.state for row in heard} == {"done"}
    assert len({row["inbox_id"] for row in said}) == len(heard)
    sent = [number for numbers in provider.got.values() for number in numbers]
    assert len(sent) == len(set(sent)), "something was sent twice"
    done = {row["id"] for row in said if row["state"] == "done"}
    unknown = {row["id"] for row in said if row["state"] == "unknown"}
    assert done <= set(sent)
    assert done | unknown == {row["id"] for row in said}
    assert set(sent) - done <= unknown
    assert len(unknown) <= killed * 32, "more unknown than could be on their way"
    for resident, numbers in provider.got.items():
        assert numbers == sorted(numbers), f"{resident} was answered out of order"
        names = [row.external_id for row in heard if row.address == resident]
        assert names == provider.delivered[resident]
