"""A resident presses a card, one of its sections, or says whether it was right."""

from handlers.rendering import SECTIONS, say_answer, say_section
from handlers.status import Ending
from handlers.turn import Turn


def open_card(turn: Turn) -> Ending:
    """The card that was chosen from a list."""
    card = turn.library.card(turn.argument)
    if card is None or not card.is_current(turn.today):
        return _gone(turn)
    say_answer(turn, card)
    return Ending("answered", card.id, 1.0)


def open_section(turn: Turn) -> Ending:
    """One section of a card: the argument is "papers:card-id"."""
    name, _, card_id = turn.argument.partition(":")
    card = turn.library.card(card_id)
    if card is None or name not in SECTIONS or not card.is_current(turn.today):
        return _gone(turn)
    if say_section(turn, card, SECTIONS[name]):
        return Ending("followup_answered", card.id, 1.0)
    return Ending("partly_answered", card.id, 1.0)


def was_right(turn: Turn) -> Ending:
    """The resident says that the answer helped."""
    turn.rating = (turn.argument, True)
    turn.say("thanks_for_good", choices=(turn.choice("label_menu", "menu"),))
    return Ending("command")


def was_wrong(turn: Turn) -> Ending:
    """The resident says that the answer is not right: a person can take it from here."""
    turn.rating = (turn.argument, False)
    turn.conversation.card = ""
    ways = (turn.choice("label_official", "official"), turn.choice("label_menu", "menu"))
    turn.say("sorry_for_bad", choices=ways)
    return Ending("command")


def _gone(turn: Turn) -> Ending:
    turn.say("card_gone", choices=(turn.choice("label_menu", "menu"),))
    return Ending("command")
