"""A resident looks around: topics, then the cards of one, never more than six to choose from."""

from collections.abc import Sequence

from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn

_AT_MOST = 6


def menu(turn: Turn) -> Ending:
    """The topics; the argument is the page, from 1."""
    library = turn.house.library
    topics = [t for t in library.topics.values() if library.cards_of(t.id)]
    choices = [Choice(topic.title, f"topic:{topic.id}") for topic in topics]
    turn.say("menu", choices=_page(turn, choices, "menu", _number(turn.argument)))
    return Ending("command")


def topic(turn: Turn) -> Ending:
    """The cards of a topic; the argument is "loan" or "loan:2"."""
    name, _, page = turn.argument.partition(":")
    found = turn.house.library.topics.get(name)
    if found is None:
        return menu(turn)
    cards = [c for c in turn.house.library.cards_of(name) if c.is_current(turn.today)]
    choices = [Choice(card.title, f"card:{card.id}") for card in cards]
    shown = _page(turn, choices, f"topic:{name}", _number(page))
    turn.say("topic", heading=found.title, choices=shown, topic=found)
    return Ending("command")


def _page(turn: Turn, choices: Sequence[Choice], again: str, page: int) -> tuple[Choice, ...]:
    """One page of the choices; the last choice leads on to the next."""
    if len(choices) <= _AT_MOST:
        return tuple(choices)
    room = _AT_MOST - 1
    start = (page - 1) * room
    if start >= len(choices):
        start, page = 0, 1
    rest = choices[start:]
    if len(rest) <= _AT_MOST and page > 1:
        return tuple(rest)
    return (*rest[:room], turn.choice("label_more", f"{again}:{page + 1}"))


def _number(page: str) -> int:
    return int(page) if page.isdecimal() and len(page) < 4 and int(page) > 0 else 1
