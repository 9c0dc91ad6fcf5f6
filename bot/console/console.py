"""The console's routes: the doorway, then every page with the roles that may use it."""

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.console.doorway import Doorway
from bot.console.guard import Guard
from bot.console.pages import (
    account,
    audit,
    case,
    case_deeds,
    cases,
    dialogue,
    dialogues,
    difficulties,
    exports,
    home,
    look_up,
    officials,
    papers,
    switches,
    unanswered,
)
from bot.console.visit import HEADERS, Desk


def console_routes(desk: Desk) -> list[Route]:
    """Every route under /console."""
    guard = Guard(desk)
    return [
        *Doorway(desk, guard).routes(),
        *home.routes(guard),
        *exports.routes(guard),
        *cases.routes(guard),
        *case.routes(guard),
        *case_deeds.routes(guard),
        *unanswered.routes(guard),
        *dialogues.routes(guard),
        *dialogue.routes(guard),
        *difficulties.routes(guard),
        *look_up.routes(guard),
        *papers.routes(guard),
        *account.routes(guard),
        *officials.routes(guard),
        *switches.routes(guard),
        *audit.routes(guard),
    ]


def error_pages(desk: Desk) -> Callable[[int], Response]:
    """The answers officials get when something cannot be done, by status."""

    def page(status: int) -> Response:
        return HTMLResponse(desk.looks.error(status), status, HEADERS)

    return page
