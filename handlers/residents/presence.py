"""A resident blocks the channel: nothing is said, and nothing more is sent."""

from handlers.status import Ending
from handlers.turn import Turn


def leave(turn: Turn) -> Ending:
    """They are gone; the commit remembers it."""
    return Ending("command")
