"""Greetings, thanks and goodbyes; help; and quiet words for loud ones."""

from handlers.rendering import topic_choices
from handlers.status import Ending
from handlers.turn import Turn


def greet(turn: Turn) -> Ending:
    """Good day: and what we can do for you."""
    turn.say("greeting", choices=_start(turn))
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
    turn.say("help", choices=_start(turn))
    return Ending("command")


def calm(turn: Turn) -> Ending:
    """Insults, advertisements: one quiet sentence, no quarrel."""
    turn.say("calm", choices=(turn.choice("label_menu", "menu"),))
    return Ending("spam")


def _start(turn: Turn):
    first = list(turn.house.library.topics)[:4]
    return (
        *topic_choices(turn, first),
        turn.choice("label_menu_all", "menu"),
        turn.choice("label_official", "official"),
    )
