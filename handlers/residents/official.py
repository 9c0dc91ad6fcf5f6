"""A resident wants a person: the request is written down for the officials."""

from handlers.status import Ending
from handlers.turn import Turn


def request(turn: Turn) -> Ending:
    """Ask what to pass on."""
    turn.wait_for("official")
    turn.say("official_ask", choices=(turn.choice("label_cancel", "cancel"),))
    return Ending("form")


def receive(turn: Turn) -> Ending:
    """What they wrote goes to the officials."""
    turn.say("official_received", choices=(turn.choice("label_menu", "menu"),))
    return Ending("queued")


def cancel(turn: Turn) -> Ending:
    """Never mind."""
    turn.say("cancelled", choices=(turn.choice("label_menu", "menu"),))
    return Ending("command")
