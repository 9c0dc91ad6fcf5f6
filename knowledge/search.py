"""The search: from a resident's question to a card, to a choice of cards, or to honest silence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge import postings
from knowledge.card import Card, Section
from knowledge.confidence import GROUP, ITSELF, RELATED, Doubt, Fit, Judge, Weights, load_weights
from knowledge.elsewhere import Elsewhere
from knowledge.followup import FollowUps, Turn, kin, read_turn
from knowledge.index import Entry, Index, Scores, named
from knowledge.match import Match
from knowledge.query import Name, Query
from knowledge.repair import LONGEST_TEXT, Reading, Repairer
from knowledge.words import Words

MOST_CANDIDATES = 10
_LOOKED_AT = 9
_OTHERS_LOOKED_AT = 2
_LEAST_NEW = 2
_LONG = 16
_LIKELY = 3
_OFTEN_A_CARD = ("papers", "steps", "where", "time")
"""Sections that are often told by a card of their own."""
MOST_NEEDS = 4
_LEAST_WORDS = 4
_OWN_WAY = 0.85
_CLAUSE_END = re.compile(r"[.,;:?!\n]+(?!\d)")


@dataclass(frozen=True, slots=True)
class Context:
    """The card in hand: what was last answered to this resident; empty when nothing was.

    `is_sure`: it was answered, not only the best of several choices.
    """

    card: str = ""
    is_sure: bool = True


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
    is_beyond_doubt: bool = False
    """Sure enough to be believed even where the message sounds like something else."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """The fits, best first, what it may be instead, and how far the best may be trusted."""

    fits: Sequence[Fit]
    other: Fit | None
    trusted: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it was read, and the card in hand."""

    reading: Reading
    turn: Turn
    names: Sequence[Name]
    hand: Entry | None


@dataclass(frozen=True, slots=True)
class Look:
    """The fits of a question, best first; the best of what is asked elsewhere; what speaks against
    answering; and the ids of cards."""

    fits: Sequence[Fit]
    other: Fit | None
    doubt: Doubt
    cards: Sequence[str]

    def scored(self, judge: Judge) -> "Look":
        """The same under other weights."""
        again = sorted(map(judge.score, self.fits), key=lambda fit: -fit.score)
        other = judge.score(self.other) if self.other else None
        doubt = replace(self.doubt, elsewhere=other.score if other else -inf)
        return replace(self, fits=again, other=other, doubt=doubt)

    def without(self, card: str) -> "Look":
        """The same as if the base had not this card."""
        return replace(self, fits=[f for f in self.fits if self.cards[f.match.entry] != card])


NO_CONTEXT = Context()


class Search:
    """Finds cards; built once for a set of cards and words, and never changed after."""

    def __init__(
        self,
        cards: Sequence[Card],
        words: Words,
        *,
        elsewhere: Sequence[Elsewhere] = (),
        weights: Weights | None = None,
    ) -> None:
        self._words = words
        between = "|".join(map(re.escape, words.between))
        self._needs_end = re.compile(rf"[?;\n]+|,?\s+(?:{between})\s+", re.IGNORECASE)
        self._elsewhere = elsewhere
        self._cards = len(cards)
        known = (*cards, *(entry.stand_in() for entry in elsewhere))
        self.judge = Judge(weights or load_weights())
        self._repairer = Repairer(words, (text for card in known for text in _texts(card)))
        self._index = Index(known, self._repairer)
        self._follow_ups = FollowUps(self._index, self._repairer)

    def find(self, question: str, context: Context = NO_CONTEXT) -> Findings:
        """What the base has to say to a question, in the light of the card in hand."""
        asked = self._read(question, context)
        hand, turn = asked.hand, asked.turn
        if hand and context.is_sure and self._follow_ups.stays(hand, turn, asked.reading):
            return self._stay(hand, asked)
        guess = self._guess(asked)
        place = self._index.asked_so(asked.reading)
        if place is not None and turn.rest:
            guess = _word_for_word(guess, place)
        sure = self.judge.weights.sure
        if guess.trusted < sure and len(asked.reading.folded) >= _LONG:
            guess = self._guess_by_its_end(question, guess, asked)
        if hand and turn.turns and guess.trusted < sure:
            sibling = self._follow_ups.sibling(hand, turn, asked.reading)
            if sibling:
                return _followed(sibling, asked)
        return self._found(guess, asked)

    def find_each(self, question: str) -> list[Findings]:
        """What is surely found for each need of a message that asks for several; [] for one.

        Only the first MOST_NEEDS parts are looked at, each by itself.
        """
        parts = [part for part in self._needs_end.split(question[:LONGEST_TEXT]) if part]
        telling = [part for part in parts if len(part.split()) >= _LEAST_WORDS]
        found = [self.find(part) for part in telling[:MOST_NEEDS]] if len(telling) > 1 else []
        sure = {one.candidates[0].card.id: one for one in found if one.verdict == "sure"}
        return list(sure.values()) if len(sure) > 1 else []

    def _stay(self, hand: Entry, asked: _Asked) -> Findings:
        """A part of the card in hand, unless a neighbour is surely the one that tells it: how to
        apply is often a card of its own. Where the card tells the part itself, only its own group
        goes before it."""
        tells = asked.turn.section is None or hand.card.tells(asked.turn.section)
        if not tells or asked.turn.section in _OFTEN_A_CARD:
            guess = self._guess(asked)
            is_sure = self.judge.judge(guess.trusted) == "sure"
            if is_sure and guess.fits[0].kinship in ((GROUP,) if tells else (GROUP, RELATED)):
                return self._found(guess, asked)
        return _followed(hand.card, asked)

    def rarity(self, folded: str) -> float:
        """How telling a syllable is in this base."""
        return self._index.rarity(folded)

    def look(self, question: str, context: Context = NO_CONTEXT) -> Look:
        """What is looked at for a question: for fitting the weights and for explaining."""
        return self._look(self._read(question, context))

    def _read(self, question: str, context: Context) -> _Asked:
        reading = self._repairer.repair(question)
        return _Asked(
            reading,
            read_turn(reading, self._words),
            named(self._words.contrast, reading),
            self._follow_ups.entry(context.card),
        )

    def _guess(self, asked: _Asked) -> _Guess:
        look = self._look(asked)
        return _Guess(look.fits, look.other, self.judge.trust(look.fits, look.doubt))

    def _look(self, asked: _Asked) -> Look:
        index = self._index
        query = index.weigh(asked.reading, asked.names)
        scores = index.score(query)
        if scores is None:
            return Look((), None, self._doubt(asked, (), other=None), index.names)
        in_talk = self._follow_ups.like_title(asked.hand) if asked.hand else None
        matches = index.match(query, scores, self._worth_a_look(asked.hand, query, scores))
        found = [self._fit(match, query, asked, in_talk=in_talk) for match in matches]
        fits = sorted(map(self.judge.score, found), key=lambda fit: -fit.score)
        cards = [fit for fit in fits if fit.match.entry < self._cards]
        other = next((fit for fit in fits if fit.match.entry >= self._cards), None)
        return Look(cards, other, self._doubt(asked, cards, other=other), index.names)

    def _worth_a_look(self, hand: Entry | None, query: Query, scores: Scores) -> list[int]:
        """The places of the cards, and of what is asked elsewhere, that a first glance likes."""
        weigh = self.judge.weights.fit
        glance = scores.by_card * (weigh["likeness"] / query.length)
        glance += scores.wholes * weigh["whole"]
        if hand is not None:
            glance += self._follow_ups.like_title(hand) * weigh["theme"]
            glance[list(self._follow_ups.near(hand))] += weigh["related"]
        cards = postings.top(glance[: self._cards], _LOOKED_AT)
        others = postings.top(glance[self._cards :], _OTHERS_LOOKED_AT) + self._cards
        return [*cards.tolist(), *others.tolist()]

    def _fit(
        self, match: Match, query: Query, asked: _Asked, *, in_talk: NDArray[np.float64] | None
    ) -> Fit:
        subjects = self._index.subjects[match.entry]
        strays = _strays(subjects, query) if subjects else 0.0
        if asked.hand is None or in_talk is None:
            return Fit(match, 0.0, strays)
        thinness = 1.0 / (1.0 + len(asked.turn.new))
        kinship = kin(asked.hand.card, self._index.cards[match.entry])
        return Fit(match, 0.0, strays, kinship, thinness, float(in_talk[match.entry]))

    def _guess_by_its_end(self, question: str, whole: _Guess, asked: _Asked) -> _Guess:
        """Long stories ask at the end: the last clauses may say more surely which of the cards
        that fit the whole is wanted; whom and what it is for still comes from the whole."""
        best = whole
        likely = {fit.match.entry for fit in whole.fits[:_LIKELY]}
        for end in _ends(question):
            reading = self._repairer.repair(end)
            ending = replace(asked, reading=reading, turn=read_turn(reading, self._words))
            guess = self._guess(ending)
            if guess.trusted > best.trusted and guess.fits[0].match.entry in likely:
                best = guess
        return best

    def _doubt(self, asked: _Asked, fits: Sequence[Fit], *, other: Fit | None) -> Doubt:
        elsewhere = other.score if other else -inf
        if not fits:
            return Doubt(1.0, outside=False, empty=True, elsewhere=elsewhere, thin=True)
        return Doubt(
            missing=fits[0].match.missing,
            outside=self._is_outside(asked.reading, fits[0].match),
            empty=asked.hand is None and not asked.turn.rest,
            elsewhere=elsewhere,
            thin=asked.hand is None and len(asked.turn.new) < _LEAST_NEW,
        )

    def _is_outside(self, reading: Reading, match: Match) -> bool:
        """Whether something else is named, of which the card does not speak; and where nothing of
        ours is named beside it, hardly anything less than the card's own words will do."""
        names = named(self._words.outside, reading)
        if not names:
            return False
        if not self._index.speaks_of(match.entry, names):
            return True
        is_own_way = match.covered > _OWN_WAY and match.covers > _OWN_WAY
        return not is_own_way and not self._words.ours.find(reading.toned, reading.folded)

    def _found(self, guess: _Guess, asked: _Asked) -> Findings:
        verdict = self.judge.judge(guess.trusted)
        kinship = guess.fits[0].kinship if guess.fits else 0
        return Findings(
            verdict=verdict,
            candidates=self._candidates(guess),
            section=asked.turn.section,
            is_followup=kinship == ITSELF or (kinship > 0 and asked.turn.turns),
            about_policy=verdict != "none" or self._is_about_policy(guess, asked.reading),
            reading=asked.reading,
            is_beyond_doubt=guess.trusted >= (1.0 + self.judge.weights.sure) / 2,
        )

    def _candidates(self, guess: _Guess) -> tuple[Candidate, ...]:
        """The best first, at the trust it has earned; the others in proportion."""
        fits = guess.fits[:MOST_CANDIDATES]
        shares = (exp(min(0.0, fit.score - fits[0].score)) for fit in fits)
        cards = (self._index.cards[fit.match.entry] for fit in fits)
        return tuple(
            Candidate(card, guess.trusted * share)
            for card, share in zip(cards, shares, strict=True)
        )

    def _is_about_policy(self, guess: _Guess, reading: Reading) -> bool:
        other = guess.other
        if other and other.score > max((fit.score for fit in guess.fits), default=0.0):
            return self._elsewhere[other.match.entry - self._cards].kind == "near"
        toned, folded = reading.toned, reading.folded
        if self._words.ours.find(toned, folded):
            return True
        if self._words.outside.find(toned, folded):
            return False
        return bool(self._words.general.find(toned, folded)) or self._index.names_a_title(reading)


def _word_for_word(guess: _Guess, place: int) -> _Guess:
    """The same with the card that is asked for in just these words first, and trusted."""
    own = [fit for fit in guess.fits if fit.match.entry == place]
    rest = [fit for fit in guess.fits if fit.match.entry != place]
    return replace(guess, fits=[*own, *rest], trusted=1.0 if own else 0.0)


def _followed(card: Card, asked: _Asked) -> Findings:
    return Findings("sure", (Candidate(card, 1.0),), asked.turn.section, True, True, asked.reading)


def _strays(subjects: Sequence[Name], query: Query) -> float:
    """Which part of the households that a title is for the question does not name."""
    said = query.weights.keys()
    return sum(not said >= set(name) for name in subjects) / len(subjects)


def _ends(question: str) -> list[str]:
    """The last clause and the last two, where there are more."""
    clauses = [clause for clause in _CLAUSE_END.split(question[:LONGEST_TEXT]) if clause.strip()]
    return [", ".join(clauses[-count:]) for count in (1, 2) if count < len(clauses)]


def _texts(card: Card) -> Iterator[str]:
    """Everything a card says, for the language of the base."""
    yield from (card.title, *card.questions, card.short, card.who, *card.conditions)
    yield from (*card.papers, *card.steps, *card.benefit_notes, card.where.how, card.time, card.fee)
