"""A resident looks around: topics, then the cards of one, never more than six to choose from.

A choice on a page names the page that it leads to ("menu:2", "topic:loan:1"): that page may stand
in the place of the one it was pressed on. From anywhere else ("menu", "topic:loan") it stands
below, because what was said there is not lost to a list.
"""

from collections.abc import Sequence

from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn

_AT_MOST = 6


def menu(turn: Turn) -> Ending:
    """What the household may get, and the topics; the argument is the page, from 1."""
    library, page = turn.library, turn.argument
    topics = [t for t in library.topics.values() if library.cards_of(t.id)]
    choices = [Choice(topic.title, f"topic:{topic.id}:1") for topic in topics]
    if turn.library.questioning:
        choices.insert(0, turn.choice("label_check", "check:start"))
    shown = _page(turn, choices, "menu", _number(page))
    turn.say("menu", choices=shown, in_place=bool(page))
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
    back = turn.choice("label_menu_all", "menu:1")
    shown = _page(turn, choices, f"topic:{name}", _number(page), ways=(back,))
    turn.say("topic", heading=found.title, choices=shown, topic=found, in_place=bool(page))


def _page(
    turn: Turn, choices: Sequence[Choice], again: str, page: int, *, ways: tuple[Choice, ...] = ()
) -> tuple[Choice, ...]:
    """One page of the choices, then one that leads on to the next (or round), then the ways."""
    room = _AT_MOST - len(ways)
    if len(choices) <= room:
        return (*choices, *ways)
    room -= 1
    pages = -(-len(choices) // room)
    page = page if page <= pages else 1
    following = page % pages + 1
    phrase = "label_more" if following > 1 else "label_first"
    shown = choices[(page - 1) * room : page * room]
    return (*shown, turn.choice(phrase, f"{again}:{following}"), *ways)


def _number(page: str) -> int:
    return int(page) if page.isdecimal() and len(page) < 4 and int(page) > 0 else 1
