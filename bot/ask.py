"""`doithoai ask`: the answer to one question, or to a file of them, without a server."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import track

from bot.app import build_house
from bot.clock import SystemClock
from bot.plain import plain_all
from handlers.status import Ending
from handlers.talk import Talk
from handlers.turn import House

_errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Asked(msgspec.Struct):
    """One line of a batch; `context` is the question the same resident asked before."""

    id: str | int
    text: str
    context: str | None = None


def answer_one(question: str, *, as_json: bool, on: date | None = None) -> int:
    """Print the answer by the rules of a day; the exit code."""
    house = build_house(SystemClock(on))
    answer = _answer(house, Asked("", question))
    if as_json:
        del answer["id"]
        print(msgspec.json.encode(answer).decode())
    else:
        print(answer["text"])
    return 0


def answer_batch(batch: Path, out: Path, *, on: date | None = None) -> int:
    """Answer every line; a broken one is named on stderr and skipped. The exit code."""
    house = build_house(SystemClock(on))
    try:
        lines = batch.read_bytes().splitlines()
    except OSError as error:
        _errors.print(f"{batch}: {error.strerror}", style="red")
        return 1
    broken = 0
    with out.open("wb") as answers:
        for number, line in _with_progress(lines):
            asked = _read(line)
            if isinstance(asked, str):
                broken += 1
                _errors.print(f"line {number}: {asked}", style="red")
                continue
            answers.write(msgspec.json.encode(_answer(house, asked)) + b"\n")
    return 1 if broken else 0


def _with_progress(lines: list[bytes]) -> Iterator[tuple[int, bytes]]:
    console = Console(stderr=True)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    yield from track(
        numbered, "answering", console=console, disable=not sys.stderr.isatty(), transient=True
    )


def _read(line: bytes) -> Asked | str:
    try:
        return msgspec.json.decode(line, type=Asked)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return str(error)


def _answer(house: House, asked: Asked) -> dict[str, Any]:
    talk = Talk(house)
    if asked.context:
        talk.hear(asked.context)
    start = house.clock.ticks()
    ending = talk.hear(asked.text)
    elapsed = (house.clock.ticks() - start) / 1000
    return {"id": asked.id, **_told(ending), "elapsed_ms": elapsed, "text": plain_all(talk.said)}


def _told(ending: Ending) -> dict[str, Any]:
    answered = ending.status in ("answered", "partly_answered", "followup_answered")
    return {
        "status": ending.status,
        "card": ending.card if answered else None,
        "candidates": [{"card": card, "score": score} for card, score in ending.candidates],
        "score": ending.score,
    }
