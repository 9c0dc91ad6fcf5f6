"""An official ties this chat to their account by the code of the console: "/lienket 123456"."""

from handlers.status import Ending
from handlers.turn import Turn


def link(turn: Turn) -> Ending:
    """The commit looks the code up and says whether it was right."""
    turn.linking = "".join(turn.incoming.text.split()[1:])
    return Ending("command")
