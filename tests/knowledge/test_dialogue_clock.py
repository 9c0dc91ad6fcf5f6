"""The dialogue clock counts back and forth over weekends, Tết and the days made up for."""

from datetime import date, timedelta

import pytest

from knowledge.dialogue_clock import DialogueClock
from knowledge.library import Library, load
from knowledge.workdays import Workdays

LIBRARY: Library = load()
TET = frozenset(date(2026, 2, 16) + timedelta(days=n) for n in range(5))
DAYS = Workdays(off=TET)


@pytest.fixture
def clock() -> DialogueClock:
    return LIBRARY.dialogue_clock


@pytest.mark.parametrize(
    ("held_on", "announce_by"),
    [
        (date(2026, 12, 11), date(2026, 12, 4)),  # Friday to Friday
        (date(2026, 12, 13), date(2026, 12, 4)),  # a Sunday: the week before's Friday
        (date(2026, 2, 25), date(2026, 2, 13)),  # a week before lies in Tết
    ],
)
def test_a_dialogue_is_announced_seven_days_before_on_a_workday(
    clock: DialogueClock, held_on: date, announce_by: date
) -> None:
    assert clock.announce_by(held_on, DAYS) == announce_by


@pytest.mark.parametrize(
    ("held_on", "publish_by"),
    [
        (date(2026, 12, 4), date(2026, 12, 14)),  # Friday, ten days on is a Monday
        (date(2026, 12, 10), date(2026, 12, 18)),  # the tenth day is a Sunday
        (date(2026, 2, 11), date(2026, 2, 13)),  # the tenth day lies at the end of Tết
    ],
)
def test_results_are_out_within_ten_days_on_a_workday(
    clock: DialogueClock, held_on: date, publish_by: date
) -> None:
    assert clock.publish_by(held_on, DAYS) == publish_by


def test_results_are_never_due_before_the_dialogue_was_held(clock: DialogueClock) -> None:
    closed = Workdays(off=frozenset(date(2026, 12, 4) + timedelta(days=n) for n in range(12)))
    assert clock.publish_by(date(2026, 12, 4), closed) == date(2026, 12, 16)


def test_working_days_are_counted_where_the_file_says_so(clock: DialogueClock) -> None:
    term = clock.publish.model_copy(update={"counted": "working"})
    working = clock.model_copy(update={"publish": term})
    assert working.publish_by(date(2026, 12, 4), DAYS) == date(2026, 12, 18)


def test_every_number_names_its_source_and_says_that_it_is_not_confirmed(
    clock: DialogueClock,
) -> None:
    assert [term.confidence for term in clock.terms] == ["low"] * 4
    assert all("chưa" in term.source for term in clock.terms)
