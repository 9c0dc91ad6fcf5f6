"""Placing: which commune a resident means, typed by any of its names or chosen from a list."""

from collections.abc import Sequence

from handlers.message import Choice
from handlers.turn import Turn
from knowledge.places import Named, Places, communes_on
from knowledge.unit import Unit

_A_PAGE = 4


def named_in(turn: Turn, text: str, *, is_answer: bool = False) -> Named:
    """What a text names, by the communes of today."""
    return Places(turn.library.units, turn.today).named_in(text, is_answer=is_answer)


def commune(turn: Turn, name: str) -> Unit | None:
    """The commune of an id, if it is there today."""
    unit = turn.library.units.get(name)
    is_there = unit is not None and unit.kind == "commune" and unit.is_valid(turn.today)
    return unit if is_there else None


def place_choices(
    turn: Turn, press: str, *, page: str = "", among: Sequence[Unit] = ()
) -> tuple[Choice, ...]:
    """Communes to press ("<press>:<id>"), a page of four ("<press>:2") or those of `among`."""
    if among:
        return tuple(Choice(unit.name, f"{press}:{unit.id}") for unit in among[:_A_PAGE])
    units = communes_on(turn.library.units, turn.today)
    pages = -(-len(units) // _A_PAGE)
    number = int(page) if page.isdecimal() and 0 < int(page[:3]) <= pages else 1
    shown = units[(number - 1) * _A_PAGE : number * _A_PAGE]
    more = turn.choice("label_other_commune", f"{press}:{number % pages + 1}")
    return (*(Choice(unit.name, f"{press}:{unit.id}") for unit in shown), more)


def said_place(turn: Turn, area: str, hamlet: str) -> str:
    """A place as one reads it; "" when there is none."""
    unit = turn.library.units.get(area)
    return ", ".join(filter(None, (hamlet, unit.name if unit else "")))
