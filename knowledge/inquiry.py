"""What a household is asked to learn what it may get: questions, choices, whom they are about."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from knowledge.card import Data, Id, Text
from knowledge.household import FACTS, HOUSEHOLD_FACTS, Span
from knowledge.rule import Value

MOST_CHOICES = 5
"""Of a question as written; "không rõ" is always offered besides."""
HOME = "home"
"""Whoever a question or a card is about when it is about the whole household."""
_NO_LIMIT = 10**9


class Range(Data):
    """A number that a choice tells half: at least `low`, at most `high`."""

    low: int = 0
    high: int = _NO_LIMIT


Told = Range | tuple[Value, ...]
Sets = dict[str, Told]


class Option(Data):
    """One choice: what it tells, and which people of the family it brings into view.

    `likely`: how many of ten households choose it, roughly; it only orders the questions.
    """

    say: Text
    sets: Sets = Field(default_factory=dict[str, Told])
    people: tuple[Id, ...] = ()
    likely: Annotated[float, Field(gt=0)] = 1


class Asking(Data):
    """One question; `about`: a person in view, or the whole household.

    `several`: more than one choice may hold at once (the last one stands for none of them).
    """

    id: Id
    about: Id = HOME
    say: Text
    several: bool = False
    choices: tuple[Option, ...] = Field(min_length=2, max_length=MOST_CHOICES)


class Person(Data):
    """Somebody a family may have; `cards`: what is checked for them, `given`: what goes without
    asking because of who they are or because another question asks after it."""

    id: Id
    title: Text
    cards: tuple[Id, ...]
    given: Sets = Field(default_factory=dict[str, Told])


class Aside(Data):
    """A card with a rule that is not checked in the talk, and why."""

    card: Id
    why: Text


class Inquiry(Data):
    """eligibility.yaml; `facts`: what each fact is called when it is still to be known."""

    worth: Annotated[float, Field(gt=0)]
    facts: dict[str, Text]
    people: tuple[Person, ...]
    questions: tuple[Asking, ...]
    aside: tuple[Aside, ...] = ()

    @model_validator(mode="after")
    def _speaks_of_what_exists(self) -> "Inquiry":
        wrong = next(self._wrongs(), "")
        if wrong:
            raise ValueError(wrong)
        return self

    def _wrongs(self) -> Iterator[str]:
        known = {person.id for person in self.people}
        yield from (f"no fact '{name}'" for name in self.facts if name not in FACTS)
        for person in self.people:
            yield from (f"{person.id}: {wrong}" for wrong in _wrong(person.given))
        if HOME not in known:
            yield f"nobody is called '{HOME}'"
        for question in self.questions:
            named = {question.about, *(who for one in question.choices for who in one.people)}
            yield from (f"{question.id}: nobody is called '{who}'" for who in named - known)
            for choice in question.choices:
                yield from (f"{question.id}: {wrong}" for wrong in _wrong(choice.sets))
                is_lost = question.about == HOME and not choice.people
                if is_lost and not HOUSEHOLD_FACTS.keys() >= choice.sets.keys():
                    yield f"{question.id}: '{choice.say}' tells of a member and names nobody"


def _wrong(sets: Mapping[str, Told]) -> Iterator[str]:
    for name, told in sets.items():
        kinds = FACTS.get(name)
        if kinds is None:
            yield f"no fact '{name}'"
        elif isinstance(told, Range) != (kinds == (int,)):
            yield f"'{name}' is {'a number: low, high' if kinds == (int,) else 'words: [a, b]'}"
        elif not isinstance(told, Range) and not (told and set(told) <= set(kinds)):
            yield f"'{name}' is among {list(kinds)}"


def known_by(sets: Mapping[str, Told]) -> dict[str, object]:
    """The facts as eligibility reads them: a Span of numbers or a set of words."""
    return {
        name: Span(told.low, told.high) if isinstance(told, Range) else frozenset(told)
        for name, told in sets.items()
    }
