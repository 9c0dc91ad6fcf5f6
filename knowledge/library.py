"""The Library: every card, topic, unit and phrase, read from content files and frozen."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from knowledge.card import Card, Data, Topic
from knowledge.casework import Casework, read_casework
from knowledge.dialogue_clock import DialogueClock
from knowledge.edition import Ground, card_on, changes_of, unreadable_changes
from knowledge.elsewhere import Elsewhere, read_elsewhere
from knowledge.holidays import Holiday, workdays_of
from knowledge.inquiry import Inquiry
from knowledge.kinds import CaseKind, KindHearer
from knowledge.law import Document, Figure
from knowledge.law_number import law_named
from knowledge.phrases import Phrases, read_phrases
from knowledge.questioning import Questioning
from knowledge.source import ContentError, Listed, Source, mistakes_of, read_list, read_one
from knowledge.text import fold
from knowledge.unit import Duty, Unit
from knowledge.workdays import Workdays

_Listed = TypeVar("_Listed", bound=Listed)
_Whole = TypeVar("_Whole", bound=Data)

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Library:
    """What we know, all of it; nothing in it ever changes, a new base is a new Library.

    Its cards are as written; `on` gives them as they read on a day.
    """

    cards: Mapping[str, Card]
    topics: Mapping[str, Topic]
    units: Mapping[str, Unit]
    duties: Mapping[str, Duty]
    ground: Ground
    phrases: Phrases
    casework: Casework
    dialogue_clock: DialogueClock
    workdays: Workdays
    kinds: Mapping[str, CaseKind]
    elsewhere: tuple[Elsewhere, ...] = ()
    inquiry: Inquiry | None = None
    _editions: dict[int, "Library"] = field(default_factory=dict[int, "Library"], repr=False)

    def on(self, day: date) -> "Library":
        """The library of that Vietnamese calendar day: figures, laws and changes filled in."""
        number = bisect_right(self._changes, day)
        edition = self._editions.get(number)
        if edition is None:
            cards = {card.id: card_on(card, day, self.ground) for card in self.cards.values()}
            edition = replace(self, cards=MappingProxyType(cards), _editions={})
            self._editions[number] = edition
        return edition

    @cached_property
    def _changes(self) -> list[date]:
        return changes_of(self.cards.values(), self.ground)

    def card(self, name: str) -> Card | None:
        """The card of an id, or the one that a merged need was put into."""
        return self.cards.get(name) or self.cards.get(self._merged.get(name, ""))

    def of_day(self, name: str, day: date) -> Card:
        """The card of an id; once its rule is over, the one that came after it."""
        card = self.cards[name]
        heir = self.cards.get(card.successor)
        return heir if heir and not card.is_current(day) else card

    @cached_property
    def questioning(self) -> Questioning | None:
        """What a household is asked to learn what it may get, by the cards as they stand here."""
        return Questioning(self.inquiry, self.cards) if self.inquiry else None

    @cached_property
    def _merged(self) -> Mapping[str, str]:
        return {other: card.id for card in self.cards.values() for other in card.also}

    def units_for(self, card: Card, day: date) -> list[Unit]:
        """Where a card sends people on that day: who has its duties then, in their order."""
        found = (unit for duty in card.where.duties for unit in self._with_duty.get(duty, ()))
        return list(dict.fromkeys(unit for unit in found if unit.is_valid(day)))

    def unit_with(self, duty: str, day: date) -> Unit | None:
        """Who has a duty on that day: the first of them in the order of units.yaml."""
        return next((u for u in self._with_duty.get(duty, ()) if u.is_valid(day)), None)

    @cached_property
    def _with_duty(self) -> Mapping[str, list[Unit]]:
        units: dict[str, list[Unit]] = {duty: [] for duty in self.duties}
        for unit in self.units.values():
            for duty in unit.duties:
                units.setdefault(duty, []).append(unit)
        return units

    def cards_of(self, topic: str) -> tuple[Card, ...]:
        """The cards of a topic: those its file names first, then the others by id."""
        first = self.topics[topic].first
        cards = (card for card in self.cards.values() if card.topic == topic)
        return tuple(
            sorted(cards, key=lambda c: first.index(c.id) if c.id in first else len(first))
        )

    def cards_citing(self, text: str) -> list[Card]:
        """The cards that rest on a law which the text names by its number ("NĐ 335/2026")."""
        wanted = law_named(text)
        if wanted is None:
            return []
        named = (places for number, places in self._cited.items() if wanted.is_of(number))
        # First those for which it is the main ground.
        ranked = sorted((place for places in named for place in places), key=lambda p: p[0])
        return [self.cards[name] for name in dict.fromkeys(name for _, name in ranked)]

    @cached_property
    def _cited(self) -> Mapping[str, list[tuple[int, str]]]:
        """By a law's number: the cards, with the place at which they name it."""
        cited: dict[str, list[tuple[int, str]]] = {}
        for card in self.cards.values():
            for place, law in enumerate(card.law):
                cited.setdefault(law.number, []).append((place, card.id))
        return cited

    def kind_said(self, text: str) -> str:
        """The kind of opinion that a text seems to be."""
        return self._kind_hearer.suggest(text)

    @cached_property
    def _kind_hearer(self) -> KindHearer:
        return KindHearer(self.kinds)

    def topic_called(self, text: str) -> str:
        """The topic that the whole text is a name of ("vay vốn", "BHYT"), else ""."""
        return self._names.get(fold(text), "")

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {
            fold(name): topic.id
            for topic in self.topics.values()
            for name in (topic.title, *topic.called)
        }


@dataclass(slots=True)
class Reading:
    """What was read of a content folder, with where each card stands and what is wrong."""

    cards: dict[str, Card] = field(default_factory=dict[str, Card])
    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    units: dict[str, Unit] = field(default_factory=dict[str, Unit])
    duties: dict[str, Duty] = field(default_factory=dict[str, Duty])
    figures: dict[str, Figure] = field(default_factory=dict[str, Figure])
    documents: dict[str, Document] = field(default_factory=dict[str, Document])
    holidays: dict[str, Holiday] = field(default_factory=dict[str, Holiday])
    casework: Casework | None = None
    dialogue_clock: DialogueClock | None = None
    kinds: dict[str, CaseKind] = field(default_factory=dict[str, CaseKind])
    phrases: Phrases = field(default_factory=Phrases)
    elsewhere: tuple[Elsewhere, ...] = ()
    inquiry: Inquiry | None = None
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    mistakes: list[ContentError] = field(default_factory=list[ContentError])

    @property
    def ground(self) -> Ground:
        """The base figures and the laws."""
        return Ground(MappingProxyType(self.figures), MappingProxyType(self.documents))

    def freeze(self) -> Library:
        """The Library, topics in menu order; only what was read without a mistake has one."""
        assert self.casework is not None
        assert self.dialogue_clock is not None
        topics = dict(sorted(self.topics.items(), key=lambda item: item[1].order))
        return Library(
            cards=MappingProxyType(self.cards),
            topics=MappingProxyType(topics),
            units=MappingProxyType(self.units),
            duties=MappingProxyType(self.duties),
            ground=self.ground,
            phrases=self.phrases,
            casework=self.casework,
            dialogue_clock=self.dialogue_clock,
            workdays=workdays_of(self.holidays.values()),
            kinds=MappingProxyType(self.kinds),
            elsewhere=self.elsewhere,
            inquiry=self.inquiry,
        )


def load(folder: Path = CONTENT) -> Library:
    """The Library of a content folder; raises the first ContentError."""
    reading = read(folder)
    if reading.mistakes:
        raise reading.mistakes[0]
    return reading.freeze()


def read(folder: Path = CONTENT) -> Reading:
    """Everything in a content folder that can be read, and every mistake found while reading."""
    reading = Reading()
    _read_list(folder / "topics.yaml", Topic, found=reading.topics, reading=reading)
    _read_list(folder / "duties.yaml", Duty, found=reading.duties, reading=reading)
    _read_list(folder / "units.yaml", Unit, found=reading.units, reading=reading)
    _read_list(folder / "kinds.yaml", CaseKind, found=reading.kinds, reading=reading)
    _read_list(folder / "figures.yaml", Figure, found=reading.figures, reading=reading)
    _read_list(folder / "holidays.yaml", Holiday, found=reading.holidays, reading=reading)
    _read_casework(folder, reading)
    reading.dialogue_clock = _read_one(folder / "dialogues.yaml", DialogueClock, reading)
    for path in sorted((folder / "laws").glob("*.yaml")):
        _read_list(path, Document, found=reading.documents, reading=reading)
    try:
        reading.phrases = read_phrases(folder / "phrases.yaml")
        reading.elsewhere = read_elsewhere(folder / "elsewhere.yaml")
    except ContentError as mistake:
        reading.mistakes.append(mistake)
    for path in sorted((folder / "cards").glob("*/*.yaml")):
        _read_card(path, reading)
    asking = folder / "eligibility.yaml"
    if asking.exists():  # A base of a few cards may do without.
        reading.inquiry = _read_one(asking, Inquiry, reading)
    return reading


def _read_card(path: Path, reading: Reading) -> None:
    try:
        source = Source(path)
    except ContentError as mistake:
        reading.mistakes.append(mistake)
        return
    card, mistakes = read_one(source, Card)
    reading.mistakes += mistakes
    if card is None:
        return
    wrong = unreadable_changes(card)
    if wrong:
        reading.mistakes += mistakes_of(source, wrong, ("later",))
        return
    if card.id in reading.cards:
        twin = reading.sources[card.id].path
        problem = f"the id '{card.id}' is already used by {twin.name}."
        reading.mistakes.append(source.error(problem, "give this card another id", "id"))
        return
    reading.cards[card.id] = card
    reading.sources[card.id] = source


def _read_casework(folder: Path, reading: Reading) -> None:
    names = "casework.yaml", "replies.yaml"
    try:
        said, offered = (Source(folder / name) for name in names)
    except ContentError as mistake:
        reading.mistakes.append(mistake)
        return
    reading.sources.update(zip(names, (said, offered), strict=True))
    reading.casework, mistakes = read_casework(said, offered)
    reading.mistakes += mistakes


def _read_one(path: Path, kind: type[_Whole], reading: Reading) -> _Whole | None:
    source = _source(path, reading)
    if source is None:
        return None
    found, mistakes = read_one(source, kind)
    reading.mistakes += mistakes
    return found


def _read_list(
    path: Path, kind: type[_Listed], *, found: dict[str, _Listed], reading: Reading
) -> None:
    source = _source(path, reading)
    if source is not None:
        reading.mistakes += read_list(source, kind, found)


def _source(path: Path, reading: Reading) -> Source | None:
    """The file, kept for the check by its name; None, and a mistake, when it cannot be read."""
    try:
        source = reading.sources[path.name] = Source(path)
    except ContentError as mistake:
        reading.mistakes.append(mistake)
        return None
    return source
