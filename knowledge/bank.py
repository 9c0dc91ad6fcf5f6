"""The question bank: what residents may ask, and the card each question must reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from knowledge.source import ContentError
from knowledge.text import fold

Manner = Literal[
    "clean", "no_tone", "teencode", "dialect", "voice", "short", "situation", "follow_up"
]
MANNERS: tuple[Manner, ...] = get_args(Manner)
REFUSALS, NEAR_MISSES, TALKS = "must-refuse.tsv", "near-misses.tsv", "conversations.tsv"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `card` is "" when none may answer it.

    `group`: its topic, "near-misses", or the kind of a message that must be refused; `context`:
    what the same resident asked before; `tempting`: the sibling a careless search would take.
    """

    card: str
    manner: str
    text: str
    group: str
    context: str = ""
    tempting: str = ""

    @property
    def is_held(self) -> bool:
        """Whether it is of the half that is only ever reported, never tuned to."""
        return _is_held(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """What a resident writes in a conversation; `expected`: cards that may answer it, or one word
    for how it ends (refuse, greeting, own_case, opinion, emergency)."""

    manner: str
    text: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Several lines of one resident, in order."""

    lines: tuple[Line, ...]

    @property
    def is_held(self) -> bool:
        """Whether it is of the half that is only ever reported."""
        return _is_held(self.lines[0].text)


def read_conversations(folder: Path) -> list[Conversation]:
    """The conversations of a bank folder, if it has any; raises ContentError."""
    path = folder / TALKS
    if not path.exists():
        return []
    found: dict[str, list[Line]] = {}
    for number, line in _lines(path):
        talk, manner, text, expected = _cells(path, number, line)
        found.setdefault(talk, []).append(Line(manner, text, tuple(expected.split("|"))))
    return [Conversation(tuple(lines)) for lines in found.values()]


def read_bank(folder: Path) -> list[Asked]:
    """Every question of a bank folder; raises ContentError for a line that is not one."""
    found: list[Asked] = []
    for path in sorted(folder.glob("*.tsv")):
        if path.name != TALKS:
            found += _read_file(path)
    if not found:
        raise ContentError(folder, 1, "no questions here.", "name a folder with .tsv files")
    return found


def _read_file(path: Path) -> Iterator[Asked]:
    for number, line in _lines(path):
        first, manner, text, last = _cells(path, number, line)
        if path.name == REFUSALS:
            yield Asked("", manner, text, group=first)
        elif path.name == NEAR_MISSES:
            yield Asked(first, manner, text, group=path.stem, tempting=last)
        else:
            yield Asked(first, manner, text, group=path.stem, context=last)


def _is_held(text: str) -> bool:
    return sha256(fold(text).encode()).digest()[0] % 2 == 1


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            yield number, line


def _cells(path: Path, number: int, line: str) -> tuple[str, str, str, str]:
    cells = [*line.split("\t"), ""][:4]
    if len(cells) < 4 or not cells[0] or not cells[2]:
        mend = "write four cells with a tab between: card, manner, question, context"
        raise ContentError(path, number, "not a question.", mend)
    if cells[1] not in MANNERS:
        mend = f"use one of {', '.join(MANNERS)}"
        raise ContentError(path, number, f"no manner '{cells[1]}'.", mend)
    return cells[0], cells[1], cells[2], cells[3]
