"""Sight: what an official sees is whose duty it is, by the areas they are responsible for."""

from dataclasses import dataclass

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
            and (self.areas is None or case.area in self.areas)
            and (self.topics is None or case.topic in self.topics)
        )


def sight_of(official: OfficialRow) -> Sight:
    """What the official may see: everything, or their own unit's part."""
    if official.role in _SEE_EVERYTHING:
        return Sight()
    return Sight(
        frozenset({official.unit}),
        frozenset(official.areas) if official.areas else None,
        frozenset(official.topics) if official.topics else None,
    )
