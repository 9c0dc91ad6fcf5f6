"""Life first: the right number at once, before anything else we could say."""

from handlers.status import Ending
from handlers.turn import Turn


def help_at_once(turn: Turn) -> Ending:
    """The numbers to call for what is happening."""
    turn.say(f"emergency_{turn.recognise().which}", heading=turn.phrase("emergency_heading"))
    return Ending("emergency")
