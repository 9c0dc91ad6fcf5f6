"""Casework: the settings of answering residents, and replies that officials start from."""

from typing import Literal

from pydantic import Field

from knowledge.card import Data, Id, Text
from knowledge.rota import Rota
from knowledge.source import ContentError, Source, read_list, read_one
from knowledge.text import fold

BLANK = "___"
"""Stands in a reply where the official has to write."""

Signature = Literal["none", "unit", "coordinator"]


class Days(Data):
    """Workdays in which a case of each kind is answered."""

    question: int = Field(ge=1)
    suggestion: int = Field(ge=1)
    petition: int = Field(ge=1)
    difficulty: int = Field(ge=1)
    report: int = Field(ge=1)
    praise: int = Field(ge=1)
    internal: int = Field(ge=1)


class Reply(Data):
    """A reply to start from; `___` stands where the official has to write.

    `topics` empty: fits every topic.
    """

    id: Id
    title: Text
    outcome: Literal["solved", "promised", "refused"]
    topics: tuple[Id, ...] = ()
    text: Text


class Settings(Rota):
    """What casework.yaml says.

    `signature`: who besides the writer approves replies of a unit (unit: anybody else of it, or a
    coordinator or leader; coordinator: one of those two); `coordinating_unit`: who guides cadres;
    `vague`: words that promise nothing unless a date stands with them.
    """

    days: Days
    signature: dict[Id, Signature] = Field(default_factory=dict[Id, Signature])
    coordinating_unit: Id
    vague: tuple[Text, ...]


class Casework(Data):
    """The settings and the replies."""

    settings: Settings
    replies: tuple[Reply, ...] = ()

    @property
    def days(self) -> dict[str, int]:
        """Workdays to answer, by kind of case."""
        return self.settings.days.model_dump()

    def signature_of(self, unit: str) -> Signature:
        """Who besides the writer approves what this unit replies."""
        return self.settings.signature.get(unit, "none")

    @property
    def coordinating(self) -> str:
        """The unit that gets what nobody else has, and guides the cadres."""
        return self.settings.coordinating_unit

    def is_signed_twice(self, unit: str) -> bool:
        """Whether a second person signs what this unit answers."""
        return self.signature_of(unit) != "none"

    def reply(self, name: str) -> Reply | None:
        """The reply of an id."""
        return next((reply for reply in self.replies if reply.id == name), None)

    def vague_word(self, text: str) -> str:
        """The first word in a reply that promises nothing, else ""."""
        folded = f" {fold(text)} "
        return next((w for w in self.settings.vague if f" {fold(w)} " in folded), "")

    def replies_for(self, topic: str, outcome: str = "") -> tuple[Reply, ...]:
        """The replies that fit, those made for the topic first."""
        fit = [r for r in self.replies if not r.topics or topic in r.topics]
        wanted = [r for r in fit if not outcome or r.outcome == outcome]
        return tuple(sorted(wanted, key=lambda reply: not reply.topics))


def read_casework(said: Source, offered: Source) -> tuple[Casework | None, list[ContentError]]:
    """casework.yaml and replies.yaml as data, or what is wrong with them."""
    settings, mistakes = read_one(said, Settings)
    replies: dict[str, Reply] = {}
    mistakes += read_list(offered, Reply, replies)
    if settings is None or mistakes:
        return None, mistakes
    return Casework(settings=settings, replies=tuple(replies.values())), []
