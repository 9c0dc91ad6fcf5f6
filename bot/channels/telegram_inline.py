"""Look-ups: "@bot vay von" typed in any chat of Telegram gets a list to choose an answer from."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from bot.channels.telegram_text import parts_of
from bot.channels.telegram_updates import Query
from handlers.message import Choice, Found

log = logging.getLogger(__name__)

LookUp = Callable[[str], Sequence[Found]]
"""What is known about some words; called in a thread, and never by two at once."""

_WAITING = 64  # people whose look-up may wait; whoever comes beyond those types on and asks again


class LookUps:
    """One look-up at a time, and of each person only the last: they are still typing."""

    def __init__(self, look_up: LookUp) -> None:
        self._look_up = look_up
        self._waiting: dict[int, Query] = {}
        self._bell = asyncio.Event()

    def ask(self, query: Query) -> None:
        """Look this up soon, in place of what the same person asked before it."""
        user = query.sender.id
        if user in self._waiting or len(self._waiting) < _WAITING:
            self._waiting[user] = query
            self._bell.set()

    async def answer(self, show: Callable[[str, Sequence[Found]], None]) -> None:
        """Look up for ever; `show` gets the id of each query and what was found, at once."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                query = self._waiting.pop(next(iter(self._waiting)))
                try:
                    show(query.id, await asyncio.to_thread(self._look_up, query.query))
                except Exception:
                    log.exception("a look-up failed")


def results_of(found: Sequence[Found], bot: str) -> list[dict[str, Any]]:
    """The list as Telegram shows it; with the bot's name each answer leads on to the bot."""
    return [_result(one, bot) for one in found]


def _result(found: Found, bot: str) -> dict[str, Any]:
    # An answer is far shorter than what one message holds: tests look at every card.
    said = parts_of(replace(found.message, choices=()))[0]
    links = [[_link(choice, bot)] for choice in found.message.choices if bot]
    return {
        "type": "article",
        "id": found.id,
        "title": found.title,
        "description": found.short,
        "input_message_content": {"message_text": said.html, "parse_mode": "HTML"},
        **({"reply_markup": {"inline_keyboard": links}} if links else {}),
    }


def _link(choice: Choice, bot: str) -> dict[str, str]:
    return {"text": choice.label, "url": f"https://t.me/{bot}?start={choice.value}"}
