"""What residents send that no card answers: examples that stand in the search beside the cards."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from knowledge.card import Card, Data, Id, Text, Where
from knowledge.source import ContentError, Source, mistakes_of

Kind = Literal["service", "near", "talk"]
_PREFIX = "elsewhere-"


class Elsewhere(Data):
    """One thing asked elsewhere: another public service, a policy near ours, or mere talk."""

    id: Id
    kind: Kind
    title: Text
    questions: tuple[Text, ...] = Field(min_length=8)

    def stand_in(self) -> Card:
        """What the index sees of it; never shown to anybody."""
        return Card.model_construct(
            None,
            id=_PREFIX + self.id,
            topic="",
            title=self.title,
            questions=self.questions,
            short="",
            who="",
            where=Where(duties=("none",)),
            in_force_from=date.min,
        )


def read_elsewhere(path: Path) -> tuple[Elsewhere, ...]:
    """The entries of elsewhere.yaml; raises ContentError for the first mistake."""
    source = Source(path)
    found: list[Elsewhere] = []
    for number, entry in enumerate(source.data):
        try:
            found.append(Elsewhere.model_validate(entry))
        except ValidationError as error:
            raise mistakes_of(source, error, (number,))[0] from error
    names = [entry.id for entry in found]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise _twice(source, number, name)
    return tuple(found)


def _twice(source: Source, number: int, name: str) -> ContentError:
    return source.error(f"the id '{name}' is there twice.", "give one another id", number, "id")
