"""What ways of asking are compared by: syllables, tones and neighbours, each with its weight."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.ways import Floats, Ints, Read, Rows, distinct, rows_of

PAIR = 0.8
TONED = 0.5
"""What neighbours and tones weigh beside the syllables themselves."""


@dataclass(frozen=True)
class Features:
    """Of each way of asking every syllable, every tone and every two neighbours, once.

    `word_*`, `form_*` and `pair_*` stand side by side: the way, the number, what it weighs there.
    `is_main`: the first of several forms that one way has of one tone-free syllable.
    """

    read: Read
    word_ways: Ints
    words: Ints
    word_weights: Floats
    form_ways: Ints
    forms: Ints
    form_weights: Floats
    is_main: NDArray[np.bool_]
    pair_keys: Ints
    """Each pair of neighbours as `first * words + second`; its place is its number."""
    pair_ways: Ints
    pairs: Ints
    pair_weights: Floats

    @cached_property
    def totals(self) -> Floats:
        """What the syllables of each way weigh together; 1 where nothing does."""
        return _or_one(self._by_way(self.word_ways, self.word_weights))

    @cached_property
    def lengths(self) -> Floats:
        """The length of each way as a vector of all its features; 1 of an empty one."""
        toned = ~self.read.is_plain[self.forms]
        squares = self._by_way(self.word_ways, self.word_weights**2)
        squares += self._by_way(self.form_ways[toned], (TONED * self.form_weights[toned]) ** 2)
        squares += self._by_way(self.pair_ways, self.pair_weights**2)
        return _or_one(np.sqrt(squares))

    def _by_way(self, ways: Ints, weights: Floats) -> Floats:
        count = len(self.read.lengths)
        return np.bincount(ways, weights=weights, minlength=count).astype(np.float64)

    def rows(self) -> Rows:
        """The syllables of each way, as often as `word_weights` has them."""
        starts = np.searchsorted(self.word_ways, np.arange(len(self.read.lengths) + 1))
        return Rows(starts, self.words.astype(np.int32))


def features_of(read: Read) -> Features:
    """The features of everything that was read."""
    weighed = read.weights > 0
    ways, forms, given = read.ways[weighed], read.forms[weighed], read.weights[weighed]
    words, width = read.sounds[forms], max(1, read.words)
    cells, place = np.unique(ways * width + words, return_inverse=True)
    best = np.zeros(len(cells))
    np.maximum.at(best, place, given)
    own = best * read.rarity[cells % width]
    sorts = max(1, len(read.sounds))
    typed, at = np.unique(ways * sorts + forms, return_index=True)
    beside = ways[:-1] == ways[1:]
    keys, pairs = np.unique((words[:-1] * width + words[1:])[beside], return_inverse=True)
    kinds = max(1, len(keys))
    paired, there = np.unique(ways[1:][beside] * kinds + pairs, return_index=True)
    weights = own[place]
    bonds = np.sqrt(weights[:-1] * weights[1:])[beside]
    return Features(
        read=read,
        word_ways=cells // width,
        words=cells % width,
        word_weights=own,
        form_ways=typed // sorts,
        forms=typed % sorts,
        form_weights=weights[at],
        is_main=_is_new(typed // sorts * width + read.sounds[typed % sorts]),
        pair_keys=keys,
        pair_ways=paired // kinds,
        pairs=paired % kinds,
        pair_weights=PAIR * bonds[there],
    )


@dataclass(frozen=True, slots=True)
class Kinds:
    """Where the numbers of each kind begin among all that may be known of a card: syllables it
    asks with, tones it types, neighbours; syllables it only asks with untoned; syllables that only
    its answer says; and those of its title. `end`: none of them."""

    words: int
    forms: int
    pairs: int
    untoned: int
    body: int
    title: int
    end: int


def kinds_of(features: Features) -> Kinds:
    """The kinds of a base."""
    words, forms = features.read.words, len(features.read.sounds)
    ends = np.cumsum([0, words, forms, len(features.pair_keys), words, words, words])
    return Kinds(*ends.tolist())


def cards_of(features: Features) -> Rows:
    """What is known of each card, by the numbers of `kinds_of`."""
    read, kinds = features.read, kinds_of(features)
    width = max(1, read.words)
    size = len(read.sizes)
    asks = distinct(read.cards[features.word_ways] * width + features.words)
    is_typed = read.is_toned[features.form_ways]
    typing, typed = read.cards[features.form_ways[is_typed]], features.forms[is_typed]
    untoned = _without(asks, distinct(typing * width + read.sounds[typed]))
    answers = np.repeat(np.arange(size), read.body_sizes) * width + read.bodies
    body = _without(distinct(answers), asks)
    titles = read.title_words()
    titled = np.repeat(np.arange(size), np.diff(titles.starts))
    parts: tuple[tuple[Ints, Ints], ...] = (
        (asks // width, asks % width),
        (typing, typed + kinds.forms),
        (read.cards[features.pair_ways], features.pairs + kinds.pairs),
        (untoned // width, untoned % width + kinds.untoned),
        (body // width, body % width + kinds.body),
        (titled, titles.cells.astype(np.int64) + kinds.title),
    )
    rows, cells = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows_of(rows, cells, (size, kinds.end))


def _without(cells: Ints, others: Ints) -> Ints:
    """Those of some sorted numbers that are not among others, sorted too."""
    if not len(others):
        return cells
    places = np.minimum(others.searchsorted(cells), len(others) - 1)
    return cells[others[places] != cells]


def _is_new(sorted_cells: Ints) -> NDArray[np.bool_]:
    """Where a sorted sequence has another number than before."""
    return np.diff(sorted_cells, prepend=-1) != 0


def _or_one(values: Floats) -> Floats:
    return np.where(values > 0, values, 1.0)
