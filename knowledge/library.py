"""The Library: every card, topic, unit and phrase, read from content files and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from knowledge.card import Card, Topic, Unit
from knowledge.phrases import Phrases, read_phrases
from knowledge.source import ContentError, Source, mistakes_of, read_one
from knowledge.text import fold

_Listed = TypeVar("_Listed", Topic, Unit)

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Library:
    """What we know, all of it; nothing in it ever changes, a new base is a new Library."""

    cards: Mapping[str, Card]
    topics: Mapping[str, Topic]
    units: Mapping[str, Unit]
    phrases: Phrases

    def cards_of(self, topic: str) -> tuple[Card, ...]:
        """The cards of a topic: those its file names first, then the others by id."""
        first = self.topics[topic].first
        cards = (card for card in self.cards.values() if card.topic == topic)
        return tuple(
            sorted(cards, key=lambda c: first.index(c.id) if c.id in first else len(first))
        )

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
    phrases: Phrases = field(default_factory=Phrases)
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    mistakes: list[ContentError] = field(default_factory=list[ContentError])

    def freeze(self) -> Library:
        """The Library, topics in menu order."""
        topics = dict(sorted(self.topics.items(), key=lambda item: item[1].order))
        return Library(
            MappingProxyType(self.cards),
            MappingProxyType(topics),
            MappingProxyType(self.units),
            self.phrases,
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
    _read_list(folder / "units.yaml", Unit, found=reading.units, reading=reading)
    try:
        reading.phrases = read_phrases(folder / "phrases.yaml")
    except ContentError as mistake:
        reading.mistakes.append(mistake)
    for path in sorted((folder / "cards").glob("*/*.yaml")):
        _read_card(path, reading)
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
    if card.id in reading.cards:
        twin = reading.sources[card.id].path
        problem = f"the id '{card.id}' is already used by {twin.name}."
        reading.mistakes.append(source.error(problem, "give this card another id", "id"))
        return
    reading.cards[card.id] = card
    reading.sources[card.id] = source


def _read_list(
    path: Path, kind: type[_Listed], *, found: dict[str, _Listed], reading: Reading
) -> None:
    try:
        source = Source(path)
    except ContentError as mistake:
        reading.mistakes.append(mistake)
        return
    reading.sources[path.name] = source
    for number, entry in enumerate(source.data):
        try:
            item = kind.model_validate(entry)
        except ValidationError as error:
            reading.mistakes += mistakes_of(source, error, (number,))
            continue
        if item.id in found:
            problem = f"the id '{item.id}' is there twice."
            reading.mistakes.append(source.error(problem, "give one another id", number, "id"))
        found[item.id] = item
