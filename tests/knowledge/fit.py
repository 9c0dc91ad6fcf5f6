"""`python -m tests.knowledge.fit`: fits the search's weights on the tune half of the question bank.

The weights of a card's evidence are fitted listwise (the right card against the others looked at);
those of trust by a logistic regression that has also seen what must be refused, and every question
with its own card taken away. The held half is never read. Writes knowledge/content/weights.yaml.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Asked, Conversation, read_bank, read_conversations
from knowledge.card import Card
from knowledge.confidence import (
    FILE,
    FIT,
    TRUST,
    Judge,
    Weights,
    evidence,
    grounds,
    load_weights,
)
from knowledge.hygiene import without_a_fifth
from knowledge.library import Library, load
from knowledge.recognise import Recogniser, load_rules
from knowledge.search import Context, Findings, Look, Search
from knowledge.words import load_words
from knowledge.writing import write_yaml

Matrix = NDArray[np.float64]
_BANK = Path(__file__).parent / "bank"
TODAY = date(2026, 11, 24)
_STEPS = 4_000
_AWAY = 0.35
"""What a question with its card taken away weighs: such questions are rarer than in this file."""
_WRONG_IN_SCOPE = 0.012
_WRONG_TO_REFUSE = 1
"""Of some 150 messages."""
_CLOSE_TO_REFUSE = 0.12
_TO_REFUSE = 3.0
"""What a message to be refused weighs: the bank has few of them, and residents send all kinds."""
_LEFT_OUT = 0.1
"""What a way of asking that was left out weighs: there are five times as many as questions."""
_AGAINST = ("missing", "rivals", "outside", "lacks", "strays")
_EITHER = ("bias", "talk")
_SEARCHED = ("question", "elsewhere")


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the search looked at it, and its card ("" when none may answer)."""

    look: Look
    card: str
    importance: float = 1.0


def main() -> None:
    """Fit, print what was reached, and write the weights."""
    library = load().on(TODAY)
    search = _search(library, load_weights())
    bank = [asked for asked in read_bank(_BANK) if not asked.is_held]
    recogniser = Recogniser(load_rules())
    # What the recogniser keeps from the search needs no threshold.
    searched = [a for a in bank if a.card or recogniser.recognise(a.text).kind in _SEARCHED]
    examples = [_example(search, asked, library.card(asked.card)) for asked in searched]
    talks = [talk for talk in read_conversations(_BANK) if not talk.is_held]
    examples += in_talk(search, library, talks) + left_out(library)
    found = fit_evidence([example for example in examples if example.card])
    fitted = load_weights().model_copy(update={"fit": _by_name(FIT, found)})
    trust = fit_logistic(_grounds(Judge(fitted), examples))
    fitted = fitted.model_copy(update={"trust": _by_name(TRUST, trust)})
    sure, close = thresholds(_search(library, fitted), library, searched)
    weights = fitted.model_copy(update={"sure": round(sure, 3), "close": round(close, 3)})
    FILE.write_text(_HEAD + write_yaml(weights.model_dump()), "utf-8")
    print(f"{len(examples)} questions; sure from {sure:.3f}, close from {close:.3f}")


def _search(library: Library, weights: Weights) -> Search:
    cards = tuple(library.cards.values())
    return Search(cards, load_words(), elsewhere=library.elsewhere, weights=weights)


_HEAD = "# Fitted on the tune half of the bank by `python -m tests.knowledge.fit`; not by hand.\n"


def _by_name(names: Sequence[str], weights: Matrix) -> dict[str, float]:
    """Rounded as the file keeps them."""
    return {name: round(weight, 3) for name, weight in zip(names, weights.tolist(), strict=True)}


def _example(search: Search, asked: Asked, card: Card | None) -> Example:
    return Example(search.look(asked.text, _context(search, asked)), card.id if card else "")


def _context(search: Search, asked: Asked) -> Context:
    """With what the question before led to in hand, as in a conversation."""
    before = search.find(asked.context) if asked.context else None
    hand = before.candidates[0].card.id if before and before.candidates else ""
    return Context(hand, is_sure=bool(before and before.verdict == "sure"))


def in_talk(search: Search, library: Library, talks: Sequence[Conversation]) -> list[Example]:
    """What is asked in conversations, each line with the card that answered the one before."""
    found: list[Example] = []
    for talk in talks:
        hand = ""
        for line in talk.lines:
            wanted = [card.id for name in line.expected if (card := library.card(name))]
            if wanted and hand:
                look = search.look(line.text, Context(hand))
                ranked = [look.cards[fit.match.entry] for fit in look.fits]
                # Where several will do, the likest is learnt.
                found.append(Example(look, min(wanted, key=_place_in(ranked))))
            hand = wanted[0] if wanted else hand
    return found


def _place_in(ranked: Sequence[str]) -> Callable[[str], int]:
    return lambda name: ranked.index(name) if name in ranked else len(ranked)


def left_out(library: Library) -> list[Example]:
    """The ways of asking, those of what is asked elsewhere too, each looked at by a search that
    does not know it."""
    cards, words = tuple(library.cards.values()), load_words()
    found: list[Example] = []
    for fold in without_a_fifth(cards, words, library.elsewhere):
        look = fold.search.look
        found += [Example(look(text), card.id, _LEFT_OUT) for card, text in fold.asked]
        found += [Example(look(text), "", _LEFT_OUT) for text in fold.elsewhere]
    return found


def descend(
    slope: Callable[[Matrix], Matrix], keep: Callable[[Matrix], Matrix], start: Matrix
) -> Matrix:
    """Weights from `start` down a slope by Adam; `keep` holds them in bounds after each step."""
    weights = start
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        down = slope(weights)
        first = 0.9 * first + 0.1 * down
        second = 0.999 * second + 0.001 * down * down
        pace = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        weights = keep(weights - 0.03 * first / (1 - 0.9**step) / pace)
    return weights


def fit_evidence(examples: Sequence[Example], *, decay: float = 0.0005) -> Matrix:
    """Weights under which the right card stands above the others, by softmax and Adam."""
    rows, right, importance = [], [], []
    for example in examples:
        names = [example.look.cards[fit.match.entry] for fit in example.look.fits]
        if example.card in names:
            rows.append([evidence(fit) for fit in example.look.fits])
            right.append(names.index(example.card))
            importance.append(example.importance)
    width = max(map(len, rows))
    table = np.zeros((len(rows), width, len(FIT)))
    absent = np.full((len(rows), width), -1e9)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
        absent[number, : len(row)] = 0.0
    at = np.arange(len(rows))
    share = (np.array(importance) / sum(importance))[:, None]

    def slope(weights: Matrix) -> Matrix:
        scores = table @ weights + absent
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[at, right] -= 1.0
        return np.einsum("nc,ncf->f", shares * share, table) + decay * weights

    return descend(slope, lambda weights: weights, np.zeros(len(FIT)))


def fit_logistic(seen: "Grounds", *, decay: float = 0.001) -> Matrix:
    """Weights of a logistic regression, by Adam; what can only speak against never speaks for.

    Without that, one of two figures that mostly move together may be turned around, and a question
    unlike any of the bank is trusted for what is missing in it.
    """
    signs = np.array([-1.0 if name in _AGAINST else 1.0 for name in TRUST])
    free = np.array([name in _EITHER for name in TRUST])
    share = seen.importance / seen.importance.sum()

    def slope(weights: Matrix) -> Matrix:
        expected = 1.0 / (1.0 + np.exp(-seen.figures @ weights))
        down = seen.figures.T @ (share * (expected - seen.right))
        return down + decay * np.where(free, 0.0, weights)

    def keep(weights: Matrix) -> Matrix:
        return np.where(free | (weights * signs > 0), weights, 0.0)

    return descend(slope, keep, np.zeros(len(TRUST)))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What trust is fitted on, a row a question: figures, whether the best card is right, and what
    the row weighs."""

    figures: Matrix
    right: NDArray[np.bool_]
    importance: Matrix


def _grounds(judge: Judge, examples: Sequence[Example]) -> Grounds:
    rows: list[tuple[Look, bool, float]] = []
    for example in examples:
        look = example.look.scored(judge)
        names = [look.cards[fit.match.entry] for fit in look.fits]
        if names:
            weight = example.importance * (1.0 if example.card else _TO_REFUSE)
            rows.append((look, names[0] == example.card, weight))
        away = look.without(example.card)
        if example.card in names and away.fits:
            rows.append((away, False, _AWAY * example.importance))
    return Grounds(
        figures=np.array([grounds(look.fits, look.doubt) for look, _, _ in rows]),
        right=np.array([right for _, right, _ in rows]),
        importance=np.array([importance for _, _, importance in rows]),
    )


def thresholds(search: Search, library: Library, bank: Sequence[Asked]) -> tuple[float, float]:
    """The lowest trust that answers, and that asks back, within the errors allowed."""
    found = [(asked, _found(search, asked)) for asked in bank]
    trusted = np.array([what.candidates[0].score if what.candidates else 0.0 for _, what in found])
    right = np.array([_is_right(library, asked, what) for asked, what in found])
    refuse = np.array([not asked.card for asked, _ in found])
    sure = close = 0.99
    for level in np.arange(0.98, 0.01, -0.005):
        above = trusted >= level
        wrong = (above & ~refuse & ~right).sum() / (~refuse).sum()
        if wrong <= _WRONG_IN_SCOPE and (above & refuse).sum() <= _WRONG_TO_REFUSE:
            sure = float(level)
        if (above & refuse).sum() / max(1, refuse.sum()) <= _CLOSE_TO_REFUSE:
            close = float(level)
    return sure, min(close, sure - 0.05)


def _found(search: Search, asked: Asked) -> Findings:
    return search.find(asked.text, _context(search, asked))


def _is_right(library: Library, asked: Asked, what: Findings) -> bool:
    card = library.card(asked.card)
    return bool(card and what.candidates and what.candidates[0].card.id == card.id)


if __name__ == "__main__":
    main()
