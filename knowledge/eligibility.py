"""Eligibility: a household against every card's rule, with the reason for each result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from knowledge.card import Card
from knowledge.household import HOUSEHOLD_FACTS, Household, Member, Span
from knowledge.rule import AllOf, Condition, Either, Rule

Grade = Literal["eligible", "maybe", "not_yet"]
"""đủ theo thông tin đã nêu / có thể đủ, cần cán bộ xác nhận / chưa đủ vì …"""

Truth = bool | None
"""None: not enough is known."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one card's rule came out for a household, or for one member (`member`: its place).

    `because`: the sentences of law that hold; `against`: those that do not; `unknown`: facts that
    would decide; `confirm`: what an official must still see.
    """

    card: str
    grade: Grade
    member: int | None = None
    because: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    truth: Truth
    because: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def assess(
    cards: Iterable[Card], household: Household, members: Sequence[Member] = ()
) -> list[Result]:
    """Every card that has a rule, tested; a rule on members gives one result for each member."""
    found: list[Result] = []
    for card in cards:
        rule = card.eligibility
        if rule is None:
            continue
        if rule.of == "household":
            found.append(_result(card, rule, _facts(household, Member())))
        else:
            for number, member in enumerate(members):
                result = _result(card, rule, _facts(household, member))
                found.append(replace(result, member=number))
    return found


def judge(card: Card, facts: Mapping[str, object]) -> Result:
    """One card's rule (it has one) on facts by name; what is not in `facts` is not known.

    A fact may be half known: a Span of numbers, or a frozenset of the words it may be.
    """
    assert card.eligibility is not None
    return _result(card, card.eligibility, facts)


def truth_of(rule: Rule, facts: Mapping[str, object]) -> Truth:
    """Whether a rule holds, as far as the facts decide it."""
    truths = [_test(part, facts).truth for part in rule.all]
    return False if False in truths else None if None in truths else True


def _facts(household: Household, member: Member) -> dict[str, object]:
    facts = {name: getattr(household, name) for name in HOUSEHOLD_FACTS}
    return {**facts, **{name: getattr(member, name) for name in Member.__dataclass_fields__}}


def _result(card: Card, rule: Rule, facts: Mapping[str, object]) -> Result:
    parts = [_test(part, facts) for part in rule.all]
    because = tuple(line for part in parts for line in part.because)
    against = tuple(line for part in parts for line in part.against)
    unknown = tuple(dict.fromkeys(fact for part in parts for fact in part.unknown))
    if any(part.truth is False for part in parts):
        return Result(card.id, "not_yet", because=because, against=against)
    is_sure = card.confidence == "high" and not rule.confirm
    grade: Grade = "eligible" if is_sure and all(part.truth for part in parts) else "maybe"
    return Result(card.id, grade, because=because, unknown=unknown, confirm=rule.confirm)


def _test(part: Condition | Either | AllOf, facts: Mapping[str, object]) -> _Finding:
    if isinstance(part, Condition):
        return _test_condition(part, facts)
    if isinstance(part, AllOf):
        return _every([_test(one, facts) for one in part.all])
    return _some([_test(one, facts) for one in part.any])


def _test_condition(condition: Condition, facts: Mapping[str, object]) -> _Finding:
    holds = _holds(condition, facts.get(condition.fact))
    if holds is None:
        return _Finding(None, unknown=(condition.fact,))
    line = (condition.because,)
    return _Finding(True, because=line) if holds else _Finding(False, against=line)


def _holds(condition: Condition, value: object) -> Truth:
    if isinstance(value, Span):
        return _within_all(condition, value)
    if isinstance(value, frozenset):
        held = {one in condition.among for one in cast("frozenset[object]", value)}
        return None if len(held) != 1 else held.pop()
    if value is None:
        return None
    # True and False are integers too, but never numbers here.
    if isinstance(value, int) and not isinstance(value, bool):
        return _within(condition, value)
    return value in condition.among


def _within_all(condition: Condition, span: Span) -> Truth:
    """The limits enclose one stretch of numbers: all of the span lies in it, none, or some."""
    low = max(v for v in (condition.at_least, _next(condition.above), 0) if v is not None)
    below = None if condition.below is None else condition.below - 1
    high = min(v for v in (condition.at_most, below, span.high) if v is not None)
    if span.low >= low and span.high <= high:
        return True
    return None if span.low <= high and span.high >= low else False


def _next(value: int | None) -> int | None:
    return None if value is None else value + 1


def _within(condition: Condition, value: int) -> bool:
    return (
        (condition.at_least is None or value >= condition.at_least)
        and (condition.at_most is None or value <= condition.at_most)
        and (condition.above is None or value > condition.above)
        and (condition.below is None or value < condition.below)
    )


def _every(found: Sequence[_Finding]) -> _Finding:
    truths = [one.truth for one in found]
    truth = False if False in truths else None if None in truths else True
    return _joined(truth, found)


def _some(found: Sequence[_Finding]) -> _Finding:
    """One that holds is enough; then only its own sentences count."""
    holding = [one for one in found if one.truth]
    if holding:
        return holding[0]
    truth = None if any(one.truth is None for one in found) else False
    return _joined(truth, found)


def _joined(truth: Truth, found: Sequence[_Finding]) -> _Finding:
    because = tuple(line for one in found for line in one.because) if truth is not False else ()
    against = tuple(line for one in found for line in one.against) if truth is False else ()
    unknown = tuple(fact for one in found for fact in one.unknown) if truth is None else ()
    return _Finding(truth, because, against, unknown)
