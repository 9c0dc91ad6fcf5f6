"""How well single cards answer to a question: a close look at the few that a first glance likes."""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance.Indel import normalized_similarity

from knowledge.features import Features, Kinds, cards_of, kinds_of
from knowledge.query import Query
from knowledge.ways import Floats, Ints

_CONTRADICTED = 0.3
Bools = NDArray[np.bool_]


class Match(NamedTuple):
    """How well one card answers to one question; every figure but `whole` from 0 to 1."""

    entry: int
    likeness: float
    """Cosine of the second likest way of asking: a single way may be like by chance; 0 of one."""
    covered: float
    """Share of the question's weight that the card's ways of asking cover, tones respected."""
    covered_at_once: float
    """The same for the single best way of asking."""
    covers: float
    """Share of the best way of asking that the question covers."""
    pairs: float
    spelling: float
    body: float
    whole: float
    """BM25 of all the card's ways of asking together, scaled to be mostly under 1."""
    missing: float
    """Share of the question's weight in the most telling syllable the card does not ask with."""
    lacks: float
    """Share of whom and what the question is for (contrast.yaml) that the card does not name."""


class _Known(NamedTuple):
    """What cards, a row each, know of a question: its syllables, those among them whose tones are
    not contradicted, those that only the answer says, its neighbours and its names."""

    there: Bools
    agrees: Bools
    body: Bools
    pairs: Bools
    lacks: Floats


class Cards:
    """What every card asks with and says, in rows of numbers (`features.Kinds`), and its ways."""

    def __init__(self, features: Features, spelled: Sequence[str]) -> None:
        known, ways = cards_of(features), features.rows()
        self._kinds: Kinds = kinds_of(features)
        self._cells, self._starts = known.cells, array("q", known.starts.tolist())
        self._way_cells, self._way_starts = ways.cells, ways.starts
        self._way_weights, self._totals = features.word_weights, features.totals
        self._first, self._sizes = features.read.starts, features.read.sizes
        self._spelled = "".join(spelled)
        self._spelled_at = array("q", accumulate(map(len, spelled), initial=0))

    def say(self, cards: Sequence[int], numbers: Sequence[int]) -> Bools:
        """Which of some numbers, none of them twice, cards have: a row a card, a column a
        number."""
        return self._say(cards, self._columns(numbers), len(numbers))

    def titled(self, card: int) -> list[int]:
        """The numbers of the syllables of a title."""
        cells = self._cells[self._starts[card] : self._starts[card + 1]]
        title = self._kinds.title
        return (cells[cells >= title] - title).tolist()

    def match(
        self, query: Query, cards: Sequence[int], *, units: Floats, wholes: Floats
    ) -> list[Match]:
        """How well cards answer to a question; `units`: how like it every way of asking is."""
        columns, known = self._known(query, cards)
        own = np.array(list(query.weights.values()))
        weighed = np.where(known.agrees, own, own * _CONTRADICTED) * known.there
        covered = weighed.sum(axis=1) / query.total
        ways, owners, likeness = self._likest(cards, units)
        both, covers = self._covered(columns, weighed, ways=ways, owners=owners)
        said, at = self._spelled, self._spelled_at
        spelled = [said[at[way] : at[way + 1]] for way in ways.tolist()]
        alike = np.array([normalized_similarity(query.in_order, text) for text in spelled])
        bonds = np.array(query.bonds)
        paired = known.pairs @ bonds / query.all_pairs if query.all_pairs else covered
        figures = (
            likeness / query.length,
            covered,
            _best(both, owners, len(cards)) / query.total,
            _best(covers, owners, len(cards)),
            paired,
            _best(alike, owners, len(cards)),
            (known.body & ~known.there) @ own / query.total,
            wholes[cards],
            np.where(known.there, 0.0, own).max(axis=1) / query.total,
            known.lacks,
        )
        return list(map(Match, cards, *[figure.tolist() for figure in figures]))

    def _known(self, query: Query, cards: Sequence[int]) -> tuple[NDArray[np.int16], _Known]:
        """What cards know of a question, and the column of each number, from 1."""
        kinds, words, count = self._kinds, query.words, len(query.words)
        end, untoned, body = kinds.end, kinds.untoned, kinds.body
        numbers = [*words]
        numbers += [end if form is None else form for form in query.typed]
        numbers += [end if word == end else word + untoned for word in words]
        numbers += [end if word == end else word + body for word in words]
        numbers += query.pairs
        place = {number: column for column, number in enumerate(numbers)}
        for name in query.names:
            for number in name:
                if number not in place:
                    place[number] = len(numbers)
                    numbers.append(number)
        columns = self._columns(numbers)
        said = self._say(cards, columns, len(numbers))
        named = [said[:, [place[number] for number in name]].all(axis=1) for name in query.names]
        lacks = 1.0 - np.mean(named, axis=0) if named else np.zeros(len(cards))
        is_guessed = np.array([form is None for form in query.typed])
        known = _Known(
            there=said[:, :count],
            agrees=said[:, count : 2 * count] | said[:, 2 * count : 3 * count] | is_guessed,
            body=said[:, 3 * count : 4 * count],
            pairs=said[:, 4 * count : 4 * count + len(query.pairs)],
            lacks=lacks,
        )
        # Only syllables are looked up in ways of asking.
        columns[columns > count] = 0
        return columns, known

    def _columns(self, numbers: Sequence[int]) -> NDArray[np.int16]:
        """For each number of the base its column, from 1; 0 for none."""
        table = np.zeros(self._kinds.end + 1, np.int16)
        table[numbers] = np.arange(1, len(numbers) + 1)
        table[-1] = 0
        return table

    def _say(self, cards: Sequence[int], columns: NDArray[np.int16], width: int) -> Bools:
        starts, cells = self._starts, self._cells
        rows = [cells[starts[card] : starts[card + 1]] for card in cards]
        found = columns[np.concatenate(rows)]
        hits = found.nonzero()[0]
        ends = np.array(list(accumulate(map(len, rows))))
        said = np.zeros((len(cards), width + 1), np.bool_)
        said[ends.searchsorted(hits, side="right"), found[hits]] = True
        return said[:, 1:]

    def _likest(self, cards: Sequence[int], units: Floats) -> tuple[Ints, Ints, Floats]:
        """The likest way of asking of each card and, behind them, each card's second; the row of
        the card of each; and how like the seconds are."""
        first, sizes, rows = self._first[cards], self._sizes[cards], np.arange(len(cards))
        steps = np.arange(int(sizes.max()))
        like = units.take(first[:, None] + steps, mode="clip")
        like[steps >= sizes[:, None]] = -1.0
        best = like.argmax(axis=1)
        like[rows, best] = 0.0
        second = like.argmax(axis=1)
        likeness = like[rows, second]
        is_like = likeness > 0.0
        ways = np.concatenate([first + best, (first + second)[is_like]])
        return ways, np.concatenate([rows, rows[is_like]]), likeness

    def _covered(
        self, columns: NDArray[np.int16], weighed: Floats, *, ways: Ints, owners: Ints
    ) -> tuple[Floats, Floats]:
        """What ways of asking cover of the question, and the share of each that it covers."""
        starts = self._way_starts[ways]
        sizes = self._way_starts[ways + 1] - starts
        ends = np.cumsum(sizes)
        cells = np.arange(int(ends[-1])) + np.repeat(starts - ends + sizes, sizes)
        found = columns[self._way_cells[cells]]
        hits = found.nonzero()[0]
        at = ends.searchsorted(hits, side="right")
        worth = weighed[owners[at], found[hits] - 1]
        both = np.bincount(at, weights=worth, minlength=len(ways))
        covers = np.bincount(at, weights=self._way_weights[cells[hits]], minlength=len(ways))
        return both.astype(np.float64, copy=False), covers / self._totals[ways]


def _best(figures: Floats, owners: Ints, count: int) -> Floats:
    """The best figure of each card: the first `count` are its likest way, the rest its second."""
    best = figures[:count].copy()
    rest = owners[count:]
    best[rest] = np.maximum(best[rest], figures[count:])
    return best
