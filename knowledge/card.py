"""A card: one curated answer as data; every text a resident reads of it is a rendering."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,47}$")]
Confidence = Literal["high", "medium", "low"]
Section = Literal["conditions", "benefit", "papers", "steps", "where", "time", "fee", "law"]


class Data(BaseModel):
    """What every piece of content is: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Amount(Data):
    """One figure of a benefit: `value` in `unit`, e.g. 100000000 "đồng/hộ" or 6.24 "%/năm"."""

    what: Text
    value: float
    unit: Text
    note: str = ""


class Law(Data):
    """One legal ground as residents may quote it; `issued` is the document's own date."""

    name: Text
    number: Text
    issued: date
    article: str = ""
    about: str = ""
    link: str = ""


class Where(Data):
    """Where to go: units by id (content/units.yaml), and what to do or ask there."""

    units: tuple[Id, ...] = Field(min_length=1)
    how: str = ""


class Card(Data):
    """One curated answer; texts are NFC Vietnamese, dates are Vietnamese calendar days."""

    id: Id
    topic: Id
    title: Text
    questions: tuple[Text, ...] = Field(min_length=8)
    short: Text
    who: Text
    benefit: tuple[Amount, ...] = ()
    benefit_notes: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
    papers: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    where: Where
    time: str = ""
    deadline: str = ""
    fee: str = ""
    law: tuple[Law, ...] = Field(min_length=1)
    in_force_from: date
    in_force_to: date | None = None
    replaces: tuple[Text, ...] = ()
    owner: Id
    scope: Literal["national", "province", "commune"]
    confidence: Confidence
    unconfirmed: tuple[Text, ...] = ()
    checked_on: date
    checked_by: Text
    sensitive: bool = False
    emergency: tuple[Text, ...] = ()
    cadre_notes: tuple[Text, ...] = ()
    related: tuple[Id, ...] = ()
    group: str = ""

    def is_current(self, day: date) -> bool:
        """Whether the card's law is in force on that Vietnamese calendar day."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)

    def is_confirmed(self) -> bool:
        """Whether nothing in it needs "hỏi lại xã để xác nhận"."""
        return self.confidence == "high" and not self.unconfirmed


class Topic(Data):
    """A field of policy: the menu residents browse.

    `first`: cards shown first, the most asked; `called`: what residents call the whole field.
    """

    id: Id
    title: Text
    hint: Text
    order: int
    first: tuple[Id, ...] = ()
    called: tuple[Text, ...] = ()


class Unit(Data):
    """An office or commune with its duties (topics), valid from/to, and successors."""

    id: Id
    name: Text
    kind: Literal["district-office", "commune", "commune-office", "province", "agency", "union"]
    duties: tuple[Id, ...] = ()
    area: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[Id, ...] = ()
    contact: str = ""
    note: str = ""

    def is_valid(self, day: date) -> bool:
        """Whether the unit exists on that Vietnamese calendar day."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)
