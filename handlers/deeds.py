"""Deeds: what a turn decides besides words, as plain data; the commit carries it out."""

from dataclasses import dataclass
from datetime import datetime

from storage.cases import Kind
from storage.receipts import Openness, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodge:
    """Somebody's words open a case, or join the one with the id `joins`.

    `code` is in the message already; should somebody else have it, the commit fails and the turn
    is taken again with another. `at`: when it was decided, which the date promised rests on.
    """

    code: str
    kind: Kind
    topic: str
    text: str
    at: datetime
    area: str = ""
    hamlet: str = ""
    openness: Openness = "open"
    unit: str = ""
    inbox_id: int = 0
    joins: int = 0


@dataclass(frozen=True, slots=True)
class Judge:
    """The asker's verdict on the answer to their code; a bad one reopens the case until then."""

    code: str
    verdict: Verdict
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Explain:
    """What an asker adds to the case of this code: why its answer is wrong, or what they were
    asked, which lets its clock run again."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Where the resident lives: a commune of the base, a hamlet in their words."""

    area: str
    hamlet: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Everything about this account goes; `leaves_words`: but not out of open cases."""

    leaves_words: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """A code was asked for that nobody has."""


@dataclass(frozen=True, slots=True)
class Register:
    """The resident will come to a dialogue ("come") or follows it from afar ("afar")."""

    dialogue_id: int
    way: str


@dataclass(frozen=True, slots=True)
class AskDialogue:
    """A question for a dialogue; others read it when it is "open", not when "nameless"."""

    dialogue_id: int
    text: str
    openness: str


@dataclass(frozen=True, slots=True)
class Support:
    """The resident asks the same as this question of a dialogue."""

    question_id: int


Deed = Lodge | Judge | Explain | Settle | Erase | Guess | Register | AskDialogue | Support
