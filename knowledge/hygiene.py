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
    for search, left_out in without_a_fifth(cards, words, elsewhere):
        for card, question in left_out:
            asked += 1
            candidates = search.find(question).candidates
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


def without_a_fifth(
    cards: Sequence[Card], words: Words, elsewhere: Sequence[Elsewhere] = ()
) -> Iterator[tuple[Search, list[tuple[Card, str]]]]:
    """Searches that each lack a fifth of the ways of asking, with those ways and their cards."""
    for fold in range(FOLDS):
        search = Search([_without(card, fold) for card in cards], words, elsewhere=elsewhere)
        yield search, list(_left_out(cards, fold))


def _without(card: Card, fold: int) -> Card:
    kept = tuple(text for n, text in enumerate(card.questions) if n % FOLDS != fold)
    return card.model_copy(update={"questions": kept})


def _left_out(cards: Sequence[Card], fold: int) -> Iterator[tuple[Card, str]]:
    for card in cards:
        for number, question in enumerate(card.questions):
            if number % FOLDS == fold:
                yield card, question


def _second(pair: tuple[str, int]) -> int:
    return pair[1]
