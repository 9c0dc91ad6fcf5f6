"""Places: the commune of today and the hamlet that a text names, old names led to the new ones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from knowledge.gazetteer import gone_on, names_of
from knowledge.text import fold, nfc
from knowledge.unit import Unit

LONGEST_HAMLET = 80
# "huyện Cao Lãnh" is no commune, although one of its communes is called so.
_LARGER = ("huyen", "pho", "tp", "tinh")
_HAMLET = re.compile(r"\b(?:ấp|khóm|ap|khom)((?:[ \t]+\w+){1,4})", re.IGNORECASE)
_COMMUNES = frozenset(("xa", "phuong", "thi"))


@dataclass(frozen=True, slots=True)
class Named:
    """What was named; more than one commune when an old one was divided, or two were named."""

    communes: tuple[Unit, ...] = ()
    hamlet: str = ""


class Places:
    """Every name by which residents call a commune that is there on a day."""

    def __init__(self, units: Mapping[str, Unit], day: date) -> None:
        self._names: dict[str, tuple[Unit, ...]] = {}
        for gone in gone_on(units, day):
            heirs = tuple(heir for heir in gone.heirs if heir.kind == "commune")
            if gone.unit.kind == "commune" and heirs:
                self._names |= dict.fromkeys(names_of(gone.unit), heirs)
        # Today's communes come last: an old name that is also theirs means them.
        for unit in communes_on(units, day):
            self._names |= dict.fromkeys(names_of(unit), (unit,))
        self._longest_first = sorted(self._names, key=len, reverse=True)

    def named_in(self, text: str, *, is_answer: bool = False) -> Named:
        """What a text names; `is_answer`: it was asked for a place and says little else."""
        found = dict.fromkeys(unit.id for unit in self._communes_in(text))
        communes = {unit.id: unit for units in self._names.values() for unit in units}
        return Named(tuple(communes[name] for name in found), _hamlet_in(text, is_answer))

    def _communes_in(self, text: str) -> Iterator[Unit]:
        rest = f" {fold(text)} "
        for name in self._longest_first:
            for before in _LARGER:
                rest = rest.replace(f" {before} {name} ", " | ")
            if f" {name} " in rest:
                rest = rest.replace(f" {name} ", " | ")
                yield from self._names[name]


def communes_on(units: Mapping[str, Unit], day: date) -> list[Unit]:
    """The communes that are there on a day, as the file orders them."""
    return [unit for unit in units.values() if unit.kind == "commune" and unit.is_valid(day)]


def _hamlet_in(text: str, is_answer: bool) -> str:
    """A number, or a name: in running text as far as it is in capitals, in an answer all of it."""
    found = _HAMLET.search(nfc(text))
    if found is None:
        return ""
    kind, *following = found[0].split()
    if following[0][0].isdigit():
        return f"{kind} {following[0]}"[:LONGEST_HAMLET]
    name = takewhile(lambda word: is_answer or word[0].isupper(), following)
    name = list(takewhile(lambda word: fold(word) not in _COMMUNES, name))
    return " ".join((kind, *name))[:LONGEST_HAMLET] if name else ""
