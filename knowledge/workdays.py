"""Workdays: when offices work in Viet Nam: weekends, holidays, Tết and the days made up for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True)
class Workdays:
    """`off`: weekdays on which offices are closed; `made_up`: weekend days on which they work."""

    off: Collection[date] = field(default_factory=frozenset[date])
    made_up: Collection[date] = field(default_factory=frozenset[date])

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day in self.made_up:
            return True
        return not is_weekend(day) and day not in self.off

    def after(self, day: date, count: int) -> date:
        """The `count`-th workday after a day; a day itself is never counted.

        With 0: the day itself when offices work on it, else the next workday.
        """
        while not count and not self.is_workday(day):
            day += timedelta(days=1)
        while count:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many workdays come after `start`, up to and with `end`; 0 when it is not later."""
        days = range((end - start).days)
        return sum(self.is_workday(start + timedelta(days=n + 1)) for n in days)
