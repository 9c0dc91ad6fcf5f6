"""Several processes on one PostgreSQL: each does its part, and residents see one bot."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.app import App, StartError, build
from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from bot.roles import Role
from handlers.message import Incoming
from handlers.turn import House
from storage.database import Database
from storage.locks import Locks
from storage.migrate import migrate
from tests.fakes.door import FakeDoor
from tests.house.rules import ROOT
from tests.journeys.running import running, settings_for
from tests.journeys.test_web import OURS, QUESTION, next_message

only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextlib.asynccontextmanager
async def process(
    house: House, url: str, folder: Path, *doors: FakeDoor | WebChat, only: Role
) -> AsyncIterator[App]:
    """What a process of that role has in it, here beside the others."""
    # Its clock runs: a word that looks unfinished waits a moment before it is answered.
    moving = replace(house, clock=SystemClock())
    app = build(settings_for(folder, url), moving, doors, roles=[only])
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


@only_postgresql
async def test_a_page_shows_at_once_what_other_processes_answered_and_sent(
    database_url: str, tmp_path: Path, house: House
) -> None:
    now = SystemClock().now
    settings = settings_for(tmp_path, database_url)
    async with (
        running(settings, house, [WebChat(now)], roles=[Role.WEB]) as (_, address),
        process(house, database_url, tmp_path, WebChat(now), only=Role.WORKER),
        process(house, database_url, tmp_path, WebChat(now), only=Role.SENDER),
        aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client,
    ):
        await client.get("/")
        async with client.get("/chat/stream") as stream:
            shown: list[dict[str, object]] = []
            for number in range(2):
                body = {"id": f"abcdefgh-{number}", "text": QUESTION}
                posted = await client.post("/chat/messages", json=body, headers=OURS)
                assert posted.status == 202
                shown.append(await next_message(stream))
            shown.append(await next_message(stream))
    assert len({str(message["id"]) for message in shown}) == 3, "the welcome and two answers"


@only_postgresql
async def test_one_process_sends_on_a_channel_and_another_takes_over(
    database_url: str, tmp_path: Path, house: House
) -> None:
    first, second = FakeDoor(), FakeDoor()
    web = FakeDoor()
    async with (
        process(house, database_url, tmp_path, web, only=Role.WEB) as desk,
        process(house, database_url, tmp_path, web, only=Role.WORKER),
        process(house, database_url, tmp_path, second, only=Role.WEB),
    ):
        async with (
            process(house, database_url, tmp_path, first, only=Role.SENDER),
            process(house, database_url, tmp_path, second, only=Role.SENDER),
        ):
            await say(desk, "một")
            assert (len(first.tried) > 0, second.tried) == (True, [])
            await say(desk, "hai")
            assert second.tried == []
        async with process(house, database_url, tmp_path, second, only=Role.SENDER):
            await say(desk, "ba")
    assert len(second.tried) == 1


async def say(app: App, text: str) -> None:
    """A resident writes and waits until nothing more is on its way."""
    incoming = Incoming(
        channel="post", address="a", external_id=text, sent_at=SystemClock().now(), text=text
    )
    await app.reception.receive([incoming])
    async with asyncio.timeout(20):
        while not await app.reception.is_quiet("post", "a"):
            await asyncio.sleep(0.01)


@only_postgresql
def test_what_a_killed_process_held_is_held_by_another_within_seconds(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    name = frozenset({"send post"})
    code = (
        "import sys, time, sqlalchemy\n"
        "from storage.locks import Locks\n"
        "locks = Locks(sqlalchemy.make_url(sys.stdin.readline().strip()))\n"
        f"print(len(locks.hold({name!r})), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(f"{database_url}\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "1\n"
        other = Locks(database.url)
        assert other.hold(name) == frozenset()
        holder.send_signal(signal.SIGKILL)
        start = time.monotonic()
        while not other.hold(name):
            assert time.monotonic() - start < 5
            time.sleep(0.05)
        other.close()
    database.close()


@only_sqlite
async def test_a_second_process_in_the_same_folder_is_told_why_it_cannot_start(
    database_url: str, tmp_path: Path, house: House
) -> None:
    first, second = (build(settings_for(tmp_path, database_url), house, []) for _ in range(2))
    await first.start()
    with pytest.raises(StartError, match="already: stop it first"):
        second.claim()
    await first.stop()
    second.claim()
    await second.stop()


@only_sqlite
def test_a_part_of_the_bot_cannot_run_on_sqlite(
    database_url: str, tmp_path: Path, house: House
) -> None:
    app = build(settings_for(tmp_path, database_url), house, [], roles=[Role.SENDER])
    with pytest.raises(StartError, match="--only needs PostgreSQL"):
        app.claim()
    app.database.close()
