"""A resident comes by a link to the bot: from a poster, or from an answer that was passed on."""

from handlers.rendering import first_choices
from handlers.status import Ending
from handlers.turn import Turn


def greet(turn: Turn) -> Ending:
    """The link of a commune's poster; one to anything that is not there any more is old."""
    commune = turn.library.units.get(turn.argument)
    if commune is None or commune.kind != "commune" or not commune.is_valid(turn.today):
        return old(turn)
    turn.say("link_commune", choices=first_choices(turn), commune=commune)
    return Ending("greeting")


def old(turn: Turn) -> Ending:
    """What it led to is gone: said plainly, and greeted all the same."""
    turn.say("link_old", choices=first_choices(turn))
    return Ending("greeting")
