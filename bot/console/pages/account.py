"""The official's own account: where they are signed in, and the chat that gets their digest."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.officials import linking, signing_in
from handlers.officials.signing_in import is_alive
from storage import sessions

PATH = "/console/account"


def routes(guard: Guard) -> list[Route]:
    """The account and its sessions."""
    return [
        guard.route(PATH, show),
        guard.route(f"{PATH}/sessions/{{id}}/end", end, methods=("POST",)),
        guard.route(f"{PATH}/link", link, methods=("POST",)),
        guard.route(f"{PATH}/untie", untie, methods=("POST",)),
    ]


def show(visit: Visit, code: str = "") -> Response:
    """Where the official is signed in now, and which chat gets their digest."""
    with visit.read() as connection:
        held = sessions.open_of(connection, visit.official.id)
    alive = [one for one in held if one.is_confirmed and is_alive(one, visit.now)]
    return visit.show("account.html", sessions=alive, here=visit.session.id, code=code)


def end(visit: Visit) -> Response:
    """End one of the official's own sessions."""
    wanted = visit.number("id")
    with visit.read() as connection:
        held = {one.id: one for one in sessions.open_of(connection, visit.official.id)}
    if wanted not in held:
        raise HTTPException(404)
    visit.write(partial(signing_in.sign_out, session=held[wanted], now=visit.now))
    return visit.go(PATH, notice=visit.phrase("session_ended"))


def link(visit: Visit) -> Response:
    """A code to send from the chat that is to get the digest."""
    offer = partial(linking.offer, official_id=visit.official.id, now=visit.now)
    return show(visit, visit.write(offer))


def untie(visit: Visit) -> Response:
    """No digest any more."""
    visit.write(partial(linking.untie, official_id=visit.official.id, now=visit.now))
    return visit.go(PATH, notice=visit.phrase("link_untied"))
