"""Casework: how long a unit may take, and whose replies a second person signs."""

from typing import Literal

from knowledge.card import Data, Id

CaseKind = Literal[
    "question", "suggestion", "petition", "difficulty", "report", "praise", "internal"
]


class Casework(Data):
    """content/casework.yaml; `days` are workdays to answer; `coordinating` guides the cadres."""

    days: dict[CaseKind, int]
    second_signature: tuple[Id, ...] = ()
    coordinating: Id

    def is_signed_twice(self, unit: str) -> bool:
        """Whether a second person signs what this unit answers."""
        return unit in self.second_signature
