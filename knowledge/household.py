"""A household as eligibility sees it: a closed vocabulary of facts, each known or unknown."""

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args, get_origin, get_type_hints

Status = Literal["poor", "near_poor", "newly_escaped", "average_living", "other"]
Learning = Literal[
    "none",
    "nursery",
    "kindergarten",
    "primary",
    "lower_secondary",
    "upper_secondary",
    "vocational",
    "college",
    "university",
    "postgraduate",
]
Disability = Literal["none", "mild", "severe", "very_severe"]
Wish = Literal["learn_trade", "work", "go_abroad", "borrow", "start_business"]


class Span(NamedTuple):
    """A number that is known to lie between two, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What is known of a whole household; None is unknown.

    `income`: đồng a head a month; `lacks`: of the 12 deprivation indicators; `power_kwh`: a month;
    `house`: weak is dilapidated or unsafe, lost is collapsed, burnt or washed away;
    `merit`: a family of people with merit to the revolution; `farming`: lives from farming,
    forestry, fishing or salt; `disaster`: hit by natural disaster, fire or serious accident;
    `years_escaped`: full years since it left the list of poor or near-poor households.
    """

    status: Status | None = None
    area: Literal["rural", "urban"] | None = None
    income: int | None = None
    lacks: int | None = None
    years_escaped: int | None = None
    farming: bool | None = None
    ethnic_minority: bool | None = None
    merit: bool | None = None
    house: Literal["sound", "weak", "lost"] | None = None
    disaster: bool | None = None
    crop_loss: int | None = None
    power_kwh: int | None = None
    gets_allowance: bool | None = None
    savings_group: bool | None = None
    registered: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What is known of one member; None is unknown.

    `orphan`: lost both parents, abandoned, or equal in law; `one_parent_lost`: one of them;
    `alone`: nobody is there who must and can care for them; `allowance`: draws a monthly social
    allowance; `pension`: draws a pension or monthly social insurance; `low_pension`: and it is
    lower than the social pension; `insured`: has a valid
    health insurance card; `unemployment_months`: paid into unemployment insurance;
    `single_parent`: unmarried, widowed or divorced, raising a child under 16, or to 22 in school;
    `discharged`: discharged soldier, conscript police, young volunteer; `stem`: studies a science
    or engineering field; `abroad`: signed a contract to work abroad.
    """

    age: int | None = None
    learning: Learning | None = None
    school: Literal["public", "private"] | None = None
    disability: Disability | None = None
    orphan: bool | None = None
    one_parent_lost: bool | None = None
    single_parent: bool | None = None
    pregnant: bool | None = None
    hiv: bool | None = None
    serious_illness: bool | None = None
    alone: bool | None = None
    allowance: bool | None = None
    pension: bool | None = None
    low_pension: bool | None = None
    insured: bool | None = None
    jobless: bool | None = None
    unemployment_months: int | None = None
    discharged: bool | None = None
    released_prisoner: bool | None = None
    stem: bool | None = None
    abroad: bool | None = None
    died: bool | None = None
    wish: Wish | None = None


def _kinds(of: type) -> dict[str, tuple[object, ...]]:
    """Each fact with the values it may take: words, (True, False), or int for a number."""
    found: dict[str, tuple[object, ...]] = {}
    hints = get_type_hints(of)
    for field in fields(of):
        kind = next(arg for arg in get_args(hints[field.name]) if arg is not type(None))
        literal = get_origin(kind) is Literal
        found[field.name] = get_args(kind) if literal else (True, False) if kind is bool else (int,)
    return found


HOUSEHOLD_FACTS = _kinds(Household)
MEMBER_FACTS = _kinds(Member)
FACTS = {**HOUSEHOLD_FACTS, **MEMBER_FACTS}
"""Every fact by name: the words or booleans it may be, or (int,) for a number."""
