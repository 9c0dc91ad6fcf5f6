"""What a household is asked: few questions, each of use, and a result that agrees with the law."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.eligibility import judge
from knowledge.household import Span
from knowledge.inquiry import MOST_CHOICES, Inquiry
from knowledge.library import load
from knowledge.questioning import MOST_QUESTIONS, Answer, Outcome, Questioning
from knowledge.rule import conditions_of

LIBRARY = load().on(date(2026, 11, 25))
STORIES = yaml.safe_load(Path(__file__).with_name("stories.yaml").read_text("utf-8"))
_BETTER = ("not_yet", "maybe", "eligible")


def questioning() -> Questioning:
    assert LIBRARY.questioning is not None
    return LIBRARY.questioning


def answered(picks: list[int]) -> list[Answer]:
    """A household that picks as the numbers say; one past the last choice is "không rõ"."""
    answers: list[Answer] = []
    for pick in picks:
        asked = questioning().next(answers)
        if asked is None:
            break
        chosen = pick % (len(asked.question.choices) + 1)
        is_told = chosen < len(asked.question.choices)
        answers.append(Answer(asked.question.id, asked.person, (chosen,) if is_told else ()))
    return answers


PICKS = st.lists(st.integers(0, 59), min_size=MOST_QUESTIONS, max_size=MOST_QUESTIONS)


@settings(deadline=None, max_examples=150)
@given(PICKS)
def test_nobody_is_asked_more_than_twelve_questions_nor_the_same_twice(picks: list[int]) -> None:
    answers = answered([*picks, *picks])
    assert len(answers) <= MOST_QUESTIONS
    assert len({(one.question, one.person) for one in answers}) == len(answers)
    assert questioning().next(answers) is None


@settings(deadline=None, max_examples=150)
@given(PICKS)
def test_what_is_explained_agrees_with_the_rule(picks: list[int]) -> None:
    for one in questioning().outcomes(answered(picks)):
        rule = one.card.eligibility
        assert rule is not None
        lines = {condition.because for condition in conditions_of(rule)}
        assert {*one.because, *one.against} <= lines
        assert bool(one.against) == (one.grade == "not_yet")
        assert one.grade != "eligible" or not (one.unknown or one.confirm)
        assert not set(one.unknown) - {condition.fact for condition in conditions_of(rule)}


@settings(deadline=None, max_examples=150)
@given(PICKS, st.integers(0, MOST_QUESTIONS))
def test_knowing_more_never_turns_yes_into_no(picks: list[int], count: int) -> None:
    """What is sure stays sure: a later answer only decides what was open."""
    answers = answered(picks)
    early, late = (_grades(questioning().outcomes(a)) for a in (answers[:count], answers))
    for card, grade in early.items():
        assert grade != "eligible" or late[card] == "eligible"


def _grades(found: list[Outcome]) -> dict[str, str]:
    return {one.card.id: one.grade for one in found}


@given(PICKS)
@settings(deadline=None, max_examples=50)
def test_an_answer_is_kept_in_the_notes_word_for_word(picks: list[int]) -> None:
    answers = answered(picks)
    assert questioning().read([one.note() for one in answers]) == answers


@pytest.mark.parametrize(("years", "grade"), [(74, "not_yet"), (75, "eligible")])
def test_a_half_known_number_decides_on_each_side_of_a_limit(years: int, grade: str) -> None:
    card = LIBRARY.cards["social-pension-75"]
    facts = {"age": Span(years, years), "pension": frozenset([False])}
    assert judge(card, facts).grade == grade
    assert judge(card, {**facts, "age": Span(74, 76)}).grade == "maybe"


def test_an_older_person_never_gets_less_of_the_social_pension() -> None:
    card = LIBRARY.cards["social-pension-75"]
    grades = [judge(card, {"age": age, "pension": False}).grade for age in range(60, 110)]
    assert [_BETTER.index(grade) for grade in grades] == sorted(map(_BETTER.index, grades))


def test_every_question_can_be_answered_by_one_of_six_numbers_and_asks_for_no_number() -> None:
    inquiry = LIBRARY.inquiry
    assert inquiry is not None
    for question in inquiry.questions:
        assert len(question.choices) <= MOST_CHOICES
        assert "căn cước" not in question.say


@pytest.mark.parametrize(
    "wrong",
    [
        {"given": {"shoe_size": [True]}},
        {"given": {"age": [True]}},
        {"given": {"pension": {"low": 3}}},
        {"given": {"learning": ["asleep"]}},
    ],
)
def test_an_inquiry_speaks_only_of_facts_there_are(wrong: dict[str, object]) -> None:
    choices = [{"say": "Có"}, {"say": "Không"}]
    content = {
        "worth": 1,
        "facts": {},
        "people": [{"id": "home", "title": "Cả nhà", "cards": [], **wrong}],
        "questions": [{"id": "one", "say": "Có không?", "choices": choices}],
    }
    with pytest.raises(ValueError, match=r"shoe_size|age|pension|learning"):
        Inquiry.model_validate(content)


def test_there_are_thirty_stories() -> None:
    assert len(STORIES) >= 30


@pytest.mark.parametrize("story", STORIES, ids=[story["story"][:40] for story in STORIES])
def test_a_household_of_the_stories_gets_what_the_facts_say(story: dict[str, object]) -> None:
    answers = _told(story["says"])
    found = _grades(questioning().outcomes(answers))
    expected = {card: grade for grade in _BETTER for card in story.get(grade, ())}
    assert {card: found.get(card) for card in expected} == expected


def _told(says: dict[str, object]) -> list[Answer]:
    """The answers of a story, in its order; each about the first person it can be about."""
    answers: list[Answer] = []
    for name, said in says.items():
        question = questioning().question(name)
        assert question is not None, name
        people = questioning().family(answers).people
        place = next(n for n, one in enumerate(people) if one.who.id == question.about)
        numbers = said if isinstance(said, list) else [said]
        chosen = tuple(number - 1 for number in numbers)
        answers.append(Answer(name, place, chosen))
    return answers
