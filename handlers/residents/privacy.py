"""What is kept of a resident: told, shown, corrected and deleted; and what nobody should send."""

from handlers.deeds import Erase, Settle
from handlers.lodging import day_of
from handlers.placing import commune, named_in, place_choices, said_place
from handlers.status import Ending
from handlers.turn import Turn

_A_MESSAGE = 2_000
"""Letters of one message that shows what is kept."""
_MESSAGES = 5


def remind(turn: Turn) -> Ending:
    """The message was nothing but a personal number."""
    turn.say(
        "personal_data",
        choices=(turn.choice("label_menu", "menu"), turn.choice("label_official", "official")),
    )
    return Ending("personal_data")


def notice(turn: Turn) -> Ending:
    """The privacy notice, whenever it is wanted."""
    ways = (
        turn.choice("label_mine", "mine"),
        turn.choice("label_home", "home"),
        turn.choice("label_erase", "erase"),
        turn.choice("label_menu", "menu"),
    )
    turn.say("privacy", choices=ways)
    return Ending("command")


def show(turn: Turn) -> Ending:
    """What this account said and has codes for, the newest words if it said very much."""
    asker = turn.asker
    mine = turn.casebook.of_asker(asker.id) if asker.id else ()
    place = said_place(turn, asker.area, asker.hamlet)
    channel, topics = turn.incoming.channel, turn.library.topics
    turn.say("mine_kept", channel=channel, place=place, mine=mine, topics=topics)
    lines = [
        turn.phrase("mine_line", day=day_of(said.at), text=said.text)
        for said in turn.casebook.said_by(channel, turn.incoming.address)
    ]
    for text in _in_messages(lines)[-_MESSAGES:]:
        turn.say("mine_said", text=text)
    ways = (turn.choice("label_home", "home"), turn.choice("label_erase", "erase"))
    turn.say("mine_ways", choices=(*ways, turn.choice("label_menu", "menu")))
    return Ending("command")


def _in_messages(lines: list[str]) -> list[str]:
    """The lines put together into as few texts as a messenger takes."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < _A_MESSAGE:
            texts[-1] += "\n" + line
        else:
            texts.append(line[:_A_MESSAGE])
    return texts


def correct(turn: Turn) -> Ending:
    """Where they live: asked, or chosen from the list."""
    chosen = commune(turn, turn.argument)
    if chosen:
        return _settled(turn, chosen.id, "")
    turn.wait_for("home")
    choices = place_choices(turn, "home", page=turn.argument)
    place = said_place(turn, turn.asker.area, turn.asker.hamlet)
    turn.say("home_ask", choices=(*choices, turn.choice("label_cancel", "cancel")), place=place)
    return Ending("form")


def receive_home(turn: Turn) -> Ending:
    """Where they live, in their words; who names only the hamlet stays in the commune."""
    named = named_in(turn, turn.incoming.text, is_answer=True)
    if len(named.communes) > 1:
        turn.wait_for("home")
        turn.say("home_which", choices=place_choices(turn, "home", among=named.communes))
        return Ending("form")
    if not named.communes and not named.hamlet:
        turn.say("place_unknown")
        return correct(turn)
    area = named.communes[0].id if named.communes else turn.asker.area
    return _settled(turn, area, named.hamlet)


def _settled(turn: Turn, area: str, hamlet: str) -> Ending:
    turn.deeds.append(Settle(area, hamlet))
    place = said_place(turn, area, hamlet)
    turn.say("home_settled", choices=(turn.choice("label_menu", "menu"),), place=place)
    return Ending("command")


def erase(turn: Turn) -> Ending:
    """Everything goes, once they say that they mean it."""
    if turn.argument in ("all", "leave"):
        turn.deeds.append(Erase(leaves_words=turn.argument == "leave"))
        turn.say("erased", leaves_words=turn.argument == "leave")
        return Ending("command")
    ways = (
        turn.choice("label_erase_all", "erase:all"),
        turn.choice("label_erase_leave", "erase:leave"),
        turn.choice("label_cancel", "cancel"),
    )
    turn.say("erase_ask", choices=ways)
    return Ending("command")
