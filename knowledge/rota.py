"""The rota: when people are written to, whose matter a topic is, who hears that it is late."""

from datetime import time
from typing import Literal

from pydantic import Field, model_validator

from knowledge.card import Data, Id


class Hours(Data):
    """From one time of day until another, both of Viet Nam; the later one is outside."""

    since: time
    until: time

    @model_validator(mode="after")
    def _is_in_order(self) -> "Hours":
        if self.since >= self.until:
            raise ValueError("'since' must come before 'until'")
        return self

    def hold(self, moment: time) -> bool:
        """Whether that time of day is within."""
        return self.since <= moment < self.until


class Step(Data):
    """Who hears of a case that is `late` workdays late."""

    late: int = Field(ge=1)
    to: Literal["coordinator", "leader", "admin"]


class Routing(Data):
    """Whose matter a topic is: of which duties, everywhere or in some communes."""

    topic: Id
    duties: tuple[Id, ...] = Field(min_length=1)
    areas: tuple[Id, ...] = ()


class Rota(Data):
    """`soon`: workdays left, or fewer, from which on a case is shown amber."""

    soon: int = Field(ge=0)
    waking: Hours
    working: Hours
    digest_at: time
    escalation: tuple[Step, ...] = ()
    routing: tuple[Routing, ...]

    @model_validator(mode="after")
    def _is_in_order(self) -> "Rota":
        late = [step.late for step in self.escalation]
        if late != sorted(set(late)):
            raise ValueError("'escalation' goes from the fewest days late to the most")
        return self

    def duties_of(self, topic: str, area: str) -> tuple[str, ...]:
        """The duties a topic is looked for under in that commune, in order."""
        lines = [line for line in self.routing if line.topic == topic]
        here = [line for line in lines if area and area in line.areas]
        everywhere = [line for line in lines if not line.areas]
        return tuple(duty for line in (*here, *everywhere) for duty in line.duties)
