"""Officials: who may sign in, with which role, unit and areas; invited and let go here."""

from functools import partial
from typing import Any, get_args

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.doorway import INVITATION
from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.officials import staff
from storage import officials
from storage.officials import OfficialRow, Role

PATH = "/console/officials"
_ADMIN: frozenset[Role] = frozenset({"admin"})


def routes(guard: Guard) -> list[Route]:
    """The list, one official, and what an admin does with them."""
    return [
        guard.route(PATH, show_all, roles=_ADMIN),
        guard.route(PATH, add, roles=_ADMIN, methods=("POST",)),
        guard.route(f"{PATH}/{{id}}", show, roles=_ADMIN),
        guard.route(f"{PATH}/{{id}}", change, roles=_ADMIN, methods=("POST",)),
        guard.route(f"{PATH}/{{id}}/invite", invite, roles=_ADMIN, methods=("POST",)),
        guard.route(f"{PATH}/{{id}}/disable", disable, roles=_ADMIN, methods=("POST",)),
    ]


def show_all(visit: Visit) -> Response:
    """Everybody, and a form to add one more."""
    with visit.read() as connection:
        everyone = officials.everyone(connection)
    return visit.show("officials.html", everyone=everyone, **_choices(visit))


def show(visit: Visit) -> Response:
    """One official, with a form to change what they are responsible for."""
    return visit.show("official.html", who=_found(visit), link="", **_choices(visit))


def add(visit: Visit) -> Response:
    """Add an official and show the link of their invitation."""
    adding = partial(
        staff.add,
        login=visit.typed("login", 60),
        wanted=_wanted(visit),
        by=visit.official.id,
        now=visit.now,
    )
    official_id, token = visit.write(lambda c: adding(c, library=visit.desk.house.library))
    return _show_link(visit, official_id, token)


def change(visit: Visit) -> Response:
    """Change role, unit, areas and topics."""
    who = _found(visit)
    changing = partial(
        staff.change, who=who, wanted=_wanted(visit), by=visit.official.id, now=visit.now
    )
    visit.write(lambda c: changing(c, library=visit.desk.house.library))
    return visit.go(f"{PATH}/{who.id}", notice=visit.phrase("official_changed"))


def invite(visit: Visit) -> Response:
    """A new link: for who forgot the password or lost the phone."""
    who = _found(visit)
    inviting = partial(staff.invite_again, who=who, by=visit.official.id, now=visit.now)
    return _show_link(visit, who.id, visit.write(inviting))


def disable(visit: Visit) -> Response:
    """Sign-in ends now, everywhere."""
    who = _found(visit)
    visit.write(partial(staff.disable, who=who, by=visit.official.id, now=visit.now))
    return visit.go(f"{PATH}/{who.id}", notice=visit.phrase("official_disabled"))


def _show_link(visit: Visit, official_id: int, token: str) -> Response:
    with visit.read() as connection:
        who = officials.find(connection, official_id)
    link = f"{visit.desk.public_url.rstrip('/')}{INVITATION}/{token}"
    return visit.show("official.html", who=who, link=link, **_choices(visit))


def _found(visit: Visit) -> OfficialRow:
    with visit.read() as connection:
        who = officials.find(connection, visit.number("id"))
    if who is None:
        raise HTTPException(404)
    return who


def _wanted(visit: Visit) -> staff.Wanted:
    return staff.Wanted(
        name=visit.typed("name", 80),
        role=visit.typed("role"),
        unit=visit.typed("unit"),
        areas=[area for area in visit.form.get("areas", ()) if area],
        topics=[topic for topic in visit.form.get("topics", ()) if topic],
    )


def _choices(visit: Visit) -> dict[str, Any]:
    """What a form offers: roles, the units of today, today's communes, topics."""
    library = visit.desk.house.library
    day = visit.today
    units = [unit for unit in library.units.values() if unit.is_valid(day)]
    return {
        "roles": get_args(Role),
        "units": [unit for unit in units if unit.kind != "commune"],
        "areas": [unit for unit in units if unit.kind == "commune"],
        "topics": list(library.topics.values()),
    }
