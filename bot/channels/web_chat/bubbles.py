"""How a line of the conversation looks on the page: rows, links, local time, named presses."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from handlers.message import Choice, Message

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

RowKind = Literal["", "item", "step", "source", "unsure"]

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

_KINDS: tuple[tuple[RowKind, re.Pattern[str]], ...] = (
    ("item", re.compile(r"[•·▪*+–-]\s")),
    ("step", re.compile(r"(?:\d{1,2}[.)]|[a-zđ]\))\s")),
    ("source", re.compile(r"(?:Căn cứ|Nguồn):\s\S")),
    ("unsure", re.compile(r"Chưa chắc:")),
)

# A short number (115) is also an amount or an article of a law: it is a telephone number only
# beside a word that says so.
_LINK = re.compile(
    r"""
    (?P<url>https?://[^\s<>"'“”]+
      | (?<![\w@.-])(?:[a-z0-9-]+\.)+(?:gov\.vn|org\.vn|com\.vn|edu\.vn|vn)\b(?:/[^\s<>"'“”]*)?)
    | (?<![\w.,/+-])
      (?P<phone>
        \(?(?:0|\+84[ .]?)\d{2,3}\)?[ .]?\d?(?:[ .]?\d{3,4}){2}
        | 1[89]00(?:[ .]?\d{2,4}){1,3}
        | (?:(?<=gọi[ ])|(?<=số[ ])|(?<=đài[ ])|(?<=nóng[ ])|(?<=ngay[ ])|(?<=đài:[ ])
            |(?<=số:[ ])|(?<=nóng:[ ]))(?:11[1-5]|1022)
        | 11[1-5](?=[ ](?:\(|công[ ]an|cháy|chữa[ ]cháy|cứu|cấp[ ]cứu|đuối|trẻ[ ]em|bảo[ ]vệ))
      )(?![\w/%-]|[.,]\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}…"

LONGEST_PHONE = 11
"""Digits; twelve are an identity card, never a telephone number."""

Spoken = tuple[int, datetime, bool, Message]
"""Its id, when it was said in UTC, whether the resident said it, and what."""


class Part(msgspec.Struct, frozen=True):
    """A stretch of text, a link when `href` is given."""

    text: str
    href: str = ""


class Row(msgspec.Struct, frozen=True):
    """One line of a message; `gap` says that a blank line came before it."""

    parts: tuple[Part, ...]
    kind: RowKind = ""
    gap: bool = False


class Bubble(msgspec.Struct, frozen=True):
    """One line of the conversation, ready for the page and for its JSON.

    `at` is ISO 8601 in UTC; `day` and `time` are in Vietnam; `new_day` is the separator above it.
    """

    id: int
    mine: bool
    at: str
    day: str
    time: str
    heading: str
    text: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...]
    new_day: str = ""


def show(line: Spoken) -> Bubble:
    """A bubble; only our own messages get links, a resident's words stay as they are."""
    number, at, mine, message = line
    local = at.astimezone(VIETNAM)
    return Bubble(
        id=number,
        mine=mine,
        at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=local.strftime("%Y-%m-%d"),
        time=local.strftime("%H:%M"),
        heading=message.heading,
        text=message.text,
        rows=tuple(_rows(message.text, linked=not mine)),
        choices=() if mine else message.choices,
    )


def show_all(lines: Iterable[Spoken]) -> list[Bubble]:
    """Bubbles, oldest first; a press without words gets the label of the button pressed."""
    labels: dict[str, str] = {}
    bubbles: list[Bubble] = []
    for number, at, mine, message in lines:
        said = message
        if mine and not message.text:
            pressed = message.choices[0].value if message.choices else ""
            said = replace(message, text=labels.get(pressed, "(đã bấm nút)"))
        elif not mine:
            labels.update((choice.value, choice.label) for choice in message.choices)
        bubbles.append(show((number, at, mine, said)))
    return bubbles


def name_days(bubbles: Iterable[Bubble], now: datetime) -> list[Bubble]:
    """The same bubbles, the first of each day with its separator."""
    day = ""
    named: list[Bubble] = []
    for bubble in bubbles:
        named.append(bubble if bubble.day == day else _start_day(bubble, now))
        day = bubble.day
    return named


def _start_day(bubble: Bubble, now: datetime) -> Bubble:
    return replace(bubble, new_day=say_day(bubble.day, now))


def say_day(day: str, now: datetime) -> str:
    """The separator of a day: "Hôm nay", "Hôm qua", "Thứ Hai, 23/11/2026"."""
    that = date.fromisoformat(day)
    ago = (now.astimezone(VIETNAM).date() - that).days
    if ago in (0, 1):
        return ("Hôm nay", "Hôm qua")[ago]
    return f"{_WEEKDAYS[that.weekday()]}, {that:%d/%m/%Y}"


def _rows(text: str, *, linked: bool) -> Iterator[Row]:
    gap = False
    for line in text.split("\n"):
        if not line.strip():
            gap = True
            continue
        # A percent sign is never left alone at the start of a line.
        shown = line.replace(" %", "\u00a0%")
        parts = tuple(_parts(shown)) if linked else (Part(line),)
        yield Row(parts, _kind(line) if linked else "", gap)
        gap = False


def _kind(line: str) -> RowKind:
    start = line.lstrip()
    for kind, pattern in _KINDS:
        if pattern.match(start):
            return kind
    return ""


def _parts(line: str) -> Iterator[Part]:
    done = 0
    for match in _LINK.finditer(line):
        shown = match[0].rstrip(_TRAILING) if match["url"] else match[0]
        href = _href(shown, is_url=match["url"] is not None)
        if href:
            if match.start() > done:
                yield Part(line[done : match.start()])
            yield Part(shown, href)
            done = match.start() + len(shown)
    if done < len(line):
        yield Part(line[done:])


def _href(shown: str, *, is_url: bool) -> str:
    if is_url:
        return shown if shown.lower().startswith("http") else f"https://{shown}"
    digits = re.sub(r"[^\d+]", "", shown)
    return f"tel:{digits}" if len(digits.replace("+84", "0")) <= LONGEST_PHONE else ""
