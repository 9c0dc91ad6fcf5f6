"""Follow-ups: a question that makes sense only with the card in hand, and what it means with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge.card import Card, Section
from knowledge.confidence import GROUP, ITSELF, RELATED, TOPIC
from knowledge.index import Entry, Index
from knowledge.repair import Reading, Repairer
from knowledge.ways import TELLING
from knowledge.words import Words

_MOST_NEW = 6
_MOST_KEPT = 3
_THEME = 0.35
_KIN = 0.15
_ENOUGH = 0.75
_MOST_TITLES = 64
"""So many titles of cards in hand are kept as they were read."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a question asks of an answer: which part, whether it turns or points, what is left."""

    section: Section | None
    turns: bool
    points: bool
    rest: tuple[int, ...]
    """Places of the syllables that tell what it is about, the part asked for left out."""
    new: tuple[int, ...]
    """Those of them that could name another subject than the card in hand."""


def read_turn(reading: Reading, words: Words) -> Turn:
    """The part of an answer asked for, and what the question is about besides."""
    toned, folded = reading.toned, reading.folded
    sections = words.sections.find(toned, folded)
    turns = words.turn.find(_opened(reading), folded)
    points = words.point.find(toned, folded)
    covered = {place for hit in (*sections, *turns, *points) for place in range(hit.start, hit.end)}
    rest = (
        place
        for place, weight in enumerate(reading.weights)
        if weight >= TELLING and place not in covered
    )
    rest = tuple(rest)
    new = tuple(place for place in rest if toned[place] not in words.light)
    best = max(sections, key=lambda hit: (hit.end - hit.start, -hit.meaning[0]), default=None)
    section = best.meaning[1] if best else None
    return Turn(section, bool(turns), bool(points), rest, new)


def _opened(reading: Reading) -> tuple[str, ...]:
    """The syllables, where an opening "con" typed without tones is heard as "còn"."""
    opens = reading.folded[:1] == ("con",) and not reading.marked[0] and not reading.has_tones
    return ("còn", *reading.toned[1:]) if opens else reading.toned


class FollowUps:
    """Knows which cards stand beside each other."""

    def __init__(self, index: Index, repairer: Repairer) -> None:
        self._index = index
        self._repairer = repairer
        self._places = {name: number for number, name in enumerate(index.names)}
        self._groups: dict[str, list[int]] = {}
        self._topics: dict[str, list[int]] = {}
        self._named_by: dict[int, list[int]] = {}
        for number, card in enumerate(index.cards):
            self._groups.setdefault(card.group, []).append(number)
            self._topics.setdefault(card.topic, []).append(number)
            for other in card.related:
                if other in self._places:
                    self._named_by.setdefault(self._places[other], []).append(number)
        self._like_title = lru_cache(_MOST_TITLES)(self._read_title)
        self._entry = lru_cache(_MOST_TITLES)(index.entry)

    def near(self, hand: Entry) -> Sequence[int]:
        """The places of the card in hand, its group and those named as related either way."""
        group = self._groups[hand.card.group] if hand.card.group else ()
        named = (self._places[card] for card in hand.card.related if card in self._places)
        named_by = self._named_by.get(hand.number, ())
        return list(dict.fromkeys((hand.number, *group, *named, *named_by)))

    def like_title(self, hand: Entry) -> NDArray[np.float64]:
        """How much every card is about what the title of the card in hand says: BM25, scaled."""
        return self._like_title(hand.number)

    def _read_title(self, number: int) -> NDArray[np.float64]:
        title = self._repairer.take(self._index.cards[number].title)
        return self._index.wholes(self._index.weigh(title))

    def entry(self, card: str) -> Entry | None:
        """The entry of a card in hand, if the base still has it."""
        number = self._places.get(card)
        return None if number is None else self._entry(number)

    def stays(self, hand: Entry, turn: Turn, reading: Reading) -> bool:
        """Whether the question asks for a part of the card in hand and names nothing else."""
        if turn.section is None and not turn.points:
            return False
        if len(turn.new) > _MOST_KEPT:
            return False
        return all(reading.folded[place] in hand.title for place in turn.new)

    def sibling(self, hand: Entry, turn: Turn, reading: Reading) -> Card | None:
        """The neighbour of the card in hand that speaks of the question's new words."""
        new = [reading.folded[place] for place in turn.new]
        if not new or len(new) > _MOST_NEW:
            return None
        said_by = self._saying(hand, new)
        scored = [(self._kinship(hand, n, new, said=said), n) for n, said in said_by.items()]
        best = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
        return self._index.cards[best[1]] if best[0] >= _ENOUGH else None

    def _saying(self, hand: Entry, new: Sequence[str]) -> dict[int, frozenset[str]]:
        """The kin of the card in hand, and which of the new words each asks with."""
        alike = dict.fromkeys((*self.near(hand), *self._topics[hand.card.topic]))
        others = [number for number in alike if number != hand.number]
        words = list(dict.fromkeys(new))
        word = self._index.vocabulary.word
        known = {word(w): w for w in words}
        if not others:
            return {}
        said = self._index.say(others, list(known)).tolist()
        return {
            number: frozenset(w for w, there in zip(known.values(), row, strict=True) if there)
            for number, row in zip(others, said, strict=True)
        }

    def _kinship(
        self, hand: Entry, number: int, new: Sequence[str], *, said: frozenset[str]
    ) -> float:
        """How well a card says the new words, then the theme of the card in hand."""
        rarity = self._index.rarity
        total = sum(map(rarity, new))
        if sum(rarity(word) for word in new if word in said) < 0.6 * total:
            return 0.0
        other = self._index.entry(number)
        told = sum(rarity(w) * (1.0 if w in other.title else 0.6) for w in new if w in said)
        if told < 0.6 * total:
            return 0.0
        theme = [word for word in hand.title if word not in new]
        kept = sum(rarity(word) for word in theme if word in other.title)
        share = kept / (sum(map(rarity, theme)) or 1.0)
        extra = [word for word in other.title if word not in new and word not in hand.title]
        clutter = 0.03 * len(extra)
        return told / total + _THEME * share + _KIN * kin(hand.card, other.card) - clutter


def kin(hand: Card, other: Card) -> int:
    """What a card is to the one in hand: itself, of one group, related, of one topic, or 0."""
    if hand.id == other.id:
        return ITSELF
    if hand.group and hand.group == other.group:
        return GROUP
    if other.id in hand.related or hand.id in other.related:
        return RELATED
    return TOPIC if hand.topic == other.topic else 0
