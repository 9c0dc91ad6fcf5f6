"""Casework: how long a unit may take, whose matter a topic is, and who hears when it is late."""

from datetime import time
from typing import Literal, get_args

from pydantic import Field, model_validator

from knowledge.card import Data, Id

CaseKind = Literal[
    "question", "suggestion", "petition", "difficulty", "report", "praise", "internal"
]


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
    """Whose matter a topic is, everywhere or in some communes."""

    topic: Id
    duties: tuple[Id, ...] = Field(min_length=1)
    areas: tuple[Id, ...] = ()


class Casework(Data):
    """content/casework.yaml; `days` are workdays to answer."""

    days: dict[CaseKind, int]
    soon: int = Field(ge=0)
    second_signature: tuple[Id, ...] = ()
    waking: Hours
    working: Hours
    digest_at: time
    escalation: tuple[Step, ...] = ()
    coordinating: Id
    routing: tuple[Routing, ...]

    @model_validator(mode="after")
    def _is_in_order(self) -> "Casework":
        missing = set(get_args(CaseKind)) - set(self.days)
        if missing or min(self.days.values()) < 1:
            raise ValueError(f"'days' needs every kind, one workday or more: {sorted(missing)}")
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

    def is_signed_twice(self, unit: str) -> bool:
        """Whether a second person signs what this unit answers."""
        return unit in self.second_signature
