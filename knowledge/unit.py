"""Units: offices and communes with their duties, valid from and to, and who came after them."""

from datetime import date
from typing import Literal

from knowledge.card import Data, Id, Text


class Duty(Data):
    """One thing a unit does for residents, and the topics it belongs to."""

    id: Id
    title: Text
    topics: tuple[Id, ...] = ()


class Unit(Data):
    """An office or commune; on any day its duties are done by it or by somebody else.

    `called`: other names residents use for it.
    """

    id: Id
    name: Text
    kind: Literal["district-office", "commune", "commune-office", "province", "agency", "union"]
    duties: tuple[Id, ...] = ()
    area: str = ""
    called: tuple[Text, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[Id, ...] = ()
    contact: str = ""
    note: str = ""

    def is_valid(self, day: date) -> bool:
        """Whether the unit exists on that Vietnamese calendar day."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)
