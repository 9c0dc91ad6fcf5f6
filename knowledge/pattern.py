"""Plain-word patterns with groups and short gaps, matched in time bounded by the text's length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.text import fold_word, words

GAP = 5
MOST_PARTS = 9

Option = tuple[tuple[str, str], ...]
"""One spelling of a part: its syllables with tones and, where those may be missing, without."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as the patterns hear it: syllables with tones, without, and whether still standing."""

    toned: tuple[str, ...]
    folded: tuple[str, ...]
    there: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "there", frozenset(self.folded))


def hear(text: str) -> Heard:
    """A text as it stands, nothing repaired."""
    toned = tuple(words(text))
    return Heard(toned, tuple(map(fold_word, toned)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a rule file; `parts` None is a gap.

    `needs`: syllables without tones that every text it matches must hold. Most patterns fall at
    this, which costs a tenth of following them.
    """

    line: str
    parts: tuple[tuple[Option, ...] | None, ...]
    needs: frozenset[str]

    def find(self, heard: Heard, start: int) -> int:
        """Where the pattern ends when it begins at `start`; -1 when it does not."""
        if not self.needs <= heard.there:
            return -1
        return _follow(self.parts, heard, start)


class PatternError(ValueError):
    """A line of a rule file that cannot be read."""


class Patterns:
    """Many patterns at once; only those whose first syllable is there are tried."""

    def __init__(
        self, lines: Sequence[str], groups: Mapping[str, Sequence[str]], *, exact: bool = False
    ) -> None:
        """With `exact`, a word counts only with the tones written in the line."""
        self._solid: dict[str, list[Pattern]] = {}
        self._gapped: dict[str, list[Pattern]] = {}
        for line in lines:
            pattern = parse(line, groups, exact)
            table = self._gapped if None in pattern.parts else self._solid
            for first in {fold_word(option[0][0]) for option in pattern.parts[0] or ()}:
                table.setdefault(first, []).append(pattern)
        for patterns in (*self._solid.values(), *self._gapped.values()):
            patterns.sort(key=lambda pattern: -len(pattern.parts))

    def first(self, heard: Heard, but: "Patterns | None" = None) -> Pattern | None:
        """The first pattern met, from left to right, where `but` does not say it means another.

        A whole phrase that begins before a `but` phrase stands ("đuối nước ngoài kinh"); words far
        apart must both be free of it.
        """
        found = self._anywhere(heard, self._solid) or self._anywhere(heard, self._gapped)
        if found is None or but is None or but.longest_in(heard) < 0:
            return found
        return self._outside(heard, but) or self._anywhere(but.strike(heard), self._gapped)

    def _anywhere(self, heard: Heard, table: Mapping[str, list[Pattern]]) -> Pattern | None:
        for at, word in enumerate(heard.folded):
            if word in table:
                hit = _hit(table, heard, at)
                if hit is not None:
                    return hit
        return None

    def _outside(self, heard: Heard, but: "Patterns") -> Pattern | None:
        """The first whole phrase that does not begin inside a `but` phrase."""
        at = 0
        while at < len(heard.folded):
            struck = but.longest(heard, at)
            hit = _hit(self._solid, heard, at) if struck <= at else None
            if hit is not None:
                return hit
            at = max(at + 1, struck)
        return None

    def longest_in(self, heard: Heard) -> int:
        """Where the first solid match ends; -1 when there is none at all."""
        ends = (self.longest(heard, at) for at in range(len(heard.folded)))
        return next((end for end in ends if end >= 0), -1)

    def longest(self, heard: Heard, at: int) -> int:
        """Where the longest solid pattern that begins at `at` ends; -1 when none does."""
        patterns = self._solid.get(heard.folded[at], ())
        return max((pattern.find(heard, at) for pattern in patterns), default=-1)

    def strike(self, heard: Heard) -> Heard:
        """The text with every solid match struck out, so that nothing else can match there."""
        if self._solid.keys().isdisjoint(heard.folded):
            return heard
        toned, folded = list(heard.toned), list(heard.folded)
        at = 0
        while at < len(folded):
            end = self.longest(heard, at)
            if end > at:
                toned[at:end] = folded[at:end] = [""] * (end - at)
            at = max(at + 1, end)
        return Heard(tuple(toned), tuple(folded))


def _hit(table: Mapping[str, list[Pattern]], heard: Heard, at: int) -> Pattern | None:
    patterns = table.get(heard.folded[at], ())
    return next((pattern for pattern in patterns if pattern.find(heard, at) >= 0), None)


def parse(line: str, groups: Mapping[str, Sequence[str]], exact: bool = False) -> Pattern:
    """A pattern from its line; raises PatternError when a group is missing or a gap hangs loose."""
    parts: list[tuple[Option, ...] | None] = []
    for piece in line.replace("...", " ... ").split():
        if piece == "...":
            parts.append(None)
        elif piece.startswith("{"):
            name = piece.strip("{}")
            if name not in groups:
                raise PatternError(f"no group {{{name}}}")
            options = (_option(phrase, exact) for phrase in groups[name])
            parts.append(tuple(sorted(options, key=len, reverse=True)))
        else:
            parts.append((_option(piece, exact),))
    if not parts or parts[0] is None or parts[-1] is None:
        raise PatternError("a pattern begins and ends with a word")
    if len(parts) > MOST_PARTS:
        raise PatternError(f"a pattern has at most {MOST_PARTS} parts")
    return Pattern(line, tuple(parts), _needs(parts))


def _needs(parts: Sequence[tuple[Option, ...] | None]) -> frozenset[str]:
    """The syllables of the parts that can be said in one way only."""
    only = (options[0] for options in parts if options is not None and len(options) == 1)
    return frozenset(fold_word(toned) for option in only for toned, _ in option)


def _option(phrase: str, exact: bool) -> Option:
    found = tuple((word, "" if exact else fold_word(word)) for word in words(phrase))
    if not found:
        raise PatternError("a part without letters")
    return found


def _follow(
    parts: tuple[tuple[Option, ...] | None, ...], heard: Heard, place: int, at: int = 0
) -> int:
    """Tries every option and gap; patterns are short and gaps narrow, so this stays small."""
    if at == len(parts):
        return place
    options = parts[at]
    if options is None:
        ends = (_follow(parts, heard, place + skipped, at + 1) for skipped in range(GAP + 1))
        return next((end for end in ends if end >= 0), -1)
    for option in options:
        if _says(option, heard, place):
            end = _follow(parts, heard, place + len(option), at + 1)
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
