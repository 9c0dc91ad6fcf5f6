"""`doithoai chat`: the whole road in the terminal; `--record` writes a golden talk."""

import asyncio
import logging
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.app import App, build
from bot.channels.terminal import Terminal
from bot.clock import SystemClock
from bot.plain import plain
from bot.settings import Settings
from handlers.message import Message

_out = Console(highlight=False)


def run(settings: Settings, record: Path | None) -> None:
    """Read lines until an empty one or the end of input."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(_chat(settings, record))


async def _chat(settings: Settings, record: Path | None) -> None:
    clock = SystemClock()
    said: list[Message] = []
    terminal = Terminal(said.append, clock.now)
    app = build(settings, [terminal], clock=clock)
    session = secrets.token_hex(8)
    exchanges: list[tuple[str, list[Message]]] = []
    await app.start()
    try:
        while line := await asyncio.to_thread(_prompt):
            said.clear()
            await _exchange(app, terminal, session, line)
            _show(said)
            exchanges.append((line, list(said)))
    finally:
        await app.stop()
    if record is not None:
        from handlers.talk import record_talk

        record.write_text(record_talk(app.house, [line for line, _ in exchanges]), "utf-8")
        _out.print(f"{record}")


async def _exchange(app: App, terminal: Terminal, session: str, line: str) -> None:
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
