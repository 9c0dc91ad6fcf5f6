"""A meeting seen from the office: what of its clock is due, and what went past its day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from handlers.office import Office
from storage.dialogues import DialogueRow

FlagName = Literal["announce_soon", "announce_late", "publish_soon", "publish_late", "not_held"]
_SOON = 3
"""With so many workdays left, or fewer, what is due is shown amber."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something of the clock: what it is, by which day, and whether that day is over."""

    name: FlagName
    by: date
    is_red: bool


def announce_by(office: Office, held_at: datetime) -> date:
    """The last day to announce a dialogue of that moment."""
    return office.library.dialogue_clock.announce_by(office.day_of(held_at), office.workdays)


def publish_by(office: Office, held_at: datetime) -> date:
    """The last day to publish the results of a dialogue of that moment."""
    return office.library.dialogue_clock.publish_by(office.day_of(held_at), office.workdays)


def flags(office: Office, row: DialogueRow) -> list[Flag]:
    """What is due soon or late; the red ones stay after they were made up for."""
    if row.stage == "cancelled":
        return []
    return [*_announcing(office, row), *_publishing(office, row)]


def _announcing(office: Office, row: DialogueRow) -> list[Flag]:
    by = announce_by(office, row.held_at)
    day = office.day_of(row.announced_at) if row.announced_at else office.today
    if day > by:
        return [Flag("announce_late", by, is_red=True)]
    is_soon = row.announced_at is None and office.workdays.between(day, by) <= _SOON
    return [Flag("announce_soon", by, is_red=False)] if is_soon else []


def _publishing(office: Office, row: DialogueRow) -> list[Flag]:
    held_on = office.day_of(row.held_at)
    if office.today <= held_on:
        return []
    if row.stage in ("planned", "announced", "agenda"):
        return [Flag("not_held", held_on, is_red=True)]
    by = publish_by(office, row.held_at)
    day = office.day_of(row.published_at) if row.published_at else office.today
    if day > by:
        return [Flag("publish_late", by, is_red=True)]
    is_soon = row.published_at is None and office.workdays.between(day, by) <= _SOON
    return [Flag("publish_soon", by, is_red=False)] if is_soon else []


def overdue_areas(office: Office, last: dict[str, datetime]) -> dict[str, date]:
    """Communes whose yearly dialogue is late, with the day by which it was to be held."""
    due = {a: office.library.dialogue_clock.hold_by(office.day_of(at)) for a, at in last.items()}
    return {area: day for area, day in due.items() if day < office.today}
