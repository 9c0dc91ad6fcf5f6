"""What we keep and what nobody should send here."""

from handlers.status import Ending
from handlers.turn import Turn


def remind(turn: Turn) -> Ending:
    """The message was nothing but a personal number."""
    turn.say(
        "personal_data",
        choices=(turn.choice("label_menu", "menu"), turn.choice("label_official", "official")),
    )
    return Ending("personal_data")


def notice(turn: Turn) -> Ending:
    """The privacy notice, whenever it is wanted."""
    turn.say("privacy", choices=(turn.choice("label_menu", "menu"),))
    return Ending("command")
