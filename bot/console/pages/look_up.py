"""Looking up: cards by a few words or the number of a law, with what to pass on to residents."""

from collections.abc import Iterable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import Visit
from handlers.lookup import cards_for
from handlers.officials import looking_up
from knowledge.card import Card
from storage import lookups, questions

PATH = "/console/look-up"
_SHOWN = 8


def routes(guard: Guard) -> list[Route]:
    """The search box, one card whole, and keeping it at hand."""
    return [
        guard.route(PATH, show),
        guard.route(f"{PATH}/{{id}}", show_card),
        guard.route(f"{PATH}/{{id}}/pin", pin, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """What was found; before anything is typed, what is at hand and what is asked most."""
    words = visit.asked("q")
    template = "look_up_found.html" if visit.is_part else "look_up.html"
    if words:
        found = cards_for(visit.desk.house, words)[:_SHOWN]
        return visit.show(template, q=words, found=found, lists=())
    with visit.read() as connection:
        me = visit.official
        lists = (
            ("pinned", _cards(visit, lookups.pinned(connection, me.id))),
            ("recent", _cards(visit, lookups.recent(connection, me.id))),
            ("asked", _cards(visit, questions.most_asked(connection, me.areas, limit=_SHOWN))),
        )
    return visit.show(template, q="", found=(), lists=lists)


def show_card(visit: Visit) -> Response:
    """One card whole; it stands among the official's last ones from now on."""
    card = _card(visit)
    opened = partial(looking_up.note_opened, hand=visit.hand, card=card.id)
    visit.write(opened)
    with visit.read() as connection:
        is_kept = card.id in lookups.pinned(connection, visit.official.id)
    units = visit.desk.house.library.on(visit.today).units_for(card, visit.today)
    return visit.show("look_up_card.html", card=card, units=units, is_kept=is_kept)


def pin(visit: Visit) -> Response:
    """Kept at hand, or no more."""
    card, is_kept = _card(visit), visit.typed("kept") == "1"
    visit.write(partial(looking_up.pin, hand=visit.hand, card=card.id, is_kept=is_kept))
    return visit.go(f"{PATH}/{card.id}")


def _card(visit: Visit) -> Card:
    """The card of the address, as it reads today; stopped or ended ones are not handed on."""
    found = _cards(visit, [visit.path["id"]])
    if not found:
        raise HTTPException(404)
    return found[0]


def _cards(visit: Visit, names: Iterable[str]) -> list[Card]:
    library = visit.desk.house.library.on(visit.today)
    stopped = visit.desk.house.switches.at(visit.now)
    found = (card for name in names if (card := library.cards.get(name)))
    return [card for card in found if card.is_current(visit.today) and not stopped.card(card)]
