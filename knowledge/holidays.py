"""Holidays: when offices are closed, the weekend days they work for it, and who says so."""

from collections.abc import Iterable, Iterator
from datetime import date

from pydantic import Field

from knowledge.card import Data, Id, Text
from knowledge.workdays import Workdays, is_weekend


class Holiday(Data):
    """One holiday of one year (content/holidays.yaml).

    `days`: the holiday itself; `instead`: weekdays off for those of them on a weekend (Labour Code
    45/2019/QH14, art. 111) or swapped for `made_up`, weekend days on which offices work.
    `confirmed`: false while the Government has not decided; it counts all the same.
    """

    id: Id
    name: Text
    days: tuple[date, ...] = Field(min_length=1)
    instead: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    confirmed: bool
    source: Text

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What does not add up: the problem, the mend, the field."""
        if any(is_weekend(day) for day in self.instead):
            yield "a day off instead is on a weekend.", "name a weekday", "instead"
        if not all(is_weekend(day) for day in self.made_up):
            yield "a day made up is no weekend day.", "name a Saturday or Sunday", "made_up"
        owed = sum(is_weekend(day) for day in self.days) + len(self.made_up)
        if len(self.instead) != owed:
            mend = f"name {owed}: one for each holiday on a weekend and each day made up"
            yield f"{len(self.instead)} days off instead.", mend, "instead"


def workdays_of(holidays: Iterable[Holiday]) -> Workdays:
    """The calendar of these holidays."""
    known = tuple(holidays)
    return Workdays(
        off=frozenset(day for one in known for day in (*one.days, *one.instead)),
        made_up=frozenset(day for one in known for day in one.made_up),
    )
