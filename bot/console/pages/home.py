"""Home: what needs this official today; each figure leads to the list behind it."""

from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_filters import address_of, wanted_of
from bot.console.visit import Visit
from handlers.officials import difficulties, replying, telling
from handlers.officials.casework import CHIEFS, HANDLERS
from storage import case_lists, cases, errands
from storage.cases import CaseRow
from storage.database import Connection

_TO_APPROVE = 20


class Figure(NamedTuple):
    """A count, what it is called in the template, and the list behind it."""

    name: str
    number: int
    address: str


_MINE = {"late": {"mine": "1", "due": "late"}, "today": {"mine": "1", "due": "today"}}
_UNITS = {
    "new": {"stage": "new"},
    "routed": {"stage": "routed"},
    "late": {"due": "late"},
    "asked": {"stage": "asked"},
}
_STAGES = {
    "answered": {"stage": "answered"},
    "confirmed": {"stage": "confirmed"},
    "closed": {"stage": "closed"},
    "promised": {"stage": "ended", "outcome": "promised"},
    "open": {},
}
"""Five different words: still owed, answered, promised, confirmed, closed."""


def routes(guard: Guard) -> list[Route]:
    """`/console`, and the tick that something was told by mouth."""
    return [
        guard.route("/console", show),
        guard.route("/console/errands/{id}", tell, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """The first page after signing in."""
    with visit.read() as connection:
        data: dict[str, Any] = {
            "mine": _figures(connection, visit, _MINE),
            "units": _figures(connection, visit, _UNITS),
            "stages": _figures(connection, visit, _STAGES),
            "errands": errands.untold_of(connection, visit.official.id),
            "to_approve": _to_approve(connection, visit),
            "around": _around(connection, visit),
            "own": difficulties.own(connection, visit.hand)[:5],
        }
    return visit.show("home.html", most=case_lists.MOST_COUNTED, **data)


def _figures(
    connection: Connection, visit: Visit, lists: dict[str, dict[str, str]]
) -> list[Figure]:
    return [
        Figure(name, case_lists.count(connection, wanted_of(visit, chosen)), address_of(chosen))
        for name, chosen in lists.items()
    ]


def _to_approve(connection: Connection, visit: Visit) -> list[CaseRow]:
    if visit.official.role not in HANDLERS:
        return []
    wanted = wanted_of(visit, {"stage": "review", "order": "urgent"})
    waiting = case_lists.page(connection, wanted, limit=_TO_APPROVE)
    return [case for case in waiting if replying.may_approve(visit.hand, case)]


def _around(connection: Connection, visit: Visit) -> list[CaseRow]:
    """What units send to and fro, for those who answer for others."""
    if visit.official.role not in CHIEFS:
        return []
    return case_lists.page(connection, wanted_of(visit, {"around": "1"}), limit=_TO_APPROVE)


def tell(visit: Visit) -> Response:
    """It was told by mouth."""
    number = visit.number("id")
    with visit.read() as connection:
        errand = errands.find(connection, number)
        if errand is None or cases.find(connection, errand.case_id) is None:
            raise HTTPException(404)
    visit.write(lambda c: telling.note_told(c, visit.hand, number))
    return visit.go("/console", notice=visit.phrase("case_saved"))
