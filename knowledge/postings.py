"""Postings: where each feature stands and with which weight, summed for a question by numpy."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DAMPING = 1.5
_BY_LENGTH = 0.75
"""BM25's k1 and b, at their usual values."""


@dataclass(frozen=True, slots=True)
class Postings:
    """All postings in two arrays: those of feature number n from starts[n] to starts[n + 1]."""

    numbers: Mapping[str, int]
    starts: Sequence[int]
    places: NDArray[np.int32]
    values: NDArray[np.float64]

    def sums(self, weights: Mapping[str, float], size: int) -> NDArray[np.float64] | None:
        """What the features come to at each place from 0 to size - 1, each times its weight; None
        when none of them stands anywhere."""
        known = [(n, w) for key, w in weights.items() if (n := self.numbers.get(key)) is not None]
        if not known:
            return None
        starts, places, values = self.starts, self.places, self.values
        spans = [(slice(starts[number], starts[number + 1]), weight) for number, weight in known]
        where = np.concatenate([places[span] for span, _ in spans])
        worth = np.concatenate([values[span] * weight for span, weight in spans])
        return np.bincount(where, weights=worth, minlength=size).astype(np.float64, copy=False)


def post(rows: Iterable[tuple[Mapping[str, float], float]]) -> Postings:
    """The postings of features, a row a place, each divided by the row's length."""
    numbers: dict[str, int] = {}
    keys, places, values = array("i"), array("i"), array("d")
    for place, (features, length) in enumerate(rows):
        keys.extend([numbers.setdefault(key, len(numbers)) for key in features])
        places.extend([place] * len(features))
        values.extend([weight / length for weight in features.values()])
    return _by_feature(numbers, np.array(keys), np.array(places), np.array(values))


def of_cards(postings: Postings, cards: Sequence[int], size: int) -> Postings:
    """BM25 postings of whole cards: a card says a feature as often as its ways of asking do;
    `cards` gives the card of each place of `postings`."""
    features = len(postings.numbers)
    keys = np.repeat(np.arange(features), np.diff(np.array(postings.starts)))
    owners = np.array(cards, dtype=np.int64)[postings.places]
    cells, times = np.unique(keys * size + owners, return_counts=True)
    keys, owners = cells // max(1, size), cells % max(1, size)
    said = np.bincount(owners, weights=times, minlength=size)
    usual = said.mean() if len(said) else 1.0
    damped = _DAMPING * (1 - _BY_LENGTH + _BY_LENGTH * said / usual)
    held = np.bincount(keys, minlength=features)
    rarity = np.log(1 + (size - held + 0.5) / (held + 0.5))
    values = rarity[keys] * times * (_DAMPING + 1) / (times + damped[owners])
    return _by_feature(postings.numbers, keys, owners, values)


def _by_feature(
    numbers: Mapping[str, int],
    keys: NDArray[np.integer],
    *columns: NDArray[np.generic],
) -> Postings:
    places, values = columns
    order = np.argsort(keys, kind="stable")
    ends = np.cumsum(np.bincount(keys, minlength=len(numbers)))
    starts: list[int] = [0, *ends.tolist()][: len(numbers) + 1]
    return Postings(
        numbers, starts, places[order].astype(np.int32), values[order].astype(np.float64)
    )


def top(scores: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The places of the highest scores, the highest first."""
    if len(scores) <= 4 * most:
        return np.argsort(-scores)[:most]
    found = np.argpartition(-scores, most)[:most]
    return found[np.argsort(-scores[found])]
