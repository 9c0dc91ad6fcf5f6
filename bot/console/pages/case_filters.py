"""Case filters: what an address asks of a list of cases, and the same as an address again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from bot.console.visit import Visit
from bot.console.words import CHANNELS
from handlers.officials.sight import sight_of
from handlers.turn import VIETNAM
from knowledge.text import fold
from storage.case_lists import Place, Wanted
from storage.cases import OPEN, CaseRow, Kind, Outcome, Stage

PATH = "/console/cases"
ENDED = ("answered", "confirmed", "closed")
STAGES: tuple[str, ...] = get_args(Stage)
DUES = ("late", "today", "week")
NAMES = (
    "stage", "topic", "area", "unit", "due", "channel", "kind", "outcome", "mine", "around", "q",
    "order",
)  # fmt: skip
_MOST_WORDS = 8

Filters = dict[str, str]
"""What is typed or chosen, by name; only what is known, and nothing empty."""


def filters_of(visit: Visit) -> Filters:
    """The filters in the address; what nobody could have chosen is left out."""
    library = visit.desk.house.library
    choices = {
        "stage": {*STAGES, "all", "ended"},
        "topic": set(library.topics),
        "area": set(library.units),
        "unit": set(library.units),
        "due": set(DUES),
        "channel": set(CHANNELS),
        "kind": set(get_args(Kind)),
        "outcome": set(get_args(Outcome)),
        "mine": {"1"},
        "around": {"1"},
        "order": {"urgent"},
    }
    typed = {name: visit.asked(name) for name in NAMES}
    return {
        name: value
        for name, value in typed.items()
        if value and (name == "q" or value in choices[name])
    }


def filters_posted(visit: Visit) -> Filters:
    """The filters of the list that a form was on."""
    typed = dict(parse_qsl(visit.typed("query", 500)))
    return {name: typed[name] for name in NAMES if name in typed}


def wanted_of(visit: Visit, filters: Filters) -> Wanted:
    """The cases of these filters that the official may see."""
    due_from, due_before = _dates(visit, filters.get("due", ""))
    words = tuple(fold(filters.get("q", "")).split()[:_MOST_WORDS])
    is_urgent = not words and (filters.get("order") == "urgent" or due_before is not None)
    wanted = Wanted(
        stages=_stages(filters.get("stage", "")),
        units=_one(filters.get("unit")),
        areas=_one(filters.get("area")),
        topics=_one(filters.get("topic")),
        kind=filters.get("kind", ""),
        channel=filters.get("channel", ""),
        outcome=filters.get("outcome", ""),
        holder_id=visit.official.id if "mine" in filters else None,
        due_from=due_from,
        due_before=due_before,
        only_passed_around="around" in filters,
        words=words,
        order="urgent" if is_urgent else "newest",
    )
    return sight_of(visit.official).within(wanted)


def _stages(chosen: str) -> tuple[str, ...]:
    if chosen == "all":
        return ()
    if chosen == "ended":
        return ENDED
    return (chosen,) if chosen else OPEN


def _one(value: str | None) -> frozenset[str] | None:
    return frozenset({value}) if value else None


def _dates(visit: Visit, due: str) -> tuple[datetime | None, datetime | None]:
    """From when until when something is due: late, yet today, yet this week."""
    midnight = datetime.combine(visit.today, datetime.min.time(), VIETNAM)
    if due == "late":
        return None, visit.now
    if due == "today":
        return visit.now, midnight + timedelta(days=1)
    if due == "week":
        return visit.now, midnight + timedelta(days=7 - visit.today.weekday())
    return None, None


def place_of(visit: Visit) -> Place | None:
    """Where the page before ended."""
    number, due = visit.asked("after"), visit.asked("after_due")
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    try:
        return Place(int(number), datetime.fromisoformat(due) if due else None)
    except ValueError:
        return None


def address_of(filters: Filters, **more: str) -> str:
    """The address of a list; what is "" is left out."""
    query = {name: value for name, value in {**filters, **more}.items() if value}
    return f"{PATH}?{urlencode(query)}" if query else PATH


def next_address(filters: Filters, last: CaseRow) -> str:
    """The address of the page after the one that ends with this case."""
    due = last.due_at.isoformat() if last.due_at else ""
    return address_of(filters, after=str(last.id), after_due=due)


def chips_of(visit: Visit, filters: Filters) -> Iterator[tuple[str, str, str]]:
    """Each filter in force: its name, its value, and the list without it."""
    for name, value in filters.items():
        rest = {other: kept for other, kept in filters.items() if other != name}
        yield name, value, address_of(rest)
