"""Routing: whose matter it is, by topic, commune and day: the unit, then the person or deputy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.library import Library
from knowledge.unit import Unit
from storage.officials import OfficialRow

_WORKS_ON_CASES = frozenset({"officer", "coordinator"})


@dataclass(frozen=True, slots=True)
class Route:
    """Who a matter goes to; nobody in the unit has it: `official` is None."""

    unit: str
    official: OfficialRow | None


def unit_for(library: Library, topic: str, *, area: str = "", day: date) -> str:
    """The unit that a topic is the matter of, in a commune (an id, or "") on a Vietnamese day.

    The coordinating unit when nobody else has it.
    """
    settings = library.casework.settings
    for duty in settings.duties_of(topic, area_on(library, area, day)):
        unit = library.unit_with(duty, day)
        if unit is not None:
            return unit.id
    return settings.coordinating_unit


def area_on(library: Library, area: str, day: date) -> str:
    """The commune that a commune of any time belongs to on that day; "" when nobody knows it."""
    heir = next(_heirs(library, area, day), None)
    return heir.id if heir else ""


def unit_on(library: Library, unit: str, topic: str, *, day: date) -> str:
    """Who has on that day what was with a unit: itself, or the one it was merged into.

    Of several heirs it is the one whose matter the topic is, else the first.
    """
    heirs = [heir.id for heir in _heirs(library, unit, day)]
    wanted = unit_for(library, topic, day=day)
    return wanted if wanted in heirs or not heirs else heirs[0]


def _heirs(library: Library, name: str, day: date) -> Iterator[Unit]:
    """The unit if it exists on that day, else those who came after it, or after them."""
    unit = library.units.get(name)
    if unit is None:
        return
    if unit.is_valid(day):
        yield unit
        return
    for heir in unit.successors:
        yield from _heirs(library, heir, day)


def person_for(
    officials: Sequence[OfficialRow], unit: str, *, topic: str, area: str = ""
) -> OfficialRow | None:
    """Whose matter it is in a unit: who names the topic and the commune before who has them all,
    then an officer before a coordinator.

    Whoever was let go is stood in for by the deputy. `officials`: everyone, let go or not.
    """
    known = {one.id: one for one in officials}
    fitting = [one for one in officials if one.unit == unit and _fits(one, topic, area)]
    by_closeness = sorted(
        fitting, key=lambda one: (-_closeness(one, topic, area), one.role != "officer", one.id)
    )
    for official in by_closeness:
        standing = _standing(official, known)
        if standing is not None:
            return standing
    return None


def _fits(official: OfficialRow, topic: str, area: str) -> bool:
    has_topic = not official.topics or topic in official.topics
    has_area = not official.areas or not area or area in official.areas
    return official.role in _WORKS_ON_CASES and has_topic and has_area


def _closeness(official: OfficialRow, topic: str, area: str) -> int:
    return 2 * (topic in official.topics) + (area in official.areas)


def _standing(official: OfficialRow, known: dict[int, OfficialRow]) -> OfficialRow | None:
    """The official, or the first deputy down the line who was not let go."""
    seen: set[int] = set()
    one: OfficialRow | None = official
    while one is not None and one.disabled_at is not None:
        seen.add(one.id)
        one = known.get(one.deputy_id or 0)
        if one is not None and one.id in seen:
            return None
    return one


def route_for(
    library: Library, officials: Sequence[OfficialRow], *, topic: str, area: str = "", day: date
) -> Route:
    """The unit and the person a new matter goes to."""
    unit = unit_for(library, topic, area=area, day=day)
    return Route(unit, person_for(officials, unit, topic=topic, area=area_on(library, area, day)))
