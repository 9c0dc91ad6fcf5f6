"""Alike: folded texts about the same, by the words that tell one matter from another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

Rarity = Callable[[str], float]
"""How telling a folded word is."""
ALIKE = 0.55
"""From here on two texts are offered to an official as the same matter."""


def telling(text: str, rarity: Rarity, most: int = 8) -> list[str]:
    """The most telling words of a folded text, the best first."""
    words = dict.fromkeys(word for word in text.split() if len(word) > 1)
    return sorted(words, key=rarity, reverse=True)[:most]


def likeness(one: frozenset[str], other: frozenset[str], rarity: Rarity) -> float:
    """From 0 to 1: the weight of the words in both, against the weight of the shorter text."""
    shared = sum(map(rarity, one & other))
    shorter = min(sum(map(rarity, one)), sum(map(rarity, other)))
    longer = max(sum(map(rarity, one)), sum(map(rarity, other)))
    # A short text that lies within a long one is about the same, but less surely so.
    return shared / (0.7 * shorter + 0.3 * longer) if shared else 0.0


def groups(texts: Sequence[str], rarity: Rarity, least: float = ALIKE) -> list[list[int]]:
    """Places of folded texts that are alike, each group around its first text.

    Looks only at texts that share a telling word, so that thousands take a moment.
    """
    words = [frozenset(text.split()) for text in texts]
    found: list[list[int]] = []
    heads: dict[str, list[int]] = defaultdict(list)
    for place, mine in enumerate(words):
        near = dict.fromkeys(n for word in _keys(texts[place], rarity) for n in heads[word])
        best = _best((n for n in near), mine, words=words, found=found, rarity=rarity)
        if best is not None and best[0] >= least:
            found[best[1]].append(place)
            continue
        for word in _keys(texts[place], rarity):
            heads[word].append(len(found))
        found.append([place])
    return found


def _keys(text: str, rarity: Rarity) -> list[str]:
    return telling(text, rarity, most=4)


def _best(
    near: Iterable[int],
    mine: frozenset[str],
    *,
    words: Sequence[frozenset[str]],
    found: Sequence[Sequence[int]],
    rarity: Rarity,
) -> tuple[float, int] | None:
    scored = ((likeness(mine, words[found[n][0]], rarity), n) for n in near)
    return max(scored, default=None)
