"""An official has stopped answering for a while: it is said, and the question is kept for them."""

from handlers.status import Ending
from handlers.turn import Turn


def answering(turn: Turn) -> Ending:
    """What residents are told instead of any answer."""
    switch = turn.stopped.find("answering")
    if switch is not None:
        turn.say_stopped(switch)
    return Ending("queued")
