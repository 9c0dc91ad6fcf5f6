"""The audit: who did what, when and why."""

from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from storage import audit, officials

PATH = "/console/audit"
_PAGE = 50


def routes(guard: Guard) -> list[Route]:
    """The audit, for those who answer for others."""
    return [guard.route(PATH, show, roles={"coordinator", "leader", "admin"})]


def show(visit: Visit) -> Response:
    """The newest lines, by official and by thing."""
    before, who = visit.asked("before"), visit.asked("official")
    with visit.read() as connection:
        lines = audit.page(
            connection,
            official_id=int(who) if who.isdecimal() else None,
            noun=visit.asked("noun"),
            noun_id=visit.asked("noun_id"),
            before=int(before) if before.isdecimal() else None,
            limit=_PAGE,
        )
        everyone = officials.everyone(connection)
    filters = {"official": who, "noun": visit.asked("noun"), "noun_id": visit.asked("noun_id")}
    return visit.show(
        "audit.html",
        lines=lines,
        names={one.id: one.name for one in everyone},
        everyone=everyone,
        filters=filters,
        more=lines[-1].id if len(lines) == _PAGE else None,
    )
