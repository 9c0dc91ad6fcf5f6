"""Our own search as an engine of the benchmark, and when it should rather keep silent."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.card import Card
from knowledge.confidence import load_weights
from knowledge.elsewhere import Elsewhere
from knowledge.search import Search
from knowledge.words import load_words
from tests.bench.noise import CONDITIONS, noisy
from tests.bench.search_peers import MOST
from tests.bench.search_sets import Ask, BenchSet

OURS = "ours"
_THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)


@dataclass(frozen=True, slots=True)
class Trusted:
    """One question: whether a card may answer it, whether the first one is right, its trust."""

    condition: str
    in_scope: bool
    right: bool
    trust: float


@dataclass(frozen=True, slots=True)
class Point:
    """At a threshold, in percent: of what must be refused, of what may be answered."""

    threshold: float
    refused_answered: float
    right: float
    wrong: float


class Ours:
    """knowledge.search as the bot builds it, with the words officials keep."""

    def __init__(self, elsewhere: Sequence[Elsewhere] = ()) -> None:
        self._elsewhere = elsewhere

    def build(self, cards: Sequence[Card]) -> None:
        """Words and cards."""
        self._search = Search(cards, load_words(), elsewhere=self._elsewhere)

    def find(self, question: str) -> list[str]:
        """The candidates: those it looked at, often fewer than MOST."""
        return [found.card.id for found in self._search.find(question).candidates[:MOST]]

    def trust(self, question: str) -> tuple[str, float]:
        """The first candidate and how far it is trusted; "" and 0 when there is none."""
        found = self._search.find(question).candidates
        return (found[0].card.id, found[0].score) if found else ("", 0.0)


def ask_for_trust(bench: BenchSet, asks: Sequence[Ask], seed: int) -> list[Trusted]:
    """Every question and every refusal of a set in every condition."""
    ours = Ours(bench.elsewhere)
    ours.build(bench.cards)
    found: list[Trusted] = []
    for condition in CONDITIONS:
        for ask in (*asks, *bench.refusals):
            name, trust = ours.trust(noisy(ask.text, condition, f"{seed}/{ask.id}"))
            found.append(Trusted(condition, bool(ask.relevant), name in ask.relevant, trust))
    return found


def refusal_curve(trusted: Sequence[Trusted]) -> list[Point]:
    """What each threshold would let through; among them the two that the bot acts on."""
    weights = load_weights()
    inside = [one for one in trusted if one.in_scope]
    outside = [one for one in trusted if not one.in_scope]
    return [
        Point(
            threshold,
            _share(sum(one.trust >= threshold for one in outside), len(outside)),
            _share(sum(one.right and one.trust >= threshold for one in inside), len(inside)),
            _share(sum(not one.right and one.trust >= threshold for one in inside), len(inside)),
        )
        for threshold in sorted({*_THRESHOLDS, weights.close, weights.sure})
    ]


def parting(trusted: Sequence[Trusted]) -> float:
    """The chance that a rightly found card is trusted more than a wrong one (AUROC), 0 to 1."""
    right = [one.trust for one in trusted if one.right]
    wrong = [one.trust for one in trusted if not one.right]
    if not right or not wrong:
        return 1.0
    above = sum((good > bad) + 0.5 * (good == bad) for good in right for bad in wrong)
    return above / (len(right) * len(wrong))


def _share(count: int, total: int) -> float:
    return 100 * count / total if total else 0.0
