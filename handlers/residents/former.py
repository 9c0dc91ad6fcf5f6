"""A resident asks what became of an old commune or office: who does its work now."""

from handlers.rendering import next_choices
from handlers.status import Ending
from handlers.turn import Turn
from knowledge.gazetteer import Gazetteer, Gone

_BARE_WORDS = 7


def named(turn: Turn) -> list[Gone]:
    """The units that are gone which the message names."""
    return Gazetteer(turn.library.units, turn.today).named_in(turn.incoming.text)


def is_all_that_is_said(turn: Turn) -> bool:
    """Whether hardly more is said than the name of what is gone ("phòng ... huyện giờ ở đâu")."""
    name = max((len(gone.unit.name.split()) for gone in named(turn)), default=0)
    return len(turn.incoming.text.split()) <= name + _BARE_WORDS


def follow(turn: Turn) -> Ending:
    """Each of them with its heirs, on the ground of the card that tells of them all."""
    found = named(turn)
    kind = "communes" if any(gone.unit.kind == "commune" for gone in found) else "offices"
    card = next(card for card in turn.library.cards.values() if card.lookup == kind)
    turn.hold(card.id)
    choices = next_choices(turn, card)
    turn.say("former_units", heading=card.title, choices=choices, card=card, found=found)
    return Ending("answered", card.id, 1.0, ((card.id, 1.0),))
