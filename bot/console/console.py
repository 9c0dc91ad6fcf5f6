"""The console's routes: the doorway, then every page with the roles that may use it."""

from starlette.routing import Route

from bot.console.doorway import Doorway
from bot.console.guard import Guard
from bot.console.pages import (
    account,
    audit,
    case,
    case_deeds,
    cases,
    difficulties,
    exports,
    home,
    officials,
    unanswered,
)
from bot.console.visit import Desk


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
        *difficulties.routes(guard),
        *account.routes(guard),
        *officials.routes(guard),
        *audit.routes(guard),
    ]
