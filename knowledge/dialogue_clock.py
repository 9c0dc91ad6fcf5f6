"""The dialogue clock: how long before and after a dialogue what is due, and who says so."""

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from knowledge.card import Data, Text
from knowledge.workdays import Workdays


class Term(Data):
    """A number of days (content/dialogues.yaml), with its source and how sure it is."""

    days: int = Field(ge=1)
    counted: Literal["calendar", "working"]
    says: Text
    source: Text
    confidence: Literal["high", "medium", "low"]


class Share(Data):
    """A share of the voters, in percent, with its source and how sure it is."""

    value: int = Field(ge=1, le=100)
    says: Text
    source: Text
    confidence: Literal["high", "medium", "low"]


class DialogueClock(Data):
    """What dialogues.yaml says; days are Vietnamese calendar days."""

    announce: Term
    publish: Term
    yearly: Term
    on_request_percent: Share
    minutes_per_item: int = Field(ge=1)

    @property
    def terms(self) -> tuple[Term | Share, ...]:
        """All of it, to be read."""
        return self.announce, self.publish, self.yearly, self.on_request_percent

    def announce_by(self, held_on: date, workdays: Workdays) -> date:
        """The last day on which a dialogue of that day is announced in time."""
        return _working(_shift(held_on, self.announce, workdays, sign=-1), workdays)

    def publish_by(self, held_on: date, workdays: Workdays) -> date:
        """The last day on which the results are published in time; never the day itself."""
        last = _working(_shift(held_on, self.publish, workdays, sign=1), workdays)
        # All of Tết may lie between: then the first workday after it.
        return last if last > held_on else workdays.after(held_on, 1)

    def hold_by(self, last_held_on: date) -> date:
        """The last day on which the next dialogue of a commune is in time."""
        return last_held_on + timedelta(days=self.yearly.days)


def _shift(day: date, term: Term, workdays: Workdays, *, sign: int) -> date:
    left = term.days
    while left:
        day += timedelta(days=sign)
        left -= term.counted == "calendar" or workdays.is_workday(day)
    return day


def _working(day: date, workdays: Workdays) -> date:
    """Offices that are closed neither announce nor publish: the workday before."""
    while not workdays.is_workday(day):
        day -= timedelta(days=1)
    return day
