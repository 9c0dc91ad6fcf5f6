"""What each messenger's door makes of a Message, as bubbles on a phone.

A new door: one line in DOORS, then `python -m tests.talks.render`.
"""

from collections.abc import Callable, Sequence
from html import unescape
from typing import NamedTuple

from bot.channels import telegram_text, zalo_bot_text
from bot.channels.channel import Abilities
from handlers.message import Message

Button = tuple[str, str]


class Bubble(NamedTuple):
    """One message on the phone: `text` as it is counted, `shown` with its bold words in stars.

    `rows`: buttons side by side, each with what it shows and what it gives back.
    """

    text: str
    shown: str
    rows: Sequence[Sequence[Button]] = ()


class View(NamedTuple):
    """A door as residents see it: its folder under rendered/, its name, limits and layout."""

    channel: str
    title: str
    abilities: Abilities
    lay_out: Callable[[Message], list[Bubble]]


def _on_telegram(message: Message) -> list[Bubble]:
    parts = telegram_text.parts_of(message)
    return [Bubble(part.plain, _starred(part.html), part.rows) for part in parts]


def _starred(html: str) -> str:
    return unescape(html.replace("<b>", "**").replace("</b>", "**"))


def _on_zalo_bot(message: Message) -> list[Bubble]:
    return [Bubble(text, text) for text in zalo_bot_text.parts_of(message)]


DOORS = (
    View("telegram", "Telegram", telegram_text.ABILITIES, _on_telegram),
    View("zalo_bot", "Zalo Bot", zalo_bot_text.ABILITIES, _on_zalo_bot),
)
