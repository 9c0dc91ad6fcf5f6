"""What residents send that no card answers: examples that stand in the search beside the cards."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from knowledge.card import Card, Data, Id, Text, Where
from knowledge.source import Source, read_list

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
    found: dict[str, Elsewhere] = {}
    mistakes = read_list(Source(path), Elsewhere, found)
    if mistakes:
        raise mistakes[0]
    return tuple(found.values())
