"""Plain-word patterns with groups and short gaps, matched in time bounded by the text's length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.text import fold_word, words

GAP = 5
MOST_PARTS = 9

Option = tuple[tuple[str, str], ...]
"""One spelling of a part: its syllables, each with and without tones."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as the patterns hear it: syllables with tones, without, and whether still standing."""

    toned: tuple[str, ...]
    folded: tuple[str, ...]


def hear(text: str) -> Heard:
    """A text as it stands, nothing repaired."""
    toned = tuple(words(text))
    return Heard(toned, tuple(map(fold_word, toned)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a rule file; `parts` None is a gap."""

    line: str
    parts: tuple[tuple[Option, ...] | None, ...]

    def find(self, heard: Heard, start: int) -> int:
        """Where the pattern ends when it begins at `start`; -1 when it does not."""
        return _follow(self.parts, 0, heard, start)


class PatternError(ValueError):
    """A line of a rule file that cannot be read."""


class Patterns:
    """Many patterns at once; only those whose first syllable is there are tried."""

    def __init__(self, lines: Sequence[str], groups: Mapping[str, Sequence[str]]) -> None:
        self._by_first: dict[str, list[Pattern]] = {}
        for line in lines:
            pattern = parse(line, groups)
            firsts = {option[0][1] for option in pattern.parts[0] or ()}
            for first in firsts:
                self._by_first.setdefault(first, []).append(pattern)
        for patterns in self._by_first.values():
            patterns.sort(key=lambda pattern: -len(words(pattern.line)))

    def first(self, heard: Heard) -> Pattern | None:
        """The first pattern met, from left to right."""
        if self._by_first.keys().isdisjoint(heard.folded):
            return None
        for start, word in enumerate(heard.folded):
            for pattern in self._by_first.get(word, ()):
                if pattern.find(heard, start) >= 0:
                    return pattern
        return None

    def strike(self, heard: Heard) -> Heard:
        """The text with every match struck out, so that nothing else can match there."""
        if self._by_first.keys().isdisjoint(heard.folded):
            return heard
        toned, folded = list(heard.toned), list(heard.folded)
        at = 0
        while at < len(folded):
            end = max(
                (pattern.find(heard, at) for pattern in self._by_first.get(heard.folded[at], ())),
                default=-1,
            )
            if end > at:
                toned[at:end] = folded[at:end] = [""] * (end - at)
            at = max(at + 1, end)
        return Heard(tuple(toned), tuple(folded))


def parse(line: str, groups: Mapping[str, Sequence[str]]) -> Pattern:
    """A pattern from its line; raises PatternError when a group is missing or a gap hangs loose."""
    parts: list[tuple[Option, ...] | None] = []
    for piece in line.replace("...", " ... ").split():
        if piece == "...":
            parts.append(None)
        elif piece.startswith("{"):
            name = piece.strip("{}")
            if name not in groups:
                raise PatternError(f"no group {{{name}}}")
            parts.append(tuple(sorted(map(_option, groups[name]), key=lambda o: -len(o))))
        else:
            parts.append((_option(piece),))
    if not parts or parts[0] is None or parts[-1] is None:
        raise PatternError("a pattern begins and ends with a word")
    if len(parts) > MOST_PARTS:
        raise PatternError(f"a pattern has at most {MOST_PARTS} parts")
    return Pattern(line, tuple(parts))


def _option(phrase: str) -> Option:
    found = tuple((word, fold_word(word)) for word in words(phrase))
    if not found:
        raise PatternError("a part without letters")
    return found


def _follow(parts: tuple[tuple[Option, ...] | None, ...], at: int, heard: Heard, place: int) -> int:
    """Tries every option and gap; patterns are short and gaps narrow, so this stays small."""
    if at == len(parts):
        return place
    options = parts[at]
    if options is None:
        ends = (_follow(parts, at + 1, heard, place + skipped) for skipped in range(GAP + 1))
        return next((end for end in ends if end >= 0), -1)
    for option in options:
        if _says(option, heard, place):
            end = _follow(parts, at + 1, heard, place + len(option))
            if end >= 0:
                return end
    return -1


def _says(option: Option, heard: Heard, place: int) -> bool:
    if place + len(option) > len(heard.folded):
        return False
    for offset, (toned, folded) in enumerate(option):
        there = heard.toned[place + offset]
        if there != toned and (there != folded or not folded):
            return False
    return True
