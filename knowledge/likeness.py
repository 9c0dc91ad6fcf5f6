"""Likeness: which of a few hundred short texts says most nearly the same as another."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from knowledge.text import syllables

ALIKE = 0.4
"""From this likeness (0..1) on, two texts are offered as the same matter."""
_FEWEST = 3
"""Fewer syllables than this in common are chance."""


def likest(text: str, others: Sequence[str]) -> tuple[int, float]:
    """The place of the likest of the others and its likeness; -1 when none is like it.

    Cosine of syllables and neighbouring pairs, each weighing as much as it is rare among them.
    """
    mine = _features(text)
    theirs = [_features(other) for other in others]
    rarity = _rarity([mine, *theirs])
    best, most = -1, 0.0
    for place, features in enumerate(theirs):
        shared = mine & features
        if sum(isinstance(feature, str) for feature in shared) < _FEWEST:
            continue
        length = _length(mine, rarity) * _length(features, rarity)
        likeness = sum(rarity[feature] ** 2 for feature in shared) / length
        if likeness > most:
            best, most = place, likeness
    return best, most


_Feature = str | tuple[str, str]


def _features(text: str) -> frozenset[_Feature]:
    words = syllables(text)
    return frozenset((*words, *pairwise(words)))


def _rarity(texts: Sequence[frozenset[_Feature]]) -> dict[_Feature, float]:
    counts = Counter(feature for features in texts for feature in features)
    return {feature: 1 + math.log(len(texts) / count) for feature, count in counts.items()}


def _length(features: Iterable[_Feature], rarity: dict[_Feature, float]) -> float:
    return math.sqrt(sum(rarity[feature] ** 2 for feature in features))
