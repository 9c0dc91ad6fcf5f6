"""Sight: what an official sees is whose duty it is, by the areas they are responsible for."""

from dataclasses import dataclass, replace

from storage.case_lists import Wanted
from storage.cases import CaseRow
from storage.officials import OfficialRow

_SEE_EVERYTHING = frozenset({"coordinator", "leader", "admin"})


@dataclass(frozen=True, slots=True)
class Sight:
    """Which cases are shown; None: of all units, areas or topics."""

    units: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    topics: frozenset[str] | None = None

    def shows(self, case: CaseRow) -> bool:
        """Whether the case is among them."""
        return (
            (self.units is None or case.unit in self.units)
            and self.covers(case.area)
            and (self.topics is None or case.topic in self.topics)
        )

    def covers(self, area: str) -> bool:
        """Whether what happens in this commune is shown."""
        return self.areas is None or area in self.areas

    def within(self, wanted: Wanted) -> Wanted:
        """What is wanted, of what may be seen."""
        return replace(
            wanted,
            units=_both(self.units, wanted.units),
            areas=_both(self.areas, wanted.areas),
            topics=_both(self.topics, wanted.topics),
        )


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def sight_of(official: OfficialRow) -> Sight:
    """What the official may see: everything, or their own unit's part."""
    if official.role in _SEE_EVERYTHING:
        return Sight()
    return Sight(
        frozenset({official.unit}),
        frozenset(official.areas) if official.areas else None,
        frozenset(official.topics) if official.topics else None,
    )
