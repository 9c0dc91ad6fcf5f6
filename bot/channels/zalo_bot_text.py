"""What a Message looks like in Zalo Bot: plain texts short enough for it, choices as numbers."""

from bot.channels.channel import Abilities
from bot.channels.layout import numbered, split
from handlers.message import Message

ABILITIES = Abilities(text_limit=2000, per_second=20)
"""Zalo publishes no rate for a bot and says no more than "too many": twenty a second is our own
careful guess. There are no buttons, and nothing that was sent can be changed."""


def parts_of(message: Message) -> list[str]:
    """Lay a Message out; the choices are the last lines, chosen by sending their number.

    Raises ValueError for a Message without a word: that is a bug of ours.
    """
    parts = list(split(numbered(message), ABILITIES))
    if not parts:
        raise ValueError("a message without a word cannot be sent")
    return parts
