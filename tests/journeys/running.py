"""A running bot for journeys: the real web app under uvicorn on a loopback port."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection, Sequence
from pathlib import Path

import uvicorn

from bot.app import App, build
from bot.channels.channel import Channel
from bot.roles import ROLES, Role
from bot.serve import web_of
from bot.settings import Settings
from handlers.turn import House


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    house: House,
    doors: Sequence[Channel],
    port: int = 0,
    roles: Collection[Role] = ROLES,
) -> AsyncIterator[tuple[App, str]]:
    """The app and its address, from its start until it has stopped in order."""
    app = build(settings, house, doors, roles=roles)
    listening = socket.socket()
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(web_of(app), log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not task.done(), task.exception()
        await asyncio.sleep(0.01)
    try:
        yield app, f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


def settings_for(folder: Path, database_url: str, **given: str) -> Settings:
    """Settings of a bot that keeps everything in `folder`."""
    return Settings.model_validate({"data_dir": folder, "database_url": database_url, **given})


async def until_quiet(app: App, channel: str, *addresses: str) -> None:
    """Wait until everything these accounts sent is answered and every answer is out."""
    async with asyncio.timeout(20):
        for address in addresses:
            while not await app.reception.is_quiet(channel, address):
                await asyncio.sleep(0.01)
