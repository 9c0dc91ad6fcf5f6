"""Who may get what: three honest grades, the reason for each, and every limit on both its sides."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.card import Card
from knowledge.eligibility import Result, assess
from knowledge.household import FACTS, HOUSEHOLD_FACTS, MEMBER_FACTS, Household, Member
from knowledge.library import load
from knowledge.rule import Condition, Rule, conditions_of
from tests.knowledge.test_edition import made

CARDS = load().cards
RULED = {name: card for name, card in CARDS.items() if card.eligibility}
CASES = [
    (path.stem, line.split("\t"))
    for path in sorted((Path(__file__).parent / "boundaries").glob("*.tsv"))
    for line in path.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
OLD_OR_POOR = {
    "of": "member",
    "all": [
        {
            "any": [
                {"fact": "age", "at_least": 75, "because": "Từ đủ 75 tuổi."},
                {
                    "all": [
                        {"fact": "age", "at_least": 70, "because": "Từ đủ 70 tuổi."},
                        {"fact": "status", "among": ["poor"], "because": "Thuộc hộ nghèo."},
                    ]
                },
            ]
        },
        {"fact": "disability", "among": ["none"], "because": "Không khuyết tật."},
    ],
}


def of(rule: dict[str, Any], household: Household, member: Member, **more: object) -> Result:
    return assess([made(eligibility=rule, **more)], household, [member])[0]


@pytest.mark.parametrize(
    ("household", "member", "grade", "unknown"),
    [
        (Household(), Member(age=75, disability="none"), "eligible", ()),
        (Household(status="poor"), Member(age=70, disability="none"), "eligible", ()),
        (Household(status="other"), Member(age=74, disability="none"), "not_yet", ()),
        (Household(status="poor"), Member(age=69, disability="none"), "not_yet", ()),
        (Household(), Member(age=72, disability="none"), "maybe", ("status",)),
        (Household(), Member(age=80), "maybe", ("disability",)),
        (Household(), Member(disability="mild"), "not_yet", ()),
    ],
)
def test_grades_say_what_is_known_and_what_is_missing(
    household: Household, member: Member, grade: str, unknown: tuple[str, ...]
) -> None:
    result = of(OLD_OR_POOR, household, member)
    assert (result.grade, result.unknown) == (grade, unknown)
    assert bool(result.against) == (grade == "not_yet")


def test_what_only_an_official_can_see_keeps_the_best_grade_from_being_given() -> None:
    member = Member(age=80, disability="none")
    rule = {**OLD_OR_POOR, "confirm": ["Xã họp xét từng người."]}
    assert of(rule, Household(), member).grade == "maybe"
    assert of(rule, Household(), member).confirm == ("Xã họp xét từng người.",)
    unsure = of(OLD_OR_POOR, Household(), member, confidence="medium", unconfirmed=("Chưa rõ.",))
    assert unsure.grade == "maybe"


@pytest.mark.parametrize(
    "condition",
    [
        {"fact": "shoe_size", "at_least": 40, "because": "Không có điều này."},
        {"fact": "age", "among": ["old"], "because": "Tuổi là một con số."},
        {"fact": "status", "at_least": 3, "because": "Diện hộ là một từ."},
        {"fact": "status", "among": ["rich"], "because": "Không có diện này."},
        {"fact": "status", "among": ["poor"]},
    ],
)
def test_a_rule_speaks_only_of_the_closed_vocabulary(condition: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"of": "member", "all": [condition]})


def test_a_rule_on_a_household_asks_nothing_of_a_member() -> None:
    condition = {"fact": "age", "at_least": 75, "because": "Từ đủ 75 tuổi."}
    with pytest.raises(ValidationError):
        Rule.model_validate({"of": "household", "all": [condition]})


@pytest.mark.parametrize(
    ("part", "case"), CASES, ids=[f"{case[0]}-{n}" for n, (_, case) in enumerate(CASES)]
)
def test_the_rule_of_a_card_gives_what_the_law_says(part: str, case: list[str]) -> None:
    card, facts, grade = case
    assert _grade(CARDS[card], json.loads(facts)) == grade


def _grade(card: Card, facts: dict[str, Any]) -> str:
    household = Household(**facts.get("household", {}))
    member = Member(**facts.get("member", {}))
    return assess([card], household, [member])[0].grade


def test_every_rule_has_a_case_on_each_side_of_each_of_its_limits() -> None:
    tried: dict[str, list[dict[str, Any]]] = {}
    graded: dict[str, set[str]] = {}
    for _, (card, facts, grade) in CASES:
        both = json.loads(facts)
        tried.setdefault(card, []).append({**both.get("household", {}), **both.get("member", {})})
        graded.setdefault(card, set()).add(grade)
    assert [card for card in RULED if "not_yet" not in graded.get(card, ())] == []
    missing: list[str] = []
    for name, card in RULED.items():
        assert card.eligibility is not None
        for condition in conditions_of(card.eligibility):
            for limit in _limits(condition):
                values = {facts.get(condition.fact) for facts in tried[name]}
                if not {limit, limit - 1} <= values:
                    missing.append(f"{name}: {condition.fact} {limit - 1} and {limit}")
    assert missing == []


def _limits(condition: Condition) -> list[int]:
    """The first value on the far side of each limit."""
    low = [v for v in (condition.at_least, condition.below) if v is not None]
    return low + [v + 1 for v in (condition.above, condition.at_most) if v is not None]


def _facts(kinds: dict[str, tuple[object, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    numbers = st.integers(0, 3_000_000) | st.integers(0, 100)
    values = {
        n: st.none() | (numbers if k == (int,) else st.sampled_from(k)) for n, k in kinds.items()
    }
    return st.fixed_dictionaries({}, optional=values)


@given(_facts(HOUSEHOLD_FACTS), _facts(MEMBER_FACTS))
def test_any_household_gets_a_reasoned_result_from_every_rule(
    household: dict[str, Any], member: dict[str, Any]
) -> None:
    results = assess(CARDS.values(), Household(**household), [Member(**member)])
    assert {result.card for result in results} == set(RULED)
    for result in results:
        assert (result.grade == "not_yet") == bool(result.against)
        if result.grade == "maybe":
            card = CARDS[result.card]
            assert result.unknown or result.confirm or card.confidence != "high"
        known = household | member
        assert all(known.get(fact) is None for fact in result.unknown)
        assert set(result.unknown) <= set(FACTS)
