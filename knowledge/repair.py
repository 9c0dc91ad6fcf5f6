"""Repairs what was typed: slips, chat spelling, dialect and missing tones become standard words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from sys import intern

from rapidfuzz.distance import OSA

from knowledge.keyboard import from_chat, from_telex, from_vni, old_style, southern, without_repeats
from knowledge.language import Language, Way, Weighed
from knowledge.numbers import say_number
from knowledge.text import LONGEST_WORD, fold_word, is_syllable, nfc
from knowledge.words import Words

LONGEST_TEXT = 1_000
MOST_SYLLABLES = 160
_CACHE_SIZE = 20_000
_LONGEST_ECHO = 6
_TONES_ARE_TYPED = 0.4
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+[^\W_]*|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as typed (`typed`, `syllables`) and as it was probably meant (`toned`, `folded`)."""

    typed: str
    syllables: tuple[str, ...]
    toned: tuple[str, ...]
    folded: tuple[str, ...]
    marked: tuple[bool, ...]
    """Whether the tones of each repaired syllable were typed, not guessed."""
    weights: tuple[float, ...]
    has_tones: bool
    """Whether the text was typed with tones at all."""

    @property
    def heard(self) -> tuple[str, ...]:
        """The syllables with their tones where those were typed, else without."""
        if all(self.marked):
            return self.toned
        known = zip(self.toned, self.folded, self.marked, strict=True)
        return tuple(toned if marked else folded for toned, folded, marked in known)


@dataclass(frozen=True, slots=True)
class _Word:
    """One typed word with the ways to read it."""

    ways: Weighed
    marked: bool
    itself: Weighed | None = None
    """Where it was typed without marks and may be meant so: the word as typed."""


class Repairer:
    """Knows the words residents use and the syllables of the base; `repair` is pure and quick."""

    def __init__(self, words: Words, texts: Iterable[str]) -> None:
        """`texts`: everything the base says, the ways of asking included."""
        self.words = words
        self.language = Language((_split(text) for text in texts), (_split(t) for t in words.texts))
        self._known: dict[str, _Word] = {}
        self._by_start = self.language.by_start()

    def repair(self, text: str) -> Reading:
        """What was typed and what was meant; only the first LONGEST_TEXT characters are read."""
        typed = nfc(text[:LONGEST_TEXT])
        tokens = _tokens(typed)
        return self._reading(typed, tokens, self._choose(self._words(tokens)))

    def take(self, text: str) -> Reading:
        """A text of the base itself: spelled as it is meant, so that only tones left out, as some
        ways of asking do, need be guessed."""
        if text.isascii():
            return self.repair(text)
        typed = nfc(text[:LONGEST_TEXT])
        tokens = [intern(token) for token in _tokens(typed)[:MOST_SYLLABLES]]
        return self._reading(typed, tokens, (tokens[:], list(map(_has_marks, tokens))))

    def _reading(
        self, typed: str, tokens: Sequence[str], meant: tuple[list[str], list[bool]]
    ) -> Reading:
        toned, marked, folded = self._standard(*meant)
        syllables = tuple(map(fold_word, tokens))
        return Reading(
            typed=typed,
            syllables=syllables,
            toned=tuple(toned),
            folded=tuple(folded),
            marked=tuple(marked),
            weights=self._weigh(toned, folded),
            has_tones=syllables != tuple(tokens) and any(map(_has_marks, tokens)),
        )

    def _words(self, tokens: Sequence[str]) -> list[_Word]:
        """In a text typed with tones, a known word without marks is meant without marks."""
        known = [self._word(token) for token in tokens]
        if sum(word.marked for word in known) < _TONES_ARE_TYPED * len(known):
            return known
        return [_Word(word.itself, False) if word.itself else word for word in known]

    def _word(self, token: str) -> _Word:
        known = self._known.get(token)
        if known is None:
            marked = _has_marks(token)
            is_right = marked and is_syllable(fold_word(token))
            ways = self._ways(token)
            itself = ((0.0, (token,)),) if not marked and (token,) in ways else None
            known = _Word(self.language.weigh(ways, is_guess=is_right), marked, itself)
            if len(self._known) < _CACHE_SIZE:
                self._known[token] = known
        return known

    def _ways(self, token: str) -> tuple[Way, ...]:
        spelled = self.words.spellings.get(token)
        if spelled:
            known = self.language.forms(token) if _may_be_itself(token) else ()
            return (*spelled, *((form,) for form in known if (form,) not in spelled))
        if token[0].isdigit():
            return self._number(token)
        if _has_marks(token) and is_syllable(fold_word(token)):
            return ((token,), *self._southern(token))
        plain = fold_word(token)
        forms = self.language.forms(plain)
        if forms and not _has_marks(token):
            return tuple((form,) for form in forms)
        return self._slips(token, plain) or ((token,),)

    def _southern(self, token: str) -> tuple[Way, ...]:
        """Syllables that sound alike in the south and are often written one for the other."""
        return tuple(
            (other,) for other in southern(token) if other in self.language.forms(fold_word(other))
        )

    def _number(self, token: str) -> tuple[Way, ...]:
        parts = say_number(token)
        said: list[str] = []
        for part in parts:
            spelled = self.words.spellings.get(part)
            said += spelled[0] if spelled and not part[0].isdigit() else [part]
        return (tuple(said),)

    def _slips(self, token: str, plain: str) -> tuple[Way, ...]:
        """Ways to read a word the base does not know; as typed first where it may be a word."""
        if len(token) > LONGEST_WORD:
            return ()
        short = without_repeats(token)
        keys = () if _has_marks(token) and short != token else (token,)
        said = next(filter(None, (from_telex(key) or from_vni(key) for key in keys)), "")
        if said:
            return self._toned_or_plain(said)
        if short != token:
            return self._ways(short)
        if is_syllable(plain):
            return ((token,), *self._misspelt(token, plain))
        return self._chat(plain) or self._glued(plain) or self._misspelt(token, plain)

    def _toned_or_plain(self, keyed: str) -> tuple[Way, ...]:
        if _has_marks(keyed):
            return ((keyed,),)
        return tuple((form,) for form in self.language.forms(keyed)) or ((keyed,),)

    def _chat(self, plain: str) -> tuple[Way, ...]:
        said = [form for other in from_chat(plain) for form in self.language.forms(other)]
        return tuple((form,) for form in said[:6])

    def _glued(self, plain: str) -> tuple[Way, ...]:
        if not 3 <= len(plain) <= 24:
            return ()
        apart = self.language.split(plain)
        if not apart:
            return ()
        weigh = self.language.weigh
        words = [_Word(weigh(self._ways(part), is_guess=False), False) for part in apart]
        return (tuple(self._choose(words)[0]),)

    def _misspelt(self, token: str, plain: str) -> tuple[Way, ...]:
        """Syllables of the base one slip away; longer words need the same first letter."""
        if len(plain) < 3 or not plain.isalpha():
            return ()
        near = [
            known
            for known in self._by_start.get(plain[0], ())
            if OSA.distance(plain, known, score_cutoff=1) <= 1
        ]
        near.sort(key=lambda known: -self.language.count(known))
        forms = [form for known in near[:4] for form in self.language.forms(known)[:3]]
        if _has_marks(token):
            forms.sort(key=lambda form: OSA.distance(token, form))
        return tuple((form,) for form in forms[:6])

    def _choose(self, typed: Sequence[_Word]) -> tuple[list[str], list[bool]]:
        ways = self.language.choose([word.ways for word in typed])
        toned = [old_style(said) for way in ways for said in way]
        marked = [word.marked for word, way in zip(typed, ways, strict=True) for _ in way]
        return toned[:MOST_SYLLABLES], marked[:MOST_SYLLABLES]

    def _standard(
        self, toned: list[str], marked: list[bool]
    ) -> tuple[list[str], list[bool], list[str]]:
        """Dialect phrases become standard ones; also without tones."""
        folded = list(map(fold_word, toned))
        # Guessed tones contradict no phrase, so what was typed without them is tried first.
        heard = [a if b else c for a, b, c in zip(toned, marked, folded, strict=True)]
        found = self.words.dialect.find(heard, folded)
        if heard != toned:
            taken = {place for hit in found for place in range(hit.start, hit.end)}
            guessed = self.words.dialect.find(toned, folded)
            found += [hit for hit in guessed if taken.isdisjoint(range(hit.start, hit.end))]
        for hit in sorted(found, key=lambda hit: -hit.start):
            sure = any(marked[hit.start : hit.end])
            toned[hit.start : hit.end] = hit.meaning
            marked[hit.start : hit.end] = [sure] * len(hit.meaning)
        if _drop_echoes(toned, marked) or found:
            folded = list(map(fold_word, toned))
        return toned, marked, folded

    def _weigh(self, toned: Sequence[str], folded: Sequence[str]) -> tuple[float, ...]:
        stop = self.words.stop
        weights = [stop.get(word, 1.0) for word in toned]
        for hit in self.words.chat.find(toned, folded):
            weights[hit.start : hit.end] = [0.0] * (hit.end - hit.start)
        return tuple(weights)


def _drop_echoes(toned: list[str], marked: list[bool]) -> bool:
    """What stands twice in a row stands once: "mua bảo hiểm y tế y tế", "đi nhật đi nhật"; whether
    anything may have been dropped."""
    neighbours = list(pairwise(toned))
    if len(set(neighbours)) == len(neighbours):
        return False
    at = 0
    while at < len(toned):
        for size in range(min(_LONGEST_ECHO, (len(toned) - at) // 2), 1, -1):
            if toned[at : at + size] == toned[at + size : at + 2 * size]:
                del toned[at : at + size], marked[at : at + size]
                break
        at += 1
    return True


def _split(text: str) -> list[str]:
    return _tokens(nfc(text))


def _tokens(typed: str) -> list[str]:
    return list(map(old_style, _TOKEN.findall(typed.lower())))


def _has_marks(token: str) -> bool:
    return fold_word(token) != token if len(token) <= LONGEST_WORD else False


def _may_be_itself(token: str) -> bool:
    """Whether a short form can also be meant as typed: "hong", or the B of "phiếu B"."""
    return len(token) == 1 or is_syllable(fold_word(token))
