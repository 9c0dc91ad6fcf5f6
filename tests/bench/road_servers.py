"""The three servers `tests.bench.road` measures; each prints its port and serves until killed."""

import asyncio
import gc
import os
import socket
import sys
from pathlib import Path

import uvicorn
import uvloop

from tests.bench.road import SECRET, TOKEN


def listen() -> socket.socket:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen(256)
    return taken


async def serve_asgi(app: object) -> None:
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    sock = listen()
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        await asyncio.sleep(0.01)
    print(sock.getsockname()[1], flush=True)
    await task


async def ours(api: str, folder: str) -> None:
    from bot.app import build, build_house, channels_of
    from bot.serve import web_of
    from bot.settings import Settings
    from storage.database import Database

    settings = Settings(
        data_dir=Path(folder), public_url="https://bench.invalid",
        telegram_token=TOKEN, telegram_secret=SECRET, telegram_api=api,
    )  # fmt: skip
    house, database = build_house(), Database(settings.url_of_database())
    doors = channels_of(settings, house, database)
    await serve_asgi(web_of(build(settings, house, doors, database)))


async def aiogram(api: str, _: str) -> None:
    """As its own documentation has it, with the garbage collector tuned as ours is."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
    from aiohttp import web

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token=SECRET)
    handler.register(app, path="/webhook/telegram")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = listen()
    await web.SockSite(runner, sock).start()
    gc.collect()
    gc.freeze()
    print(sock.getsockname()[1], flush=True)
    await asyncio.Event().wait()


async def starlette(_: str, __: str) -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def answer(request: Request) -> Response:
        await request.body()
        return Response()

    await serve_asgi(Starlette(routes=[Route("/webhook/telegram", answer, methods=["POST"])]))


if __name__ == "__main__":
    name, api, folder = sys.argv[1:]
    if len(os.sched_getaffinity(0)) > 1 or os.cpu_count() != 1:
        os.sched_setaffinity(0, {0})
    server = {"ours": ours, "aiogram": aiogram, "starlette": starlette}[name]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(server(api, folder))
