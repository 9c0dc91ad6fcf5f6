"""Postings: where each feature stands and with which weight, summed for a question by numpy."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import TONED, Features
from knowledge.ways import Floats, Ints

_DAMPING = 1.5
_BY_LENGTH = 0.75
"""BM25's k1 and b, at their usual values."""


class Runs:
    """Stretches of postings, and how many of them, one after the other, weigh how much."""

    __slots__ = ("lengths", "runs", "weights")

    def __init__(self) -> None:
        self.runs: list[slice] = []
        self.lengths: list[int] = []
        self.weights: list[float] = []

    def add(self, start: int, end: int, weight: float | None = None) -> None:
        """Look at these too; without a weight, `weigh` says what they weigh."""
        if start < end:
            self.runs.append(slice(start, end))
            if weight is not None:
                self.weigh(end - start, weight)

    def weigh(self, count: int, weight: float) -> None:
        """The next so many weigh so much."""
        if count:
            self.lengths.append(count)
            self.weights.append(weight)


@dataclass(frozen=True, slots=True)
class Postings:
    """All postings in two arrays: those of feature number n from starts[n] to starts[n + 1]."""

    starts: Sequence[int]
    places: NDArray[np.int32]
    values: Floats

    def sums(self, numbers: Sequence[int], size: int) -> Floats:
        """What features come to at each place from 0 to size - 1."""
        starts = self.starts
        runs = [slice(starts[number], starts[number + 1]) for number in numbers]
        where, worth = self._at(runs)
        return np.bincount(where, weights=worth, minlength=size).astype(np.float64, copy=False)

    def weighed_sums(self, runs: Runs, size: int) -> Floats:
        """The same of stretches of postings, weighed."""
        where, worth = self._at(runs.runs)
        worth *= np.repeat(runs.weights, runs.lengths)
        return np.bincount(where, weights=worth, minlength=size).astype(np.float64, copy=False)

    def _at(self, runs: Sequence[slice]) -> tuple[NDArray[np.int32], Floats]:
        if not runs:
            return self.places[:0], self.values[:0]
        places, values = self.places, self.values
        return np.concatenate([places[r] for r in runs]), np.concatenate([values[r] for r in runs])


def of_ways(features: Features) -> Postings:
    """Postings of ways of asking, each weight divided by the length of its way.

    A syllable is posted under the form it has there, so that those of one tone-free syllable are
    one run. Of F forms, form f is posted as f, or as F + f what it is worth where the way has
    another form of the same syllable besides; pair p as 2 F + p.
    """
    forms, lengths = len(features.read.sounds), features.lengths
    as_well = ~features.is_main & ~features.read.is_plain[features.forms]
    keys = np.where(features.is_main, features.forms, features.forms + forms)
    kept = features.is_main | as_well
    worth = np.where(features.is_main, 1.0, TONED * TONED) * features.form_weights
    return _by_feature(
        np.concatenate([keys[kept], features.pairs + 2 * forms]),
        np.concatenate([features.form_ways[kept], features.pair_ways]),
        np.concatenate(
            [
                (worth / lengths[features.form_ways])[kept],
                features.pair_weights / lengths[features.pair_ways],
            ]
        ),
        count=2 * forms + len(features.pair_keys),
    )


def of_cards(features: Features) -> Postings:
    """BM25 postings of whole cards: a card says a feature as often as its ways of asking do. Word w
    is posted as w, of W words form f as W + f, and of F forms pair p as W + F + p."""
    read, size = features.read, len(features.read.sizes)
    toned = ~read.is_plain[features.forms]
    kinds = read.words, read.words + len(read.sounds)
    keys = np.concatenate(
        [features.words, features.forms[toned] + kinds[0], features.pairs + kinds[1]]
    )
    ways = np.concatenate([features.word_ways, features.form_ways[toned], features.pair_ways])
    cells, times = np.unique(keys * max(1, size) + read.cards[ways], return_counts=True)
    keys, owners = cells // max(1, size), cells % max(1, size)
    said = np.bincount(owners, weights=times, minlength=size)
    usual = said.mean() if len(said) else 1.0
    damped = _DAMPING * (1 - _BY_LENGTH + _BY_LENGTH * said / usual)
    count = kinds[1] + len(features.pair_keys)
    held = np.bincount(keys, minlength=count)
    rarity = np.log(1 + (size - held + 0.5) / (held + 0.5))
    values = rarity[keys] * times * (_DAMPING + 1) / (times + damped[owners])
    return _by_feature(keys, owners, values, count=count)


def _by_feature(keys: Ints, places: Ints, values: Floats, *, count: int) -> Postings:
    order = np.argsort(keys, kind="stable")
    starts = array("q", [0])
    starts.extend(np.cumsum(np.bincount(keys, minlength=count)))
    return Postings(starts, places[order].astype(np.int32), values[order])


def top(scores: Floats, most: int) -> NDArray[np.intp]:
    """The places of the highest scores, the highest first."""
    if len(scores) <= 4 * most:
        return np.argsort(-scores)[:most]
    found = np.argpartition(-scores, most)[:most]
    return found[np.argsort(-scores[found])]
