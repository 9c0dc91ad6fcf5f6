"""Eligibility rules as cards write them: conditions on facts, each with its sentence of law."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from knowledge.household import FACTS, HOUSEHOLD_FACTS

_Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8)]
Value = bool | str
_LIMITS = ("at_least", "at_most", "above", "below")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Part):
    """One test of one fact: it is one of `among`, or a number within the limits.

    `because`: the sentence of law behind it, as a resident may be told it.
    """

    fact: str
    among: tuple[Value, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    above: int | None = None
    below: int | None = None
    because: _Sentence

    @model_validator(mode="after")
    def _speaks_of_facts(self) -> "Condition":
        kinds = FACTS.get(self.fact)
        if kinds is None:
            raise ValueError(f"no fact '{self.fact}'; there are: {', '.join(FACTS)}")
        limited = any(getattr(self, name) is not None for name in _LIMITS)
        if kinds == (int,):
            if self.among or not limited:
                raise ValueError(f"'{self.fact}' is a number: use {', '.join(_LIMITS)}")
        elif limited or not self.among or not set(self.among) <= set(kinds):
            raise ValueError(f"'{self.fact}' is among {list(kinds)}")
        return self


class Either(_Part):
    """At least one of several conditions, or of several groups of conditions."""

    any: tuple["Condition | AllOf", ...] = Field(min_length=2)


class AllOf(_Part):
    """Conditions that must hold together inside an `any`."""

    all: tuple[Condition, ...] = Field(min_length=1)


class Rule(_Part):
    """Who is eligible: all of `all` hold of the household or of one of its members.

    `confirm`: what only an official can see; while it stands, the best grade is "maybe".
    """

    of: Literal["household", "member"]
    all: tuple[Condition | Either, ...] = Field(min_length=1)
    confirm: tuple[_Sentence, ...] = ()

    @model_validator(mode="after")
    def _asks_members_only_of_members(self) -> "Rule":
        if self.of == "household":
            for condition in conditions_of(self):
                if condition.fact not in HOUSEHOLD_FACTS:
                    raise ValueError(f"'{condition.fact}' is a member's; write 'of: member'")
        return self


def conditions_of(rule: Rule) -> list[Condition]:
    """Every condition of a rule, in order."""
    found: list[Condition] = []
    todo: list[Condition | Either | AllOf] = list(rule.all)
    while todo:
        part = todo.pop(0)
        if isinstance(part, Condition):
            found.append(part)
        else:
            todo = [*(part.any if isinstance(part, Either) else part.all), *todo]
    return found
