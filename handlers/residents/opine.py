"""A resident says what they think of a policy or how it is carried out: it is kept."""

from handlers.status import Ending
from handlers.turn import Turn

_BARE_WORDS = 7
"""Up to this many words ("tui muốn góp ý") announce an opinion and do not say it yet."""


def opine(turn: Turn) -> Ending:
    """Keep what was said, or ask for it."""
    if turn.pressed or len(turn.incoming.text.split()) <= _BARE_WORDS:
        turn.wait_for("opine")
        turn.say("opinion_ask", choices=(turn.choice("label_cancel", "cancel"),))
        return Ending("form")
    return receive(turn)


def receive(turn: Turn) -> Ending:
    """Keep it, word for word."""
    turn.opinion = turn.words
    turn.say("opinion_received", choices=(turn.choice("label_menu", "menu"),))
    return Ending("opinion")
