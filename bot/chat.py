"""`doithoai chat`: the whole road in the terminal; `--record` writes a golden talk."""

import asyncio
import logging
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.app import App, StartError, build, build_house
from bot.channels.terminal import Terminal
from bot.golden import record as record_talk
from bot.golden import write_golden
from bot.plain import plain
from bot.settings import Settings
from handlers.message import Message

_out = Console(highlight=False)


def run(settings: Settings, record: Path | None) -> None:
    """Read lines until an empty one or the end of input."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_chat(settings, record))


async def _chat(settings: Settings, record: Path | None) -> None:
    house = build_house()
    said: list[Message] = []
    terminal = Terminal(said.append, house.clock.now)
    app = build(settings, house, [terminal])
    session = secrets.token_hex(8)
    typed: list[str] = []
    try:
        app.claim()
    except StartError as error:
        _out.print(str(error), style="red")
        sys.exit(2)
    await app.start()
    try:
        while line := await asyncio.to_thread(_prompt):
            said.clear()
            await _exchange(app, terminal, session=session, line=line)
            _show(said)
            typed.append(line)
    finally:
        await app.stop()
    if record is not None:
        write_golden(record, record_talk(house, record.stem, typed))


async def _exchange(app: App, terminal: Terminal, *, session: str, line: str) -> None:
    """Hand in one line and wait until everything said to it is out."""
    incomings = terminal.read(line.encode(), {"x-session": session})
    await app.reception.receive(incomings)
    while not await app.reception.is_quiet(terminal.name, session):
        await asyncio.sleep(0.01)


def _prompt() -> str:
    try:
        return _out.input("[bold]bà con:[/] ").strip()
    except EOFError:
        return ""


def _show(messages: Sequence[Message]) -> None:
    for message in messages:
        _out.print("máy:", style="bold green")
        _out.print(plain(message), markup=False)
