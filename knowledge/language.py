"""The language of the base: which syllables it uses, with which tones, beside which others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from operator import itemgetter

from knowledge.text import fold_word, is_syllable

_BEAM = 4
_MOST_FORMS = 5
_KEEPS_TOGETHER = 4.0
_OFTEN = 0.5
_UNLIKELY = -3.0
_LATER_WAY = 1.5
_GUESS = 9.0
"""What it costs to change a word that may be right as typed: only known neighbours outweigh it."""

Way = tuple[str, ...]
"""One way to read a typed word: one or more syllables."""
Weighed = tuple[tuple[float, Way], ...]
"""The ways to read a word, each with how likely it is by itself."""
_Path = tuple["_Path | None", Way]
"""The ways chosen so far, the last one outermost."""
_State = tuple[float, str, _Path | None]
_NO_BONDS: dict[str, float] = {}
_first = itemgetter(0)


class Language:
    """Counts of syllables and neighbours; picks the likeliest of several ways to read a text."""

    def __init__(self, base: Iterable[Sequence[str]], others: Iterable[Sequence[str]]) -> None:
        """`base`: the sentences of the cards; `others`: phrases that only lend their tones."""
        counts, pairs = Counter[str](), Counter[tuple[str, str]]()
        for sentence in base:
            _count(sentence, counts, pairs)
        self._ours = {fold_word(word) for word in counts}
        for sentence in others:
            _count(sentence, counts, pairs)
        self._forms = _forms_by_sound(counts)
        self._sounds = Counter[str]()
        for word, count in counts.items():
            self._sounds[fold_word(word)] += count
        self._sound_pairs = {(fold_word(a), fold_word(b)) for a, b in pairs}
        self._score = {word: _OFTEN * log(1 + count) for word, count in counts.items()}
        self._bond: dict[str, dict[str, float]] = {}
        for (one, other), n in pairs.items():
            self._bond.setdefault(one, {})[other] = _KEEPS_TOGETHER * log(1 + n)

    def forms(self, folded: str) -> tuple[str, ...]:
        """The toned forms of a tone-free syllable, the most frequent first; () when unknown."""
        return self._forms.get(folded, ())

    def is_ours(self, folded: str) -> bool:
        """Whether the cards themselves use the syllable."""
        return folded in self._ours

    def count(self, folded: str) -> int:
        """How often the base uses the syllable, whatever its tone."""
        return self._sounds[folded]

    def by_start(self) -> dict[str, tuple[str, ...]]:
        """The base's own tone-free syllables by their first letter."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._ours):
            if word and is_syllable(word) and len(word) > 1:
                found[word[0]].append(word)
        return {letter: tuple(words) for letter, words in found.items()}

    def split(self, glued: str) -> list[str]:
        """The syllables glued into one word, when the base knows them as neighbours; else []."""
        best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
        for end in range(1, len(glued) + 1):
            for start in range(max(0, end - 7), end):
                part = glued[start:end]
                if start in best and _can_be_glued(part) and part in self._forms:
                    score, parts = best[start]
                    known = not parts or (parts[-1], part) in self._sound_pairs
                    score += (0.0 if known else -8.0) + log(1 + self._sounds[part]) - 6.0
                    if end not in best or score > best[end][0]:
                        best[end] = (score, [*parts, part])
        _, parts = best.get(len(glued), (0.0, []))
        together = sum(pair in self._sound_pairs for pair in pairwise(parts))
        return parts if parts and together == len(parts) - 1 else []

    def weigh(self, ways: Sequence[Way], *, is_guess: bool) -> Weighed:
        """The ways to read a word, each with how likely it is in itself; `is_guess`: all but the
        first only guess that it was misspelt."""
        if len(ways) == 1:
            return ((0.0, ways[0]),)
        later = _GUESS if is_guess or ways[0][0] not in self._score else _LATER_WAY
        return tuple((self._own(way) - (later if n else 0.0), way) for n, way in enumerate(ways))

    def choose(self, words: Sequence[Weighed]) -> list[Way]:
        """The likeliest way through the ways to read each word."""
        if all(len(ways) == 1 for ways in words):
            return [way for ((_, way),) in words]
        bond, none = self._bond, _NO_BONDS
        beam: list[_State] = [(0.0, "", None)]
        for ways in words:
            longer: list[_State] = [
                (score + row.get(way[0], 0.0) + own, way[-1], (path, way))
                for score, row, path in [(s, bond.get(last, none), path) for s, last, path in beam]
                for own, way in ways
            ]
            if len(ways) > 1:
                longer.sort(key=_first, reverse=True)
            beam = longer[:_BEAM]
        return _unrolled(beam[0][2])

    def _own(self, way: Way) -> float:
        score = self._score.get(way[0], _UNLIKELY)
        for one, other in pairwise(way):
            score += self._bond.get(one, _NO_BONDS).get(other, 0.0) / 2
        return score


def _unrolled(path: "_Path | None") -> list[Way]:
    found: list[Way] = []
    while path is not None:
        path, way = path
        found.append(way)
    return found[::-1]


def _count(sentence: Sequence[str], counts: Counter[str], pairs: Counter[tuple[str, str]]) -> None:
    """A sentence written without any tones teaches nothing about tones."""
    if len(sentence) > 3 and all(fold_word(word) == word for word in sentence):
        return
    counts.update(sentence)
    pairs.update(pairwise(sentence))


def _forms_by_sound(counts: Counter[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word, _ in counts.most_common():
        found[fold_word(word)].append(word)
    return {sound: tuple(words[:_MOST_FORMS]) for sound, words in found.items()}


def _can_be_glued(part: str) -> bool:
    return len(part) > 1 or part == "y"
