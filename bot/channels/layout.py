"""How a long text is cut to what one message of a channel holds: at sentence ends, in NFC."""

import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from bot.channels.channel import Abilities
from handlers.message import Message

_BORDERS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")


def whole_of(message: Message) -> str:
    """Heading and text as one, in NFC."""
    heading = message.heading.strip()
    return unicodedata.normalize("NFC", f"{heading}\n\n{message.text}".strip())


def numbered(message: Message) -> str:
    """Heading, text and the choices as lines "1. label", for channels without enough buttons."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(message.choices, start=1)]
    return "\n\n".join(filter(None, (whole_of(message), "\n".join(lines))))


def split(text: str, abilities: Abilities) -> Iterator[str]:
    """The text in parts that each fit, none empty, cut at the best border in its second half."""
    rest = text
    while rest:
        cut = _cut(rest, abilities)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()


def _cut(text: str, abilities: Abilities) -> int:
    fits = _letters_that_fit(text, abilities)
    if fits == len(text):
        return fits
    for border in _BORDERS:
        # A border that begins right behind the last letter that fits is as good as any, but the
        # stop of a sentence has to fit with it.
        mark = border.strip()
        at = text.rfind(border, 0, fits + len(border) - len(mark))
        if at >= fits // 2:
            return at + len(mark)
    return fits


def _letters_that_fit(text: str, abilities: Abilities) -> int:
    limit = abilities.text_limit
    if abilities.counts == "characters":
        return min(len(text), limit)
    if len(text) * 2 <= limit:
        return len(text)
    units = accumulate(2 if letter > "\uffff" else 1 for letter in text)
    return next((at for at, used in enumerate(units) if used > limit), len(text))
