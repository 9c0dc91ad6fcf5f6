"""A cadre looks something up in chat: "tra vay vốn", "tra NĐ 335/2026"."""

from handlers.lookup import cards_for
from handlers.message import Choice
from handlers.status import Ending
from handlers.turn import Turn

_CALLED = ("tra", "/tra")
_OTHERS = 4


def is_meant(turn: Turn) -> bool:
    """Whether a registered cadre asks for a look-up: nobody else's "tra" is one."""
    first = turn.incoming.text.split()[:1]
    if not first or first[0].lower() not in _CALLED:
        return False
    return turn.casebook.is_official(turn.incoming.channel, turn.incoming.address)


def look_up(turn: Turn) -> Ending:
    """The best card with its legal basis and notes, the text to pass on, and the next best."""
    words = turn.incoming.text.partition(" ")[2].strip()
    found = cards_for(turn.house, words) if words else []
    if not found:
        turn.say("look_up_nothing", words=words)
        return Ending("command")
    card, others = found[0], found[1 : 1 + _OTHERS]
    turn.hold(card.id)
    turn.say("look_up_card", heading=card.title, card=card)
    choices = tuple(Choice(other.title, f"card:{other.id}") for other in others)
    turn.say("look_up_pass_on", heading=card.title, choices=choices, card=card)
    return Ending("command")
