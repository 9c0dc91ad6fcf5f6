"""The search: from a resident's question to a card, to a choice of cards, or to honest silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from knowledge.card import Card, Section
from knowledge.confidence import Doubt, Fit, fit, judge, trust, worth_offering
from knowledge.followup import FollowUps, Turn, read_turn
from knowledge.index import Entry, Index, Query
from knowledge.repair import Reading, Repairer
from knowledge.words import Phrases, Words

MOST_CANDIDATES = 8
_LEAST_NEW = 2


@dataclass(frozen=True, slots=True)
class Context:
    """The card in hand: what was last answered to this resident; empty when nothing was."""

    card: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card and how surely it answers: 0 to 1, comparable between questions."""

    card: Card
    score: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: "sure" answers, "close" asks which one is meant, "none" is silence."""

    verdict: Literal["sure", "close", "none"]
    candidates: tuple[Candidate, ...]
    section: Section | None
    is_followup: bool
    about_policy: bool
    reading: Reading


NO_CONTEXT = Context()


class Search:
    """Finds cards; built once for a set of cards and words, and never changed after."""

    def __init__(self, cards: Sequence[Card], words: Words) -> None:
        self._words = words
        self._repairer = Repairer(words, (text for card in cards for text in _texts(card)))
        self._index = Index(cards, self._repairer)
        self._follow_ups = FollowUps(self._index)

    def find(self, question: str, context: Context = NO_CONTEXT) -> Findings:
        """What the base has to say to a question, in the light of the card in hand."""
        reading = self._repairer.repair(question)
        turn = read_turn(reading, self._words)
        hand = self._follow_ups.entry(context.card)
        if hand and self._follow_ups.stays(hand, turn, reading):
            return _followed(hand.card, turn, reading)
        query = self._index.weigh(reading)
        fits = self._fits(reading, query)
        trusted = trust(fits, self._doubt(reading, turn, query, fits))
        if hand and (turn.turns or judge(trusted) != "sure"):
            sibling = self._follow_ups.sibling(hand, turn, reading)
            if sibling:
                return _followed(sibling, turn, reading)
        return self._found(fits, trusted, turn, reading)

    def _fits(self, reading: Reading, query: Query) -> list[Fit]:
        named = _named(self._words.contrast, reading)
        entries = self._index.entries
        matches = self._index.find(query, MOST_CANDIDATES)
        fits = [
            fit(match, not all(_speaks_of(entries[match.entry], name) for name in named))
            for match in matches
        ]
        fits.sort(key=lambda fit: -fit.score)
        return fits

    def _doubt(self, reading: Reading, turn: Turn, query: Query, fits: Sequence[Fit]) -> Doubt:
        if not fits:
            return Doubt(missing=1.0, outside=False, empty=True, thin=True)
        best = self._index.entries[fits[0].match.entry]
        missing = [w for word, w in query.weights.items() if word not in best.tones]
        return Doubt(
            missing=max(missing, default=0.0) / query.total,
            outside=not all(
                _speaks_of(best, name) for name in _named(self._words.outside, reading)
            ),
            empty=not turn.rest,
            thin=len(turn.new) < _LEAST_NEW,
        )

    def _found(self, fits: Sequence[Fit], trusted: float, turn: Turn, reading: Reading) -> Findings:
        verdict = judge(trusted)
        return Findings(
            verdict=verdict,
            candidates=self._candidates(fits, trusted) if verdict != "none" else (),
            section=turn.section,
            is_followup=False,
            about_policy=verdict != "none" or self._is_about_policy(reading),
            reading=reading,
        )

    def _candidates(self, fits: Sequence[Fit], trusted: float) -> tuple[Candidate, ...]:
        """The best first, at the trust it has earned; the others in proportion."""
        top = fits[0].score or 1.0
        return tuple(
            Candidate(self._index.entries[fit.match.entry].card, trusted * fit.score / top)
            for fit in worth_offering(fits)
        )

    def _is_about_policy(self, reading: Reading) -> bool:
        toned, folded = reading.toned, reading.folded
        if self._words.ours.find(toned, folded):
            return True
        if self._words.outside.find(toned, folded):
            return False
        return bool(self._words.general.find(toned, folded)) or self._index.names_a_title(reading)


def _named(phrases: Phrases[Any], reading: Reading) -> list[tuple[str, ...]]:
    """The phrases of a list that the question says, tone-free."""
    found = phrases.find(reading.toned, reading.folded)
    return [reading.folded[hit.start : hit.end] for hit in found]


def _speaks_of(entry: Entry, name: tuple[str, ...]) -> bool:
    """Whether a card's ways of asking say a phrase."""
    if len(name) == 1:
        return name[0] in entry.tones
    return all(pair in entry.pairs for pair in pairwise(name))


def _followed(card: Card, turn: Turn, reading: Reading) -> Findings:
    return Findings("sure", (Candidate(card, 1.0),), turn.section, True, True, reading)


def _texts(card: Card) -> Iterator[str]:
    """Everything a card says, for the language of the base."""
    yield from (card.title, *card.questions, card.short, card.who, *card.conditions)
    yield from (*card.papers, *card.steps, *card.benefit_notes, card.where.how, card.time, card.fee)
