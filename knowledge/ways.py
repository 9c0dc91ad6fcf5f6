"""The ways of asking as they are read, one after the other, and then as arrays of numbers.

A base of any size is kept in a few dozen arrays: no way of asking and no card is an object here.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.repair import Reading

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_Number = TypeVar("_Number", bound=np.generic)

TELLING = 0.5
"""From this weight on (filler.yaml) a syllable says what a question is about."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sorted numbers, row by row: those of row n from starts[n] to starts[n + 1]."""

    starts: NDArray[np.int64]
    cells: NDArray[np.int32]

    def row(self, number: int) -> NDArray[np.int32]:
        """The numbers of one row."""
        return self.cells[self.starts[number] : self.starts[number + 1]]


class Ways:
    """Every way of asking, written down syllable by syllable; cards in their order."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        """Tone-free syllables by their number."""
        self.forms: dict[str, int] = {}
        """Syllables with their tones; those of one tone-free syllable end up side by side."""
        self.spelled: list[str] = []
        """The weighed syllables of each way in alphabetical order."""
        self._sounds = array("i")
        self._plain = array("b")
        self._said = array("i")
        self._weights = array("d")
        self._lengths = array("i")
        self._toned = array("b")
        self._keys = array("q")
        self._sizes = array("i")
        self._bodies = array("i")
        self._body_sizes = array("i")

    def write(self, readings: Iterable[Reading], body: Iterable[str]) -> None:
        """One card: its ways of asking, the title first, and the syllables of its answer."""
        written = len(self._lengths)
        for reading in readings:
            self._write(reading)
        self._sizes.append(len(self._lengths) - written)
        spoken = [self.words.setdefault(word, len(self.words)) for word in body]
        self._bodies.extend(spoken)
        self._body_sizes.append(len(spoken))

    def _write(self, reading: Reading) -> None:
        forms = self.forms
        try:
            said = [forms[toned] for toned in reading.toned]
        except KeyError:
            said = [self._form(*pair) for pair in zip(reading.toned, reading.folded, strict=True)]
        bare = bare_of(reading)
        self._said.extend(said)
        self._weights.extend(reading.weights)
        self._lengths.append(len(said))
        self._toned.append(reading.has_tones)
        self._keys.append(key_of(bare) if bare else 0)
        self.spelled.append(" ".join(sorted(set(bare))))

    def _form(self, toned: str, folded: str) -> int:
        number = self.forms.get(toned)
        if number is None:
            number = self.forms[toned] = len(self.forms)
            self._sounds.append(self.words.setdefault(folded, len(self.words)))
            self._plain.append(toned == folded)
        return number

    def read(self) -> "Read":
        """All of it as arrays."""
        sounds = _array(self._sounds, np.int64)
        order = np.argsort(sounds, kind="stable")
        number = np.empty(len(order), np.int64)
        number[order] = np.arange(len(order))
        self.forms = dict(zip(self.forms, number.tolist(), strict=True))
        return Read(
            sounds=sounds[order],
            is_plain=_array(self._plain, np.bool_)[order],
            words=len(self.words),
            sizes=_array(self._sizes, np.int64),
            lengths=_array(self._lengths, np.int64),
            forms=number[_array(self._said, np.int64)],
            weights=_array(self._weights, np.float64),
            is_toned=_array(self._toned, np.bool_),
            keys=_array(self._keys, np.int64),
            body_sizes=_array(self._body_sizes, np.int64),
            bodies=_array(self._bodies, np.int64),
        )


@dataclass(frozen=True)
class Read:
    """What was written: of each form its tone-free syllable (`sounds`) and whether it is just that;
    of each card how many ways it has (`sizes`), of each way how many syllables (`lengths`), and of
    each syllable form and weight."""

    sounds: Ints
    is_plain: NDArray[np.bool_]
    words: int
    sizes: Ints
    lengths: Ints
    forms: Ints
    weights: Floats
    is_toned: NDArray[np.bool_]
    keys: Ints
    body_sizes: Ints
    bodies: Ints

    @cached_property
    def cards(self) -> Ints:
        """The card of each way of asking."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def starts(self) -> Ints:
        """The first way of asking of each card."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def ways(self) -> Ints:
        """The way of asking of each syllable."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def rarity(self) -> Floats:
        """Of each tone-free syllable: the fewer cards ask with it, the more; 0 where none does."""
        said = self.cards[self.ways] * self.words + self.sounds[self.forms]
        held = np.bincount(distinct(said) % max(1, self.words), minlength=self.words)
        return np.log(1 + len(self.sizes) / np.maximum(held, 1)) * (held > 0)

    def title_words(self) -> Rows:
        """What the title of each card says, whatever it weighs."""
        is_title = self._is_title[self.ways]
        cards = self.cards[self.ways[is_title]]
        return rows_of(cards, self.sounds[self.forms[is_title]], (len(self.sizes), self.words))

    def title_pairs(self) -> Ints:
        """Two telling neighbours of a title, as `first * words + second`."""
        tells = (self.weights >= TELLING) & self._is_title[self.ways]
        beside = tells[:-1] & tells[1:] & (self.ways[:-1] == self.ways[1:])
        words = self.sounds[self.forms]
        return distinct(words[:-1][beside] * self.words + words[1:][beside])

    @cached_property
    def _is_title(self) -> NDArray[np.bool_]:
        found = np.zeros(len(self.lengths), np.bool_)
        found[self.starts] = True
        return found

    def own_keys(self) -> tuple[Ints, Ints]:
        """The keys that only one card's ways have, sorted, with the place of that card."""
        order = np.argsort(self.keys, kind="stable")
        order = order[self.keys[order] != 0]
        if not len(order):
            return order, order
        keys, cards = self.keys[order], self.cards[order]
        first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        lowest, highest = np.minimum.reduceat(cards, first), np.maximum.reduceat(cards, first)
        is_own = lowest == highest
        return keys[first[is_own]], lowest[is_own]


def bare_of(reading: Reading) -> tuple[str, ...]:
    """The syllables of a text that weigh something, tone-free."""
    weighed = zip(reading.folded, reading.weights, strict=True)
    return tuple([word for word, weight in weighed if weight])


def key_of(bare: tuple[str, ...]) -> int:
    """One number of 64 bits for a sequence of syllables, the same as long as the process lives;
    two sequences share it about as often as a base of a million ways is written by chance."""
    return hash(bare)


def distinct(cells: Ints) -> Ints:
    """The numbers that occur, sorted; np.unique takes thrice as long."""
    ordered = np.sort(cells)
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0]


def rows_of(rows: Ints, cells: Ints, shape: tuple[int, int]) -> Rows:
    """Rows of numbers, each number once a row; `shape`: how many rows, and how many numbers."""
    count, width = shape
    found = distinct(rows * width + cells)
    starts = np.searchsorted(found, np.arange(count + 1) * width)
    return Rows(starts, (found % max(1, width)).astype(np.int32))


def _array(written: "array[Any]", kind: type[_Number]) -> NDArray[_Number]:
    return np.array(written, dtype=kind)
