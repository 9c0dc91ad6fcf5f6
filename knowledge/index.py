"""The index: postings over every way of asking, and how well a card's ways cover a question."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance.Indel import normalized_similarity

from knowledge import postings
from knowledge.card import Card
from knowledge.repair import Reading, Repairer
from knowledge.words import Phrases

TELLING = 0.5
"""From this weight on (filler.yaml) a syllable says what a question is about."""
_PAIR = 0.8
_TONED = 0.5
_CONTRADICTED = 0.3
_NAMED = 1.5
"""Whom and what a question is for weighs more than the rest of it."""
_WHOLE_SCALE = 0.03

Pair = tuple[str, str]
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One way of asking for a card, weighed."""

    card: int
    weights: dict[str, float]
    total: float
    in_order: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A card as the index sees it: its syllables with their typed tones, and its neighbours."""

    card: Card
    reading: Reading
    """Its title."""
    tones: dict[str, frozenset[str]]
    """With which tones the card asks with a syllable; none where it was only typed without."""
    pairs: frozenset[Pair]
    title: frozenset[str]
    subjects: tuple[Name, ...]
    """The households its title is for, of those in contrast.yaml."""
    body: frozenset[str]

    def speaks_of(self, name: Name) -> bool:
        """Whether the ways of asking say a phrase."""
        if len(name) == 1:
            return name[0] in self.tones
        return all(pair in self.pairs for pair in pairwise(name))


@dataclass(frozen=True, slots=True)
class Query:
    """A question, weighed against the base."""

    weights: dict[str, float]
    total: float
    toned: dict[str, str]
    pairs: dict[Pair, float]
    all_pairs: float
    features: dict[str, float]
    length: float
    in_order: str


@dataclass(frozen=True, slots=True)
class Match:
    """How well one card answers to one question; every figure but `whole` from 0 to 1."""

    entry: int
    likeness: float
    covered: float
    """Share of the question's weight that the card's ways of asking cover, tones respected."""
    covered_at_once: float
    """The same for the single best way of asking."""
    covers: float
    """Share of the best way of asking that the question covers."""
    pairs: float
    spelling: float
    body: float
    whole: float
    """BM25 of all the card's ways of asking together, scaled to be mostly under 1."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Likeness of a question to all of the base: cosines not yet divided by its length for every
    way of asking and the best of each card; BM25, scaled, for whole cards."""

    units: NDArray[np.float64]
    by_card: NDArray[np.float64]
    wholes: NDArray[np.float64]


class Index:
    """Built once for a set of cards; `find` is pure and takes well under a millisecond."""

    def __init__(self, cards: Sequence[Card], repairer: Repairer) -> None:
        self.cards = tuple(cards)
        self.names = tuple(card.id for card in cards)
        asked = [[repairer.take(text) for text in (c.title, *c.questions)] for c in cards]
        bodies = [_syllables(repairer, _body(card)) for card in cards]
        self._rarity = _rarities(asked)
        self._rarest = log(1 + len(cards)) + 0.5
        self.entries = [
            _entry(card, readings, body=body, status=repairer.words.status)
            for card, readings, body in zip(cards, asked, bodies, strict=True)
        ]
        self.units = [
            self._unit(number, reading)
            for number, readings in enumerate(asked)
            for reading in readings
        ]
        self._word_for_word = _word_for_word(asked)
        self._title_pairs = frozenset(pair for r in asked for pair in _telling_pairs(r[0]))
        sizes = [len(readings) for readings in asked]
        self._starts: NDArray[np.intp] = np.cumsum([0, *sizes])[:-1].astype(np.intp)
        self._starts_at: list[int] = self._starts.tolist()
        self._ends = [start + size for start, size in zip(self._starts_at, sizes, strict=True)]
        self._postings = postings.post(
            self._rows(reading for readings in asked for reading in readings)
        )
        self._wholes = postings.of_cards(
            self._postings, [unit.card for unit in self.units], len(cards)
        )
        _pair.cache_clear()
        _forms.cache_clear()

    def asked_so(self, reading: Reading) -> int | None:
        """The place of the one card that is asked for in just these words, tones aside."""
        return self._word_for_word.get(_bare(reading))

    def rarity(self, folded: str) -> float:
        """How telling a syllable is: the fewer cards ask with it, the more."""
        return self._rarity.get(folded, self._rarest)

    def knows(self, folded: str) -> bool:
        """Whether any card's ways of asking use the syllable."""
        return folded in self._rarity

    def names_a_title(self, reading: Reading) -> bool:
        """Whether two telling neighbours of the text stand so in the title of a card."""
        return any(pair in self._title_pairs for pair in _telling_pairs(reading))

    def weigh(self, reading: Reading, names: Sequence[Name] = ()) -> Query:
        """The question's syllables and neighbours with their weight in this base; `names` are
        the phrases that say whom or what it is for."""
        weights = self._weights(reading, frozenset(word for name in names for word in name))
        typed = zip(reading.folded, reading.toned, reading.marked, reading.weights, strict=True)
        toned = {word: form for word, form, marked, weight in typed if marked and weight}
        pairs = {pair: sqrt(weights[pair[0]] * weights[pair[1]]) for pair in _pairs(reading)}
        features = _features(reading, weights)
        return Query(
            weights=weights,
            total=sum(weights.values()) or 1.0,
            toned=toned,
            pairs=pairs,
            all_pairs=sum(pairs.values()),
            features=features,
            length=_length(features),
            in_order=" ".join(sorted(weights)),
        )

    def score(self, query: Query) -> Scores | None:
        """How like the question every way of asking, every card and every whole card is; None
        when no syllable of it is known."""
        units = self._postings.sums(query.features, len(self.units))
        if units is None:
            return None
        return Scores(units, np.maximum.reduceat(units, self._starts), self.wholes(query))

    def wholes(self, query: Query) -> NDArray[np.float64]:
        """BM25 of every whole card, scaled."""
        flat = dict.fromkeys(query.features, _WHOLE_SCALE)
        found = self._wholes.sums(flat, len(self.cards))
        return np.zeros(len(self.cards)) if found is None else found

    def match(self, query: Query, scores: Scores, numbers: Iterable[int]) -> list[Match]:
        """How well the cards at these places answer to the question; those that share a word."""
        likely = scores.by_card
        return [self._match(n, query, scores) for n in numbers if likely[n] > 0.0]

    def _match(self, number: int, query: Query, scores: Scores) -> Match:
        entry = self.entries[number]
        known = _known(query, entry.tones)
        covered = sum(known.values()) / query.total
        at_once = covers = spelling = 0.0
        own: list[float] = scores.units[self._starts_at[number] : self._ends[number]].tolist()
        for unit in self._best_units(number, own):
            both, share = _against(unit, known)
            at_once, covers = max(at_once, both), max(covers, share)
            spelling = max(spelling, normalized_similarity(query.in_order, unit.in_order))
        return Match(
            entry=number,
            likeness=max(own) / query.length,
            covered=covered,
            covered_at_once=at_once / query.total,
            covers=covers,
            pairs=_pair_share(query, entry) if query.all_pairs else covered,
            spelling=spelling,
            body=_body_share(query, entry, known),
            whole=float(scores.wholes[number]),
        )

    def _best_units(self, number: int, own: list[float]) -> Iterator[Unit]:
        """The two ways of asking that are likest, by the likeness of each."""
        start = self._starts_at[number]
        best = own.index(max(own))
        yield self.units[start + best]
        own[best] = 0.0
        second = max(own)
        if second:
            yield self.units[start + own.index(second)]

    def _unit(self, number: int, reading: Reading) -> Unit:
        weights = self._weights(reading)
        return Unit(number, weights, sum(weights.values()) or 1.0, " ".join(sorted(weights)))

    def _weights(self, reading: Reading, said: frozenset[str] = frozenset()) -> dict[str, float]:
        """The syllables of a text with their weight; those `said` of whom and what it is for
        count for more."""
        weights: dict[str, float] = {}
        for word, weight in zip(reading.folded, reading.weights, strict=True):
            if weight:
                own = weight * self.rarity(word) * (_NAMED if word in said else 1.0)
                weights[word] = max(weights.get(word, 0.0), own)
        return weights

    def _rows(self, readings: Iterable[Reading]) -> Iterator[tuple[dict[str, float], float]]:
        """The features of each way of asking, and their length as a vector."""
        for reading, unit in zip(readings, self.units, strict=True):
            features = _features(reading, unit.weights)
            yield features, _length(features)


def _features(reading: Reading, weights: dict[str, float]) -> dict[str, float]:
    """Syllables, syllables with tones and neighbours, as keys of the postings."""
    found: dict[str, float] = {}
    last = ""
    for word, toned, weight in zip(reading.folded, reading.toned, reading.weights, strict=True):
        if not weight:
            continue
        own = weights[word]
        found[word] = own
        if toned != word:
            found["+" + toned] = _TONED * own
        if last:
            found[last + " " + word] = _PAIR * sqrt(weights[last] * own)
        last = word
    return found


def _length(features: dict[str, float]) -> float:
    """The length of a vector; 1 of an empty one."""
    return sqrt(sum([weight * weight for weight in features.values()])) or 1.0


def _pairs(reading: Reading) -> Iterator[Pair]:
    return pairwise(_bare(reading))


def _bare(reading: Reading) -> tuple[str, ...]:
    weighed = zip(reading.folded, reading.weights, strict=True)
    return tuple(word for word, weight in weighed if weight)


def _word_for_word(asked: Sequence[Sequence[Reading]]) -> dict[tuple[str, ...], int]:
    """Each way of asking that only one card has, with the place of that card."""
    owners: dict[tuple[str, ...], set[int]] = {}
    for number, readings in enumerate(asked):
        for reading in readings:
            owners.setdefault(_bare(reading), set()).add(number)
    return {words: min(found) for words, found in owners.items() if words and len(found) == 1}


def _telling_pairs(reading: Reading) -> Iterator[Pair]:
    weighed = zip(reading.folded, reading.weights, strict=True)
    heavy = [word if weight >= TELLING else "" for word, weight in weighed]
    return ((a, b) for a, b in pairwise(heavy) if a and b)


def _rarities(asked: Sequence[Sequence[Reading]]) -> dict[str, float]:
    held = Counter(
        word for readings in asked for word in {w for reading in readings for w in reading.folded}
    )
    return {word: log(1 + len(asked) / count) for word, count in held.items()}


def named(phrases: Phrases[Any], reading: Reading) -> list[Name]:
    """The phrases of a list that a text says, tone-free; guessed tones contradict none of them."""
    found = phrases.find(reading.toned, reading.folded)
    heard = reading.heard
    if heard != reading.toned:
        found += phrases.find(heard, reading.folded)
    spans = {(hit.start, hit.end) for hit in found}
    return [reading.folded[start:end] for start, end in sorted(spans)]


# Cards have most of their neighbours and spellings in common: equal ones are kept once.
@cache
def _pair(first: str, second: str) -> Pair:
    return first, second


@cache
def _forms(forms: frozenset[str]) -> frozenset[str]:
    return forms


def _entry(
    card: Card, readings: Sequence[Reading], *, body: frozenset[str], status: Phrases[None]
) -> Entry:
    tones: dict[str, set[str]] = {}
    for reading in readings:
        for word, toned, weight in zip(reading.folded, reading.toned, reading.weights, strict=True):
            if weight:
                forms = tones.setdefault(word, set())
                if reading.has_tones:
                    forms.add(toned)
    pairs = frozenset(_pair(*pair) for reading in readings for pair in _pairs(reading))
    fixed = {word: _forms(frozenset(forms)) for word, forms in tones.items()}
    title = readings[0]
    subjects = tuple(named(status, title))
    return Entry(card, title, fixed, pairs, frozenset(title.folded), subjects, body)


def _body(card: Card) -> Iterator[str]:
    yield from (card.short, card.who, *card.conditions, card.where.how)
    yield from (amount.what for amount in card.benefit)


def _syllables(repairer: Repairer, texts: Iterable[str]) -> frozenset[str]:
    """What texts say, tone-free; one by one, since a long one is only read in part."""
    return frozenset(word for text in texts for word in repairer.take(text).folded)


def _known(query: Query, tones: dict[str, frozenset[str]]) -> dict[str, float]:
    """The syllables the card uses with their weight, less where it has other tones than typed."""
    typed = query.toned
    found: dict[str, float] = {}
    for word, weight in query.weights.items():
        forms = tones.get(word)
        if forms is not None:
            form = typed.get(word)
            agrees = form is None or not forms or form in forms
            found[word] = weight if agrees else weight * _CONTRADICTED
    return found


def _against(unit: Unit, known: dict[str, float]) -> tuple[float, float]:
    """What one way of asking covers of the question, and the share of it the question covers."""
    both = covers = 0.0
    own = unit.weights
    for word, weight in known.items():
        there = own.get(word)
        if there is not None:
            both += weight
            covers += there
    return both, covers / unit.total


def _pair_share(query: Query, entry: Entry) -> float:
    pairs = entry.pairs
    return sum([w for pair, w in query.pairs.items() if pair in pairs]) / query.all_pairs


def _body_share(query: Query, entry: Entry, known: dict[str, float]) -> float:
    """How much of what the ways of asking leave open the answer itself speaks of."""
    if len(known) == len(query.weights):
        return 0.0
    body = entry.body
    missing = [w for word, w in query.weights.items() if word not in known and word in body]
    return sum(missing) / query.total
