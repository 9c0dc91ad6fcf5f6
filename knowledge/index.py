"""The index: postings over every way of asking, and how well a card's ways cover a question."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from knowledge import postings
from knowledge.card import Card
from knowledge.features import PAIR, TONED, features_of
from knowledge.match import Bools, Cards, Match
from knowledge.query import Name, Query, Vocabulary
from knowledge.repair import Reading, Repairer
from knowledge.ways import TELLING, Floats, Ways, bare_of, key_of
from knowledge.words import Phrases

_WHOLE_SCALE = 0.03


@dataclass(frozen=True, slots=True)
class Entry:
    """A card of the index: its place, and the syllables of its title."""

    number: int
    card: Card
    title: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Likeness of a question to all of the base: cosines not yet divided by its length for every
    way of asking and the best of each card; BM25, scaled, for whole cards."""

    units: Floats
    by_card: Floats
    wholes: Floats


class Index:
    """Built once for a set of cards; `score` and `match` are pure and take a fraction of a
    millisecond."""

    def __init__(self, cards: Sequence[Card], repairer: Repairer) -> None:
        self.cards = tuple(cards)
        self.names = tuple(card.id for card in cards)
        subjects: list[tuple[Name, ...]] = []
        ways = Ways()
        for card in cards:
            readings = [repairer.take(text) for text in (card.title, *card.questions)]
            ways.write(readings, _syllables(repairer, _body(card)))
            subjects.append(_shared(tuple(named(repairer.words.status, readings[0]))))
        _shared.cache_clear()
        self.subjects = tuple(subjects)
        """The households the title of each card is for, of those in contrast.yaml."""
        features = features_of(ways.read())
        read = features.read
        self.vocabulary = Vocabulary(ways, features)
        self._close = Cards(features, ways.spelled)
        self._title_pairs = read.title_pairs()
        self._own_keys, self._owners = read.own_keys()
        self._ways, self._wholes = postings.of_ways(features), postings.of_cards(features)
        firsts = np.searchsorted(read.sounds, np.arange(read.words + 1))
        self._runs = array("q", np.array(self._ways.starts)[firsts].tobytes())
        """Where the postings of each tone-free syllable begin: those of all its forms."""
        self._forms, self._size, self._starts = len(read.sounds), len(read.lengths), read.starts

    def asked_so(self, reading: Reading) -> int | None:
        """The place of the one card that is asked for in just these words, tones aside."""
        bare = bare_of(reading)
        at = int(self._own_keys.searchsorted(key_of(bare))) if bare else len(self._own_keys)
        is_known = at < len(self._own_keys) and self._own_keys[at] == key_of(bare)
        return int(self._owners[at]) if is_known else None

    def rarity(self, folded: str) -> float:
        """How telling a syllable is: the fewer cards ask with it, the more."""
        return self.vocabulary.rarity(folded)

    def knows(self, folded: str) -> bool:
        """Whether any card's ways of asking use the syllable."""
        return self.vocabulary.knows(folded)

    def names_a_title(self, reading: Reading) -> bool:
        """Whether two telling neighbours of the text stand so in the title of a card."""
        weighed = zip(reading.folded, reading.weights, strict=True)
        telling = [word if weight >= TELLING else "" for word, weight in weighed]
        keys = [self.vocabulary.pair_key(pair) for pair in pairwise(telling) if all(pair)]
        return bool(np.isin(keys, self._title_pairs).any())

    def entry(self, number: int) -> Entry:
        """The card at a place."""
        title = map(self.vocabulary.spelling, self._close.titled(number))
        return Entry(number, self.cards[number], frozenset(title))

    def weigh(self, reading: Reading, names: Sequence[Name] = ()) -> Query:
        """The question's syllables and neighbours with their weight in this base; `names` are
        the phrases that say whom or what it is for."""
        return self.vocabulary.weigh(reading, names)

    def score(self, query: Query) -> Scores | None:
        """How like the question every way of asking, every card and every whole card is; None
        when no syllable of it is known."""
        runs = self._runs_of(query)
        if not runs.runs:
            return None
        units = self._ways.weighed_sums(runs, self._size)
        return Scores(units, np.maximum.reduceat(units, self._starts), self.wholes(query))

    def _runs_of(self, query: Query) -> postings.Runs:
        """The postings of a question, and how many of them weigh how much."""
        starts, firsts, end, forms = self._ways.starts, self._runs, query.end, self._forms
        found = postings.Runs()
        for word, own, heard in zip(query.words, query.weights.values(), query.heard, strict=True):
            if word == end:
                continue
            at, last = firsts[word], firsts[word + 1]
            found.add(at, last)
            for form in heard:
                found.weigh(starts[form] - at, own)
                found.weigh(starts[form + 1] - starts[form], own * (1 + TONED * TONED))
                at = starts[form + 1]
            found.weigh(last - at, own)
            for form in heard:
                found.add(starts[forms + form], starts[forms + form + 1], own)
        shift = 2 * forms - self.vocabulary.kinds.pairs
        for pair, bond in zip(query.pairs, query.bonds, strict=True):
            if pair != end:
                found.add(starts[pair + shift], starts[pair + shift + 1], PAIR * bond)
        return found

    def wholes(self, query: Query) -> Floats:
        """BM25 of every whole card, scaled."""
        end, forms = query.end, self.vocabulary.kinds.forms
        numbers = [number for number in query.words if number != end]
        numbers += [forms + form for heard in query.heard for form in heard]
        numbers += [number for number in query.pairs if number != end]
        return self._wholes.sums(numbers, len(self.cards)) * _WHOLE_SCALE

    def match(self, query: Query, scores: Scores, numbers: Sequence[int]) -> list[Match]:
        """How well the cards at these places answer to the question; those that share a word."""
        likely = scores.by_card
        cards = [number for number in numbers if likely[number] > 0.0]
        if not cards:
            return []
        return self._close.match(query, cards, units=scores.units, wholes=scores.wholes)

    def say(self, cards: Sequence[int], numbers: Sequence[int]) -> Bools:
        """Which of some numbers (of `features.Kinds`, none of them twice) cards have: a row a
        card, a column a number."""
        return self._close.say(cards, numbers)

    def speaks_of(self, number: int, names: Sequence[Name]) -> bool:
        """Whether a card's ways of asking say all of some phrases."""
        known = {found for name in names for found in self.vocabulary.name(name)}
        return bool(self.say([number], list(known)).all())


def named(phrases: Phrases[Any], reading: Reading) -> list[Name]:
    """The phrases of a list that a text says, tone-free; guessed tones contradict none of them."""
    found = phrases.find(reading.toned, reading.folded)
    heard = reading.heard
    if heard != reading.toned:
        found += phrases.find(heard, reading.folded)
    spans = {(hit.start, hit.end) for hit in found}
    return [reading.folded[start:end] for start, end in sorted(spans)]


# Many cards are for the same households: equal lists of them are kept once.
@cache
def _shared(names: tuple[Name, ...]) -> tuple[Name, ...]:
    return names


def _body(card: Card) -> Iterator[str]:
    yield from (card.short, card.who, *card.conditions, card.where.how)
    yield from (amount.what for amount in card.benefit)


def _syllables(repairer: Repairer, texts: Iterable[str]) -> set[str]:
    """What texts say, tone-free; one by one, since a long one is only read in part."""
    return {word for text in texts for word in repairer.take(text).folded}
