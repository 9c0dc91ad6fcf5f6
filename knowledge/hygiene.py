"""The hygiene of a base: cards that compete for the same question, and cards asked in few ways."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.card import Card
from knowledge.elsewhere import Elsewhere
from knowledge.search import Search
from knowledge.words import Words

FOLDS = 5
FEW = 15


@dataclass(frozen=True, slots=True)
class Rivalry:
    """`count` ways of asking for `card`, each left out in turn, led to `rival` instead; one of
    them as an example."""

    card: str
    rival: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Hygiene:
    """Of `asked` ways of asking, each left out in turn, `found` still led to their card; the pairs
    of cards that compete, worst first; and the cards with fewer than FEW ways of asking."""

    asked: int
    found: int
    rivalries: tuple[Rivalry, ...]
    few: tuple[tuple[str, int], ...]


def examine(cards: Sequence[Card], words: Words, elsewhere: Sequence[Elsewhere] = ()) -> Hygiene:
    """Ask each card in each of its ways, a fifth of them at a time left out of the search."""
    asked = found = 0
    lost: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for fold in without_a_fifth(cards, words, elsewhere):
        for card, question in fold.asked:
            asked += 1
            candidates = fold.search.find(question).candidates
            first = candidates[0].card.id if candidates else ""
            found += first == card.id
            if first and first != card.id:
                lost[card.id, first] += 1
                examples.setdefault((card.id, first), question)
    rivalries = [
        Rivalry(card, rival, count, examples[card, rival])
        for (card, rival), count in lost.most_common()
    ]
    few = sorted(((c.id, len(c.questions)) for c in cards if len(c.questions) < FEW), key=_second)
    return Hygiene(asked, found, tuple(rivalries), tuple(few))


@dataclass(frozen=True, slots=True)
class Fold:
    """A search that lacks a fifth of the ways of asking; those of them that are a card's, with the
    card, and those asked elsewhere."""

    search: Search
    asked: tuple[tuple[Card, str], ...]
    elsewhere: tuple[str, ...]


def without_a_fifth(
    cards: Sequence[Card], words: Words, elsewhere: Sequence[Elsewhere] = ()
) -> Iterator[Fold]:
    """One fold after the other, until every way of asking was left out once."""
    for fold in range(FOLDS):
        search = Search(
            [card.model_copy(update={"questions": _kept(card, fold)}) for card in cards],
            words,
            elsewhere=[e.model_copy(update={"questions": _kept(e, fold)}) for e in elsewhere],
        )
        asked = tuple((card, text) for card in cards for text in card.questions[fold::FOLDS])
        yield Fold(search, asked, tuple(q for e in elsewhere for q in e.questions[fold::FOLDS]))


def _kept(asked: Card | Elsewhere, fold: int) -> tuple[str, ...]:
    return tuple(text for n, text in enumerate(asked.questions) if n % FOLDS != fold)


def _second(pair: tuple[str, int]) -> int:
    return pair[1]
