"""The search: from a resident's question to a card, to a choice of cards, or to honest silence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.card import Card, Section
from knowledge.confidence import SURE, Doubt, Fit, fit, judge, trust, worth_offering
from knowledge.followup import FollowUps, Turn, read_turn
from knowledge.index import Index, Match, Name, Query, named
from knowledge.repair import LONGEST_TEXT, Reading, Repairer
from knowledge.words import Words

MOST_CANDIDATES = 8
_LEAST_NEW = 2
_LONG = 16
_OWN_WAY = 0.85
_NO_NAME: Name = ()
_CLAUSE_END = re.compile(r"[.,;:?!\n]+(?!\d)")


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


@dataclass(frozen=True, slots=True)
class _Guess:
    """The fits, best first, and how far the best may be trusted."""

    fits: Sequence[Fit]
    trusted: float


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
        names = named(self._words.contrast, reading)
        guess = self._guess(reading, turn, names)
        if guess.trusted < SURE and len(reading.folded) >= _LONG:
            guess = self._guess_by_its_end(question, guess, names)
        if hand and (turn.turns or guess.trusted < SURE):
            sibling = self._follow_ups.sibling(hand, turn, reading)
            if sibling:
                return _followed(sibling, turn, reading)
        return self._found(guess, turn, reading)

    def _guess(self, reading: Reading, turn: Turn, names: Sequence[Name]) -> _Guess:
        query = self._index.weigh(reading, names)
        said = query.weights.keys()
        entries = self._index.entries
        fits: list[Fit] = []
        for match in self._index.find(query, MOST_CANDIDATES):
            entry = entries[match.entry]
            lacks = not all(map(entry.speaks_of, names))
            strays = not any(said >= set(name) for name in entry.subjects or (_NO_NAME,))
            fits.append(fit(match, lacks, strays))
        fits.sort(key=lambda fit: -fit.score)
        return _Guess(fits, trust(fits, self._doubt(reading, turn, query, fits)))

    def _guess_by_its_end(self, question: str, whole: _Guess, names: Sequence[Name]) -> _Guess:
        """Long stories ask at the end: the last clauses may say more surely what is wanted; whom
        and what it is for still comes from the whole."""
        best = whole
        for end in _ends(question):
            reading = self._repairer.repair(end)
            guess = self._guess(reading, read_turn(reading, self._words), names)
            if guess.trusted > best.trusted:
                best = guess
        return best

    def _doubt(self, reading: Reading, turn: Turn, query: Query, fits: Sequence[Fit]) -> Doubt:
        if not fits:
            return Doubt(missing=1.0, outside=False, empty=True, thin=True)
        best = self._index.entries[fits[0].match.entry]
        missing = [w for word, w in query.weights.items() if word not in best.tones]
        return Doubt(
            missing=max(missing, default=0.0) / query.total,
            outside=self._is_outside(reading, fits[0].match),
            empty=not turn.rest,
            thin=len(turn.new) < _LEAST_NEW,
        )

    def _is_outside(self, reading: Reading, match: Match) -> bool:
        """Whether something else is named, of which the card does not speak; and where nothing of
        ours is named beside it, hardly anything less than the card's own words will do."""
        names = named(self._words.outside, reading)
        if not names:
            return False
        if not all(map(self._index.entries[match.entry].speaks_of, names)):
            return True
        is_own_way = match.covered > _OWN_WAY and match.covers > _OWN_WAY
        return not is_own_way and not self._words.ours.find(reading.toned, reading.folded)

    def _found(self, guess: _Guess, turn: Turn, reading: Reading) -> Findings:
        verdict = judge(guess.trusted)
        return Findings(
            verdict=verdict,
            candidates=self._candidates(guess) if verdict != "none" else (),
            section=turn.section,
            is_followup=False,
            about_policy=verdict != "none" or self._is_about_policy(reading),
            reading=reading,
        )

    def _candidates(self, guess: _Guess) -> tuple[Candidate, ...]:
        """The best first, at the trust it has earned; the others in proportion."""
        top = guess.fits[0].score or 1.0
        return tuple(
            Candidate(self._index.entries[fit.match.entry].card, guess.trusted * fit.score / top)
            for fit in worth_offering(guess.fits)
        )

    def _is_about_policy(self, reading: Reading) -> bool:
        toned, folded = reading.toned, reading.folded
        if self._words.ours.find(toned, folded):
            return True
        if self._words.outside.find(toned, folded):
            return False
        return bool(self._words.general.find(toned, folded)) or self._index.names_a_title(reading)


def _followed(card: Card, turn: Turn, reading: Reading) -> Findings:
    return Findings("sure", (Candidate(card, 1.0),), turn.section, True, True, reading)


def _ends(question: str) -> list[str]:
    """The last clause and the last two, where there are more."""
    clauses = [clause for clause in _CLAUSE_END.split(question[:LONGEST_TEXT]) if clause.strip()]
    return [", ".join(clauses[-count:]) for count in (1, 2) if count < len(clauses)]


def _texts(card: Card) -> Iterator[str]:
    """Everything a card says, for the language of the base."""
    yield from (card.title, *card.questions, card.short, card.who, *card.conditions)
    yield from (*card.papers, *card.steps, *card.benefit_notes, card.where.how, card.time, card.fee)
