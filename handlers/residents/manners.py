"""Greetings, thanks and goodbyes; help; and quiet words for loud ones."""

from handlers.rendering import first_choices
from handlers.status import Ending
from handlers.turn import Turn


def greet(turn: Turn) -> Ending:
    """Good day: and what we can do for you."""
    turn.say("greeting", choices=first_choices(turn))
    return Ending("greeting")


def thank(turn: Turn) -> Ending:
    """You are welcome."""
    turn.say("thanks")
    return Ending("greeting")


def part(turn: Turn) -> Ending:
    """Goodbye."""
    turn.say("goodbye")
    return Ending("greeting")


def explain(turn: Turn) -> Ending:
    """How to ask, what to press, what we keep."""
    turn.say("help", choices=first_choices(turn))
    return Ending("command")


def calm(turn: Turn) -> Ending:
    """Insults, advertisements: one quiet sentence, no quarrel."""
    turn.say("calm", choices=(turn.choice("label_menu", "menu"),))
    return Ending("spam")
