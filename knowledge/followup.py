"""Follow-ups: a question that makes sense only with the card in hand, and what it means with it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.card import Card, Section
from knowledge.confidence import GROUP, ITSELF, RELATED, TOPIC
from knowledge.index import TELLING, Entry, Index
from knowledge.repair import Reading
from knowledge.words import Words

_MOST_NEW = 6
_MOST_KEPT = 3
_THEME = 0.35
_KIN = 0.15
_ENOUGH = 0.75


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

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_id = {entry.card.id: entry for entry in index.entries}
        self._like_title: dict[str, NDArray[np.float64]] = {}
        self._near = _neighbours([entry.card for entry in index.entries])

    def near(self, hand: Entry) -> Sequence[int]:
        """The places of the card in hand, its group and those named as related."""
        return self._near[hand.card.id]

    def like_title(self, hand: Entry) -> NDArray[np.float64]:
        """How much every card is about what the title of the card in hand says: BM25, scaled."""
        found = self._like_title.get(hand.card.id)
        if found is None:
            found = self._index.wholes(self._index.weigh(hand.reading))
            self._like_title[hand.card.id] = found
        return found

    def entry(self, card: str) -> Entry | None:
        """The entry of a card in hand, if the base still has it."""
        return self._by_id.get(card)

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
        scored = [
            (self._kinship(hand, entry, new), number)
            for number, entry in enumerate(self._index.entries)
            if entry is not hand and kin(hand.card, entry.card)
        ]
        best = max(scored, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
        return self._index.entries[best[1]].card if best[0] >= _ENOUGH else None

    def _kinship(self, hand: Entry, other: Entry, new: Sequence[str]) -> float:
        """How well `other` says the new words, then the theme of the card in hand."""
        rarity = self._index.rarity
        total = sum(map(rarity, new))
        said = sum(rarity(w) * (1.0 if w in other.title else 0.6) for w in new if w in other.tones)
        if said < 0.6 * total:
            return 0.0
        theme = [word for word in hand.title if word not in new]
        kept = sum(rarity(word) for word in theme if word in other.title)
        share = kept / (sum(map(rarity, theme)) or 1.0)
        extra = [word for word in other.title if word not in new and word not in hand.title]
        clutter = 0.03 * len(extra)
        return said / total + _THEME * share + _KIN * kin(hand.card, other.card) - clutter


def _neighbours(cards: Sequence[Card]) -> dict[str, tuple[int, ...]]:
    """For each card the places of itself, its group, and those named as related either way."""
    places = {card.id: number for number, card in enumerate(cards)}
    groups: dict[str, list[int]] = {}
    near: dict[str, dict[int, None]] = {card.id: {} for card in cards}
    for number, card in enumerate(cards):
        groups.setdefault(card.group, []).append(number)
        near[card.id][number] = None
    for number, card in enumerate(cards):
        near[card.id] |= dict.fromkeys(groups[card.group] if card.group else ())
        for other in card.related:
            if other in places:
                near[card.id][places[other]] = None
                near[other][number] = None
    return {name: tuple(found) for name, found in near.items()}


def kin(hand: Card, other: Card) -> int:
    """What a card is to the one in hand: itself, of one group, related, of one topic, or 0."""
    if hand.id == other.id:
        return ITSELF
    if hand.group and hand.group == other.group:
        return GROUP
    if other.id in hand.related or hand.id in other.related:
        return RELATED
    return TOPIC if hand.topic == other.topic else 0
