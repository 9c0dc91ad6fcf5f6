"""Routing: which unit answers for a topic in an area on a day."""

from datetime import date

from knowledge.library import Library
from knowledge.unit import Unit


def unit_for(library: Library, topic: str, area: str, *, day: date) -> Unit | None:
    """A unit with a duty of the topic that day, the commune's own before others.

    Every commune has the same offices, so that the `area` does not change which one it is.
    """
    units = [unit for unit in library.units.values() if unit.is_valid(day)]
    duties = [duty.id for duty in library.duties.values() if topic in duty.topics]
    able = [unit for duty in duties for unit in units if duty in unit.duties]
    near = (unit for unit in able if unit.kind == "commune-office")
    return next(near, able[0] if able else None)
