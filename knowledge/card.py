"""A card: one curated answer as data; every text a resident reads of it is a rendering."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from knowledge.rule import Rule

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,47}$")]
Confidence = Literal["high", "medium", "low"]
Section = Literal["conditions", "benefit", "papers", "steps", "where", "time", "fee", "law"]


class Data(BaseModel):
    """What every piece of content is: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Amount(Data):
    """One figure: `value` in `unit`, e.g. 100000000 "đồng/hộ" or 6.24 "%/năm".

    Either `value` stands here, or it is `times` a base figure (`of`, content/figures.yaml), filled
    in for a day and rounded to whole đồng or to `digits` decimals. Prose says it as {key}.
    `since`, `until`: the first and last day of it.
    """

    key: Id | Literal[""] = ""
    what: Text
    value: float | None = None
    of: Id | Literal[""] = ""
    times: float = 1.0
    digits: int | None = None
    unit: Text
    note: str = ""
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> "Amount":
        if self.value is None and not self.of:
            raise ValueError("write its 'value', or 'of' which base figure it is")
        return self


class Citation(Data):
    """A legal ground: the document by its number (content/laws), and what of it counts here.

    `name`, `issued` and `link` are filled in from the document.
    """

    number: Text
    article: str = ""
    about: str = ""
    name: str = ""
    issued: date | None = None
    link: str = ""


class Where(Data):
    """Where to go: duties (content/duties.yaml); which unit has a duty depends on the day."""

    duties: tuple[Id, ...] = Field(min_length=1)
    how: str = ""


class Later(Data):
    """What changes in a card on a day that is known beforehand: the fields that are new then."""

    since: date
    changes: dict[str, Any] = Field(min_length=1)


class Card(Data):
    """One curated answer; texts are NFC Vietnamese, dates are Vietnamese calendar days.

    `also`: needs that residents would see as the same question, resolved to this card.
    `from_is_known`: false when no source showed the day its rule began, and `in_force_from` is only
    a day on which it certainly was in force.
    `announced_on`: from this day the card is served, saying from when its rule applies.
    `limits`: figures that are no benefit (ages, days, ceilings), for prose and checks.
    `successor`: the card that answers instead once this one is out of force.
    `lookup`: this card is the ground on which former communes, or offices, are looked up.
    """

    id: Id
    kind: Literal["policy", "story"] = "policy"
    also: tuple[Id, ...] = ()
    topic: Id
    title: Text
    questions: tuple[Text, ...] = Field(min_length=12)
    short: Text
    who: Text
    benefit: tuple[Amount, ...] = ()
    limits: tuple[Amount, ...] = ()
    benefit_notes: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
    papers: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    where: Where
    time: str = ""
    deadline: str = ""
    fee: str = ""
    law: tuple[Citation, ...] = Field(min_length=1)
    in_force_from: date
    from_is_known: bool = True
    in_force_to: date | None = None
    announced_on: date | None = None
    successor: Id | Literal[""] = ""
    later: tuple[Later, ...] = ()
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
    lookup: Literal["", "communes", "offices"] = ""
    eligibility: Rule | None = None

    def is_current(self, day: date) -> bool:
        """Whether it may be served as an answer on that Vietnamese calendar day."""
        first = self.announced_on or self.in_force_from
        return first <= day and (self.in_force_to is None or day <= self.in_force_to)

    def tells(self, section: Section) -> bool:
        """Whether it has anything to say in this section."""
        if section == "benefit":
            return bool(self.benefit or self.benefit_notes)
        if section == "time":
            return bool(self.time or self.deadline)
        if section == "conditions":
            return bool(self.who or self.conditions)
        return bool(getattr(self, section))

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
