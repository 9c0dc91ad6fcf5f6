"""`doithoai serve`: the bot, or the part of it that was asked for, until it is told to stop."""

import asyncio
import contextlib
import ctypes
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Collection

import uvicorn
import uvloop
from rich.console import Console
from starlette.applications import Starlette

from bot.app import App, StartError, build, build_house, channels_of
from bot.channels.web_chat.door import WebChat
from bot.check import problems_of
from bot.console.console import console_routes, error_pages
from bot.console.looks import Looks
from bot.console.visit import Desk
from bot.roles import ROLES, Role
from bot.settings import Settings
from bot.vault import Vault, key_of
from bot.web import build_web
from storage.database import Database

_errors = Console(stderr=True, highlight=False, soft_wrap=True)

LAST_WORDS = 3
"""Seconds an open connection may take to end when the bot stops."""


def run(settings: Settings, only: Collection[Role] = ()) -> int:
    """Serve until SIGINT or SIGTERM, in these roles or in all; the exit code."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    problems = problems_of(settings)
    for problem in problems:
        _errors.print(problem, style="red")
    if problems:
        return 2
    house = build_house()
    try:
        database = Database(settings.url_of_database())
        doors = channels_of(settings, house, database)
        app = build(settings, house, doors, database=database, roles=only or ROLES)
        app.claim()
    except (ValueError, StartError) as error:
        _errors.print(str(error), style="red")
        return 2
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(app) if Role.WEB in app.roles else work(app))


def web_of(app: App) -> Starlette:
    """The web app of these parts; starting and stopping it starts and stops them."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await app.start()
        _tidy_memory()
        yield
        await app.stop()

    web_chat = app.channels["web"]
    assert isinstance(web_chat, WebChat)
    desk = Desk(
        app.database,
        lambda: app.house,
        Looks(),
        Vault(key_of(app.settings)),
        app.settings.public_url,
    )
    webhooks = {name: door for name, door in app.channels.items() if name != "web"}
    return build_web(
        app.reception,
        web_chat,
        webhooks,
        public_url=app.settings.public_url,
        more_routes=console_routes(desk),
        console_error=error_pages(desk),
        lifespan=lifespan,
    )


def _tidy_memory() -> None:
    """What lives for good is not looked through again; what starting needed goes back (10 MB)."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL("libc.so.6").malloc_trim(0)


async def _serve(app: App) -> int:
    settings = app.settings
    config = uvicorn.Config(
        web_of(app),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.public_url),
        timeout_graceful_shutdown=LAST_WORDS,
    )
    server = _Server(config, app)
    try:
        await server.serve()
    except SystemExit:
        return 1
    return 0 if server.started else 1


async def work(app: App) -> int:
    """Work behind the scenes, with nothing to look at, until SIGINT or SIGTERM."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await app.start()
    print(f"Đối Thoại: {', '.join(sorted(app.roles))}", flush=True)
    await told.wait()
    await app.stop()
    return 0


class _Server(uvicorn.Server):
    """Uvicorn, saying in one line where to look once it listens."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then print the address."""
        await super().startup(sockets)
        if self.started:
            for server in self.servers:
                for listening in server.sockets:
                    host, port = listening.getsockname()[:2]
                    print(f"Đối Thoại: http://{host}:{port}/", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams first: they would never end by themselves."""
        await self._app.channels["web"].close()
        await super().shutdown(sockets)
