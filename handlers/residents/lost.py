"""We cannot read it, or do not know what is meant by it."""

from handlers.status import Ending
from handlers.turn import Turn


def unreadable(turn: Turn) -> Ending:
    """A picture, a voice, a sticker, or signs without words."""
    turn.say(
        "unreadable",
        choices=(turn.choice("label_menu", "menu"), turn.choice("label_official", "official")),
    )
    return Ending("unreadable")


def nothing_to_choose(turn: Turn) -> Ending:
    """A number without a list, or a button whose list is gone."""
    turn.say(
        "nothing_to_choose",
        choices=(turn.choice("label_menu", "menu"), turn.choice("label_official", "official")),
    )
    return Ending("unreadable")
