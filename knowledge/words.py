"""The words residents use, as officials keep them in content/words: spellings, phrases, weights."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field, RootModel

from knowledge.card import Data, Section, Text
from knowledge.source import Source, read_one
from knowledge.text import fold, fold_word, words

FOLDER = Path(__file__).parent / "content" / "words"
_Meaning = TypeVar("_Meaning")
_Model = TypeVar("_Model", bound=BaseModel)
_FORGIVING = 4
"""From so many syllables on, a phrase is still itself with one wrong tone."""
Weight = Annotated[float, Field(ge=0, le=1)]


class Spellings(RootModel[dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]]]):
    """abbreviations.yaml, teencode.yaml: as typed → what it may stand for, likeliest first."""


class Dialect(RootModel[dict[Text, Text]]):
    """dialect.yaml: a word or phrase of the street → the standard one."""


class OurField(Data):
    """field.yaml."""

    ours: tuple[Text, ...]
    general: tuple[Text, ...]


class Lines(RootModel[tuple[Text, ...]]):
    """everyday.yaml: a plain list."""


class Filler(Data):
    """filler.yaml."""

    chat: tuple[Text, ...]
    stop: dict[Weight, tuple[Text, ...]]


class FollowUp(Data):
    """followup.yaml."""

    turn: tuple[Text, ...]
    point: tuple[Text, ...]
    light: tuple[Text, ...]
    between: tuple[Text, ...]


class Outside(Data):
    """outside.yaml."""

    services: tuple[Text, ...]
    near: tuple[Text, ...]
    talk: tuple[Text, ...]


class Sections(RootModel[dict[Section, tuple[Text, ...]]]):
    """sections.yaml: a part of an answer → how residents ask for it, strongest part first."""


class Contrast(Data):
    """contrast.yaml."""

    status: tuple[Text, ...]
    other: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Found(Generic[_Meaning]):
    """A phrase met in a text: it stands at start..end (syllables) and means `meaning`."""

    start: int
    end: int
    meaning: _Meaning


_Known = tuple[tuple[str, ...], tuple[str, ...], _Meaning]
"""A phrase without tones, the same as written, and what it means."""


class Phrases(Generic[_Meaning]):
    """Phrases that are found in a syllable sequence, longest first, each syllable used once."""

    __slots__ = ("_longer", "_single")

    def __init__(self, entries: Iterable[tuple[str, _Meaning]]) -> None:
        """A phrase of several syllables also counts typed without marks, a single one does not."""
        self._longer: dict[tuple[str, str], list[_Known[_Meaning]]] = {}
        self._single: dict[str, list[_Known[_Meaning]]] = {}
        for phrase, meaning in entries:
            toned = tuple(words(phrase))
            folded = tuple(fold_word(word) for word in toned)
            known = (folded, toned, meaning)
            match folded:
                case (first, second, *_):
                    self._longer.setdefault((first, second), []).append(known)
                case _:
                    self._single.setdefault(folded[0], []).append(known)
        for known in self._longer.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def find(self, toned: Sequence[str], folded: Sequence[str]) -> list[Found[_Meaning]]:
        """The phrases in the text, from left to right."""
        longer, single = self._longer, self._single
        # Most syllables begin no phrase at all.
        begins = [
            (at, pair)
            for at, pair in enumerate(pairwise((*folded, "")))
            if pair in longer or pair[0] in single
        ]
        if not begins:
            return []
        text = tuple(toned), tuple(folded)
        found: list[Found[_Meaning]] = []
        free = 0
        for at, pair in begins:
            known = (*longer.get(pair, ()), *single.get(pair[0], ()))
            hit = self._first(known, at, text) if at >= free else None
            if hit is not None:
                found.append(hit)
                free = hit.end
        return found

    def _first(
        self,
        known: Iterable[_Known[_Meaning]],
        at: int,
        text: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> Found[_Meaning] | None:
        typed, folded = text
        for plain, marked, meaning in known:
            end = at + len(plain)
            if plain == folded[at:end] and self._says(marked, plain, typed[at:end]):
                return Found(at, end, meaning)
        return None

    def _says(
        self, marked: tuple[str, ...], plain: tuple[str, ...], typed: tuple[str, ...]
    ) -> bool:
        if marked == typed:
            return True
        if len(marked) == 1:
            return False
        wrong = sum(
            word not in (there, bare)
            for word, there, bare in zip(typed, marked, plain, strict=True)
        )
        return wrong <= (len(marked) >= _FORGIVING)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything content/words says, ready to be asked."""

    spellings: Mapping[str, tuple[tuple[str, ...], ...]]
    dialect: Phrases[tuple[str, ...]]
    chat: Phrases[None]
    stop: Mapping[str, float]
    sections: Phrases[tuple[int, Section]]
    turn: Phrases[None]
    point: Phrases[None]
    light: frozenset[str]
    between: tuple[str, ...]
    ours: Phrases[None]
    general: Phrases[None]
    outside: Phrases[str]
    contrast: Phrases[None]
    status: Phrases[None]
    texts: tuple[str, ...] = field(repr=False)

    def weight(self, toned: str) -> float:
        """What a syllable still weighs: 1 unless filler.yaml says less."""
        return self.stop.get(toned, 1.0)


def load_words(folder: Path = FOLDER) -> Words:
    """The Words of a folder; raises ContentError with file and line for the first mistake."""
    abbreviations = _read(folder / "abbreviations.yaml", Spellings)
    teencode = _read(folder / "teencode.yaml", Spellings)
    dialect = _read(folder / "dialect.yaml", Dialect).root
    filler = _read(folder / "filler.yaml", Filler)
    sections = _read(folder / "sections.yaml", Sections).root
    follow_up = _read(folder / "followup.yaml", FollowUp)
    ours = _read(folder / "field.yaml", OurField)
    outside = _read(folder / "outside.yaml", Outside)
    contrast = _read(folder / "contrast.yaml", Contrast)
    everyday = _read(folder / "everyday.yaml", Lines).root
    lists = (filler.chat, *(phrases for file in (follow_up, ours, outside) for _, phrases in file))
    lent = (*sections.values(), *lists)
    return Words(
        spellings=_spellings(teencode, abbreviations),
        dialect=Phrases((typed, tuple(words(said))) for typed, said in dialect.items()),
        chat=_marks(filler.chat),
        stop=dict(_stop_words(filler)),
        sections=Phrases(_section_phrases(sections)),
        turn=_marks(follow_up.turn),
        point=_marks(follow_up.point),
        light=frozenset(follow_up.light),
        between=tuple(p for phrase in follow_up.between for p in (phrase, fold(phrase))),
        ours=_marks(ours.ours),
        general=_marks(ours.general),
        outside=Phrases((p, kind) for kind, phrases in outside for p in phrases),
        contrast=_marks((*contrast.status, *contrast.other)),
        status=_marks(contrast.status),
        texts=(
            *everyday,
            *contrast.status,
            *contrast.other,
            *dialect.keys(),
            *dialect.values(),
            *(p for some in lent for p in some),
        ),
    )


def read_spellings(folder: Path = FOLDER) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Only what single typed words stand for: chat spelling and abbreviations."""
    teencode = _read(folder / "teencode.yaml", Spellings)
    return _spellings(teencode, _read(folder / "abbreviations.yaml", Spellings))


def read_outside(folder: Path = FOLDER) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is not ours (other services, other talk), and the words of ours that outweigh it."""
    outside = _read(folder / "outside.yaml", Outside)
    return (*outside.services, *outside.talk), _read(folder / "field.yaml", OurField).ours


def _spellings(*tables: Spellings) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for table in tables:
        for typed, meanings in table.root.items():
            known = found.get(typed.lower(), ())
            found[typed.lower()] = (*known, *(tuple(words(meaning)) for meaning in meanings))
    return found


def _stop_words(filler: Filler) -> Iterator[tuple[str, float]]:
    for weight, stopped in sorted(filler.stop.items(), reverse=True):
        for word in stopped:
            if " " not in word:
                yield word.lower(), weight


def _section_phrases(
    sections: Mapping[Section, tuple[str, ...]],
) -> Iterator[tuple[str, tuple[int, Section]]]:
    order = {name: number for number, name in enumerate(sections)}
    for name, phrases in sections.items():
        for phrase in phrases:
            yield phrase, (order[name], name)


def _marks(phrases: Iterable[str]) -> Phrases[None]:
    return Phrases((phrase, None) for phrase in phrases)


def _read(path: Path, kind: type[_Model]) -> _Model:
    model, mistakes = read_one(Source(path), kind)
    if model is None:
        raise mistakes[0]
    return model
