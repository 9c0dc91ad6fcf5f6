"""Workdays: weekends, holidays and the days made up for, counted as officials count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.workdays import Workdays

HOLIDAY = date(2026, 9, 2)  # a Wednesday
MADE_UP = date(2026, 8, 29)  # a Saturday
DAYS = Workdays(off=frozenset({HOLIDAY}), made_up=frozenset({MADE_UP}))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 8, 31), 1, date(2026, 9, 1)),
        (date(2026, 9, 1), 1, date(2026, 9, 3)),  # over the holiday
        (date(2026, 9, 4), 1, date(2026, 9, 7)),  # over the weekend
        (date(2026, 8, 28), 1, MADE_UP),  # a Saturday on which offices work
        (date(2026, 8, 28), 3, date(2026, 9, 1)),
        (HOLIDAY, 0, date(2026, 9, 3)),
        (date(2026, 9, 3), 0, date(2026, 9, 3)),
    ],
)
def test_the_nth_workday_after_a_day(start: date, count: int, end: date) -> None:
    assert DAYS.after(start, count) == end


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 40))
def test_counting_forth_and_back_agree(start: date, count: int) -> None:
    end = DAYS.after(start, count)
    assert DAYS.is_workday(end)
    assert DAYS.between(start, end) == count
    assert DAYS.between(end, start) == 0
    assert DAYS.between(start, end - timedelta(days=1)) == count - 1
