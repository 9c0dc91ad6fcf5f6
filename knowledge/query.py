"""A question weighed against a base: what of it the base knows, and how telling that is."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np

from knowledge.features import PAIR, TONED, Features, kinds_of
from knowledge.repair import Reading
from knowledge.ways import Ways, bare_of

_NAMED = 1.5
"""Whom and what a question is for weighs more than the rest of it."""

Name = tuple[str, ...]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its weights, and the numbers its parts have in the base (`features.Kinds`);
    what the base does not know has the number `Kinds.end`."""

    weights: dict[str, float]
    total: float
    words: Sequence[int]
    """The number of each syllable of `weights`, in their order; so too of the next two."""
    heard: Sequence[Sequence[int]]
    """The forms with tones in which it was heard, of those that are known, counted from 0."""
    typed: Sequence[int | None]
    """The form that was typed; None where its tones were guessed."""
    pairs: Sequence[int]
    bonds: Sequence[float]
    """What each of `pairs` weighs."""
    all_pairs: float
    names: Sequence[Sequence[int]]
    """What each phrase that says whom or what it is for is known by."""
    length: float
    in_order: str
    end: int


class Vocabulary:
    """The syllables, tones and neighbours of a base by their numbers, and how rare they are."""

    def __init__(self, ways: Ways, features: Features) -> None:
        read = features.read
        self.kinds = kinds_of(features)
        self._words, self._forms = ways.words, ways.forms
        self._spelling = list(ways.words)
        self._rarest = log(1 + len(read.sizes)) + 0.5
        self._rarity = array("d", np.where(read.rarity > 0, read.rarity, self._rarest).tolist())
        self._is_asked = read.rarity > 0
        self._pair_keys = features.pair_keys

    def rarity(self, folded: str) -> float:
        """How telling a syllable is: the fewer cards ask with it, the more."""
        number = self._words.get(folded)
        return self._rarest if number is None else self._rarity[number]

    def knows(self, folded: str) -> bool:
        """Whether any card's ways of asking use the syllable."""
        number = self._words.get(folded)
        return number is not None and bool(self._is_asked[number])

    def word(self, folded: str) -> int:
        """The number of a syllable."""
        return self._words.get(folded, self.kinds.end)

    def spelling(self, number: int) -> str:
        """The syllable of a number."""
        return self._spelling[number]

    def weigh(self, reading: Reading, names: Sequence[Name] = ()) -> Query:
        """The question's syllables and neighbours with their weight in this base; `names` are
        the phrases that say whom or what it is for."""
        weights = self._weights(reading, frozenset(word for name in names for word in name))
        typed: dict[str, str] = {}
        toned: dict[str, str] = {}
        said = zip(reading.folded, reading.toned, reading.marked, reading.weights, strict=True)
        for word, form, marked, weight in said:
            if weight:
                if form != word:
                    toned[form] = word
                if marked:
                    typed[word] = form
        bare = pairwise(bare_of(reading))
        bonds = {pair: sqrt(weights[pair[0]] * weights[pair[1]]) for pair in bare}
        squares = sum([weight * weight for weight in weights.values()])
        squares += TONED * TONED * sum([weights[word] ** 2 for word in toned.values()])
        squares += PAIR * PAIR * sum([bond * bond for bond in bonds.values()])
        return Query(
            weights=weights,
            total=sum(weights.values()) or 1.0,
            words=list(map(self.word, weights)),
            heard=self._heard(weights, toned),
            typed=[self._form(typed[word]) if word in typed else None for word in weights],
            pairs=self.pairs(list(bonds)),
            bonds=list(bonds.values()),
            all_pairs=sum(bonds.values()),
            names=list(map(self.name, names)),
            length=sqrt(squares) or 1.0,
            in_order=" ".join(sorted(weights)),
            end=self.kinds.end,
        )

    def pairs(self, pairs: Sequence[Pair]) -> list[int]:
        """The numbers of pairs of neighbours."""
        end, known = self.kinds.end, self._pair_keys
        if not pairs or not len(known):
            return [end] * len(pairs)
        keys = np.array(list(map(self.pair_key, pairs)))
        places = np.minimum(known.searchsorted(keys), len(known) - 1)
        return np.where(known[places] == keys, places + self.kinds.pairs, end).tolist()

    def pair_key(self, pair: Pair) -> int:
        """A pair as `Features.pair_keys` has it; -1 when one of the two is not known."""
        first, second = self._words.get(pair[0]), self._words.get(pair[1])
        return -1 if first is None or second is None else first * len(self._words) + second

    def _form(self, toned: str) -> int:
        number = self._forms.get(toned)
        return self.kinds.end if number is None else self.kinds.forms + number

    def _heard(self, weights: dict[str, float], toned: dict[str, str]) -> list[list[int]]:
        heard: dict[str, list[int]] = {word: [] for word in weights}
        for form, word in toned.items():
            number = self._forms.get(form)
            if number is not None:
                heard[word].append(number)
        return [sorted(numbers) for numbers in heard.values()]

    def name(self, name: Name) -> list[int]:
        """The numbers by which a phrase is known: its syllable, or its pairs of neighbours."""
        return [self.word(name[0])] if len(name) == 1 else self.pairs(list(pairwise(name)))

    def _weights(self, reading: Reading, said: frozenset[str]) -> dict[str, float]:
        """The syllables of a text with their weight; those `said` of whom and what it is for
        count for more."""
        weights: dict[str, float] = {}
        for word, weight in zip(reading.folded, reading.weights, strict=True):
            if weight:
                own = weight * self.rarity(word) * (_NAMED if word in said else 1.0)
                weights[word] = max(weights.get(word, 0.0), own)
        return weights
