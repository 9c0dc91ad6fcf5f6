"""Difficulties: a cadre asks the coordinating unit for guidance, and reads it here."""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.officials import difficulties

PATH = "/console/difficulties"


def routes(guard: Guard) -> list[Route]:
    """One page with its form."""
    return [guard.route(PATH, show), guard.route(PATH, ask, methods=("POST",))]


def show(visit: Visit) -> Response:
    """What I asked, and the guidance."""
    with visit.read() as connection:
        own = difficulties.own(connection, visit.hand)
    topics = list(visit.desk.house.library.topics.values())
    return visit.show("difficulties.html", own=own, topics=topics)


def ask(visit: Visit) -> Response:
    """Ask."""
    text, topic = visit.typed("text"), visit.typed("topic")
    visit.write(partial(difficulties.ask, hand=visit.hand, text=text, topic=topic))
    return visit.go(PATH, notice=visit.phrase("case_saved"))
