"""The official's own account: where they are signed in, and how to end that."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.officials import signing_in
from handlers.officials.signing_in import is_alive
from storage import sessions

PATH = "/console/account"


def routes(guard: Guard) -> list[Route]:
    """The account and its sessions."""
    return [
        guard.route(PATH, show),
        guard.route(f"{PATH}/sessions/{{id}}/end", end, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """Where the official is signed in now."""
    with visit.read() as connection:
        held = sessions.open_of(connection, visit.official.id)
    alive = [one for one in held if one.is_confirmed and is_alive(one, visit.now)]
    return visit.show("account.html", sessions=alive, here=visit.session.id)


def end(visit: Visit) -> Response:
    """End one of the official's own sessions."""
    wanted = visit.number("id")
    with visit.read() as connection:
        held = {one.id: one for one in sessions.open_of(connection, visit.official.id)}
    if wanted not in held:
        raise HTTPException(404)
    visit.write(partial(signing_in.sign_out, session=held[wanted], now=visit.now))
    return visit.go(PATH, notice=visit.phrase("session_ended"))
