"""Switches: what is stopped now, and a form to stop a card, a topic, answering or broadcasts."""

from datetime import timedelta
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.officials import switches as stopping
from handlers.officials.switches import MAY_STOP, Wish
from storage import officials, switches

PATH = "/console/switches"
HOURS = (4, 24, 72, 168, 720)
"""For how long something may be stopped at once, as the form offers it."""


def routes(guard: Guard) -> list[Route]:
    """The page, and what its forms do."""
    return [
        guard.route(PATH, show, roles=MAY_STOP),
        guard.route(PATH, stop, roles=MAY_STOP, methods=("POST",)),
        guard.route(f"{PATH}/{{id}}/release", release, roles=MAY_STOP, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """What is stopped now, by whom, why and until when."""
    with visit.read() as connection:
        stopped = switches.in_force(connection, visit.now)
        names = officials.names(connection, [row.official_id for row in stopped])
    library = visit.desk.house.library
    titles = {topic.id: topic.title for topic in library.topics.values()}
    titles |= {card.id: card.title for card in library.cards.values()}
    topics = [(topic, library.cards_of(topic.id)) for topic in library.topics.values()]
    return visit.show(
        "switches.html", stopped=stopped, names=names, titles=titles, topics=topics, hours=HOURS
    )


def stop(visit: Visit) -> Response:
    """Stop what was chosen."""
    kind, _, target = visit.typed("what", 60).partition(":")
    hours = visit.typed("hours", 5)
    wish = Wish(
        kind=kind,
        target=target,
        reason=visit.typed("reason", 500),
        lasts=timedelta(hours=int(hours) if hours.isascii() and hours.isdecimal() else 0),
        sentence=visit.typed("sentence", 500),
    )
    library = visit.desk.house.library
    visit.write(
        partial(stopping.stop, wish=wish, library=library, by=visit.official, now=visit.now)
    )
    visit.desk.house.switches.forget()
    return visit.go(PATH, notice=visit.phrase("switch_stopped"))


def release(visit: Visit) -> Response:
    """Let it go on."""
    releasing = partial(
        stopping.release,
        switch_id=visit.number("id"),
        by=visit.official,
        why=visit.typed("why", 500),
        now=visit.now,
    )
    visit.write(releasing)
    visit.desk.house.switches.forget()
    return visit.go(PATH, notice=visit.phrase("switch_released"))
