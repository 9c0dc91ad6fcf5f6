"""A resident asks about their own file: we cannot see it, and say who can."""

from handlers.status import Ending
from handlers.turn import Turn


def point(turn: Turn) -> Ending:
    """Who holds the file, and how to ask there."""
    province = turn.house.library.units["ttpvhcc-tinh"]
    ways = (turn.choice("label_official", "official"), turn.choice("label_menu", "menu"))
    turn.say("own_case", choices=ways, province=province)
    return Ending("own_case")
