"""Home: what needs this official today."""

from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit


def routes(guard: Guard) -> list[Route]:
    """`/console`."""
    return [guard.route("/console", show)]


def show(visit: Visit) -> Response:
    """The first page after signing in."""
    return visit.show("home.html")
