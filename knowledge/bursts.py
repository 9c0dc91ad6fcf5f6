"""Bursts: what of a thought that is sent in several short messages is unfinished or taken back."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from knowledge.card import Data, Text
from knowledge.search import Context, Findings, Search
from knowledge.source import Source, read_one
from knowledge.text import fold_word, words

FILE = Path(__file__).parent / "content" / "bursts.yaml"
_MORE_COMES = (",", "…", "...", ":", "-")
_FEW = 2
_LONGEST = 200
_LIKELIER_THAN_NOT = 0.5
"""Enough for a correction that stays among the cards of one group."""


class BurstFile(Data):
    """bursts.yaml."""

    correct: tuple[Text, ...] = Field(min_length=1)
    unfinished: tuple[Text, ...] = Field(min_length=1)


class Corrected(NamedTuple):
    """A text that takes back a part of itself: up to there, from there on, and that without the
    words that take back."""

    before: str
    after: str
    said: str


class Bursts:
    """Built once from the file; every question to it is pure and bounded."""

    def __init__(self, file: BurstFile) -> None:
        longest_first = sorted(file.correct, key=lambda text: -len(text.split()))
        self._correct = [tuple(words(text)) for text in longest_first]
        self._unfinished = frozenset(file.unfinished)

    def is_unfinished(self, text: str) -> bool:
        """Whether more is likely to come: a word or two, a comma, or a word that leads on."""
        said = words(text[:_LONGEST])
        if not said or len(text) > _LONGEST:
            return False
        if len(said) <= _FEW or text.rstrip().endswith(_MORE_COMES):
            return True
        return any(_is_typed(said[-1], known) for known in self._unfinished)

    def corrects(self, text: str) -> bool:
        """Whether it begins by taking back what was said before."""
        return self._correction(text) is not None

    def split(self, text: str) -> Corrected | None:
        """Where the last line that takes something back cuts the text; None where none does."""
        lines = text.splitlines()
        for number in range(len(lines) - 1, 0, -1):
            rest = self._correction(lines[number])
            after = "\n".join(filter(None, (rest, *lines[number + 1 :])))
            if rest is not None and words(after):
                return Corrected("\n".join(lines[:number]), "\n".join(lines[number:]), after)
        return None

    def _correction(self, text: str) -> str | None:
        """What follows the words that take back; None when there are none."""
        said = words(text[:_LONGEST])
        for known in self._correct:
            if len(known) <= len(said) and all(map(_is_typed, said, known)):
                return " ".join(words(text)[len(known) :])
        return None


def _is_typed(typed: str, known: str) -> bool:
    return typed in (known, fold_word(known))


def load_bursts(file: Path = FILE) -> Bursts:
    """The Bursts of a file; raises ContentError with its line for the first mistake."""
    found, mistakes = read_one(Source(file), BurstFile)
    if found is None:
        raise mistakes[0]
    return Bursts(found)


def find_corrected(search: Search, text: Corrected, context: Context) -> Findings:
    """As if the part before had been asked and answered: the correction goes on from there."""
    first = search.find(text.before, context)
    onwards = context_of(first)
    found = search.find(text.after, onwards)
    if found.verdict == "sure" or not first.candidates:
        return found
    # Without the words that take back it may be clear; then it must be the same field still.
    bare = search.find(text.said, onwards)
    if not bare.candidates:
        return found
    was, now = first.candidates[0].card, bare.candidates[0].card
    is_near = bare.verdict == "sure" and was.topic == now.topic
    is_of_its_group = bool(was.group) and was.group == now.group
    if is_of_its_group and bare.candidates[0].score > _LIKELIER_THAN_NOT:
        return replace(bare, verdict="sure")
    return bare if is_near else found


def context_of(found: Findings) -> Context:
    """What was found, as the context of what is asked next."""
    best = found.candidates[0].card.id if found.candidates else ""
    return Context(best, is_sure=found.verdict == "sure")
