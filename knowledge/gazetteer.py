"""The gazetteer: which units that are gone a text names, and who came after them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.text import fold
from knowledge.unit import Unit

_KINDS = ("thi tran ", "xa ", "phuong ")
_MARK = "(cũ)"


@dataclass(frozen=True, slots=True)
class Gone:
    """A unit that no longer exists, and those that do its work now."""

    unit: Unit
    heirs: tuple[Unit, ...]


class Gazetteer:
    """Knows every unit that is gone on a day by the names residents use for it."""

    def __init__(self, units: Mapping[str, Unit], day: date) -> None:
        known: dict[str, list[Gone]] = {}
        for gone in gone_on(units, day):
            for name in names_of(gone.unit):
                known.setdefault(name, []).append(gone)
        # The longest name first, so that a name inside another one is not taken for itself.
        self._known = sorted(known.items(), key=lambda item: -len(item[0]))

    def named_in(self, text: str) -> list[Gone]:
        """The units that are gone which a text names, with or without tones, each once."""
        rest = f" {fold(text)} "
        found: list[Gone] = []
        for name, gone in self._known:
            if f" {name} " in rest:
                rest = rest.replace(f" {name} ", " | ")
                found += gone
        return found


def gone_on(units: Mapping[str, Unit], day: date) -> Iterator[Gone]:
    """The units that are gone on a day, with their heirs of that day."""
    for unit in units.values():
        if unit.valid_to is not None and unit.valid_to < day:
            yield Gone(unit, tuple(_heirs(unit, units, day)))


def names_of(unit: Unit) -> Iterable[str]:
    """The names, folded, by which residents call a unit."""
    names: dict[str, None] = {}
    for written in (unit.name, *unit.called):
        name = fold(written.replace(_MARK, ""))
        names[name] = None
        for kind in _KINDS:
            if unit.kind == "commune" and name.startswith(kind):
                names[name.removeprefix(kind)] = None
    return names


def _heirs(unit: Unit, units: Mapping[str, Unit], day: date) -> Iterator[Unit]:
    """Those who came after, or after them: offices merge more than once."""
    for name in unit.successors:
        heir = units[name]
        if heir.is_valid(day):
            yield heir
        else:
            yield from _heirs(heir, units, day)
