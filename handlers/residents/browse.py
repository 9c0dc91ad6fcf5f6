"""A resident looks around: topics, then the cards of one, never more than six to choose from."""

from collections.abc import Sequence

from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn

_AT_MOST = 6


def menu(turn: Turn) -> Ending:
    """The topics; the argument is the page, from 1."""
    library = turn.library
    topics = [t for t in library.topics.values() if library.cards_of(t.id)]
    choices = [Choice(topic.title, f"topic:{topic.id}") for topic in topics]
    turn.say("menu", choices=_page(turn, choices, "menu", _number(turn.argument)))
    return Ending("command")


def topic(turn: Turn) -> Ending:
    """The cards of a topic; the argument is "loan" or "loan:2"."""
    name, _, page = turn.argument.partition(":")
    if name not in turn.library.topics:
        return menu(turn)
    _show(turn, name, page)
    return Ending("command")


def narrow_down(turn: Turn) -> Ending:
    """Only the name of a field was sent ("vay vốn"): which question about it?"""
    turn.conversation.asked = turn.incoming.text
    _show(turn, turn.library.topic_called(turn.incoming.text), "")
    return Ending("clarifying")


def _show(turn: Turn, name: str, page: str) -> None:
    found = turn.library.topics[name]
    cards = [c for c in turn.library.cards_of(name) if c.is_current(turn.today)]
    choices = [Choice(card.title, f"card:{card.id}") for card in cards]
    shown = _page(turn, choices, f"topic:{name}", _number(page))
    turn.say("topic", heading=found.title, choices=shown, topic=found)


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
