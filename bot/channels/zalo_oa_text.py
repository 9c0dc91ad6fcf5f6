"""What a Message looks like on a Zalo Official Account: numbered parts, a few buttons."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.channels.channel import Abilities, Window
from bot.channels.layout import numbered, split, whole_of
from handlers.message import Choice, Message

ABILITIES = Abilities(
    text_limit=2000,
    buttons=3,
    per_second=50,
    window=Window(free=timedelta(hours=48), last=timedelta(days=7)),
)
"""Zalo lets an app call 4,000 times a minute; three buttons are sure to be shown, more are not."""

TITLE_LIMIT = 100
"""The longest title of a button, in characters."""

_TEMPLATE = Abilities(text_limit=400)  # the longest paragraph of an approved template
_OURS = "#:"
_PAYLOAD = re.compile(_OURS + r"([ -~]{1,64})")


@dataclass(frozen=True, slots=True)
class Part:
    """One Zalo message; each of `buttons` has a title and the payload that comes back."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


def parts_of(message: Message) -> list[Part]:
    """Lay a Message out: choices are lines of the text, and buttons too where they are few.

    Raises ValueError for a Message that could never be shown: that is a bug of ours.
    """
    text = unicodedata.normalize("NFC", numbered(message))
    parts = [Part(piece) for piece in split(text, ABILITIES)]
    if not parts:
        raise ValueError("a message without a word cannot be sent")
    if len(message.choices) <= ABILITIES.buttons:
        parts[-1] = replace(parts[-1], buttons=_buttons(message.choices))
    return parts


def line_of(message: Message) -> str:
    """What fits of a Message into the one text of a template: one line, cut at a border."""
    line = " ".join(whole_of(message).split())
    shown = next(split(line, _TEMPLATE), "")
    return shown if shown == line else f"{shown.rstrip('.…')[: _TEMPLATE.text_limit - 1]}…"


def choice_of(text: str) -> str:
    """The value of the button whose press this text is; "" when somebody typed it.

    Zalo posts a pressed button's payload as if the resident had written it.
    """
    pressed = _PAYLOAD.fullmatch(text.strip())
    return pressed[1] if pressed else ""


def _buttons(choices: Sequence[Choice]) -> tuple[tuple[str, str], ...]:
    return tuple(_button(number, choice) for number, choice in enumerate(choices, start=1))


def _button(number: int, choice: Choice) -> tuple[str, str]:
    payload = f"{_OURS}{choice.value}"
    if not choice.value or choice_of(payload) != choice.value:
        raise ValueError(f"a button's value has 1 to 64 letters of ASCII, not {choice.value!r}")
    title = unicodedata.normalize("NFC", f"{number}. {choice.label}")
    return title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…", payload
