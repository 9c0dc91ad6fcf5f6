"""Postings: where each feature stands and with which weight, summed for a question by numpy."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Posting = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Where a feature stands, and with which weight."""

_DAMPING = 1.5
_BY_LENGTH = 0.75
"""BM25's k1 and b, at their usual values."""


def by_feature(
    numbers: Mapping[str, int],
    keys: NDArray[np.intp],
    places: NDArray[np.intp],
    *,
    values: NDArray[np.float64],
) -> dict[str, Posting]:
    """One posting a feature; `keys` (its number), `places` and `values` belong together."""
    order = np.argsort(keys, kind="stable")
    sorted_places = places[order]
    sorted_values = values[order]
    ends = np.cumsum(np.bincount(keys, minlength=len(numbers))).tolist()
    starts = [0, *ends][: len(ends)]
    return {
        key: (sorted_places[start:end], sorted_values[start:end])
        for key, start, end in zip(numbers, starts, ends, strict=True)
    }


def of_cards(
    postings: Mapping[str, Posting], cards: Sequence[int], size: int
) -> dict[str, Posting]:
    """BM25 postings of whole cards: a card says a feature as often as its ways of asking do."""
    if not postings:
        return {}
    lengths = [len(places) for places, _ in postings.values()]
    keys = np.repeat(np.arange(len(postings), dtype=np.intp), lengths)
    card_of = np.array(cards, dtype=np.intp)
    owners = card_of[np.concatenate([places for places, _ in postings.values()])]
    cells, times = np.unique(keys * size + owners, return_counts=True)
    keys, owners = cells // size, cells % size
    said = np.bincount(owners, weights=times, minlength=size)
    damped = _DAMPING * (1 - _BY_LENGTH + _BY_LENGTH * said / said.mean())
    held = np.bincount(keys, minlength=len(postings))
    rarity = np.log(1 + (size - held + 0.5) / (held + 0.5))
    values = rarity[keys] * times * (_DAMPING + 1) / (times + damped[owners])
    numbers = {key: number for number, key in enumerate(postings)}
    return by_feature(numbers, keys, owners, values=values)


def weighed(postings: Mapping[str, Posting], weights: Mapping[str, float]) -> Posting | None:
    """The postings of some features in one, each times its weight; None when there are none."""
    parts = [
        (posting, weight)
        for key, weight in weights.items()
        if (posting := postings.get(key)) is not None
    ]
    if not parts:
        return None
    places = np.concatenate([posting[0] for posting, _ in parts])
    return places, np.concatenate([posting[1] * weight for posting, weight in parts])


def sums(places: NDArray[np.intp], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """What the values at each place come to, for places 0 to size - 1."""
    return np.bincount(places, weights=values, minlength=size).astype(np.float64, copy=False)


def top(scores: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The places of the highest scores, the highest first."""
    if len(scores) <= 4 * most:
        return np.argsort(-scores)[:most]
    found = np.argpartition(-scores, most)[:most]
    return found[np.argsort(-scores[found])]
