"""What a Message looks like in Telegram: parts short enough for it, in HTML, with buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from bot.channels.channel import Abilities
from bot.channels.layout import split, whole_of
from handlers.message import Choice, Message

ABILITIES = Abilities(text_limit=4096, counts="utf16", buttons=100, can_edit=True, per_second=30)
"""Text is counted after its markup is read; a keyboard holds a hundred buttons in practice."""

DATA_BYTES = 64
"""The longest value that a Telegram button gives back."""

_SHORT_LABEL = 18  # two such buttons still fit side by side on a small phone

Row = tuple[tuple[str, str], ...]
"""Buttons side by side: what each shows and what it gives back."""


@dataclass(frozen=True, slots=True)
class Part:
    """One Telegram message: the same words with markup (`html`) and without (`plain`)."""

    html: str
    plain: str
    rows: tuple[Row, ...] = ()


def parts_of(message: Message) -> list[Part]:
    """Lay a Message out; the buttons hang under the last part.

    Raises ValueError for a Message that Telegram could never show: that is a bug of ours.
    """
    heading = message.heading.strip()
    texts = list(split(whole_of(message), ABILITIES))
    if not texts:
        raise ValueError("a message without a word cannot be sent")
    # Cut first and mark up after: a cut through a tag would make Telegram refuse the part.
    parts = [Part(escape(text, quote=False), text) for text in texts]
    if heading and texts[0].startswith(heading):
        parts[0] = Part(_with_heading(heading, texts[0]), texts[0])
    parts[-1] = replace(parts[-1], rows=_rows(message.choices))
    return parts


def _with_heading(heading: str, text: str) -> str:
    rest = text[len(heading) :]
    return f"<b>{escape(heading, quote=False)}</b>{escape(rest, quote=False)}"


def _rows(choices: Sequence[Choice]) -> tuple[Row, ...]:
    buttons = [_button(number, choice) for number, choice in enumerate(choices, start=1)]
    narrow = all(len(choice.label) <= _SHORT_LABEL for choice in choices)
    width = 2 if narrow else 1
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _button(number: int, choice: Choice) -> tuple[str, str]:
    if not 1 <= len(choice.value.encode()) <= DATA_BYTES:
        raise ValueError(f"a button's value has 1 to {DATA_BYTES} bytes, not {choice.value!r}")
    return f"{number}. {choice.label}", choice.value
