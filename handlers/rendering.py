"""How a card is said in chat: the short answer, one section at a time, and what to press next."""

from collections.abc import Mapping
from typing import get_args

from handlers.message import Choice
from handlers.turn import Turn
from knowledge.card import Card, Section

SECTIONS: Mapping[str, Section] = {name: name for name in get_args(Section)}
# What is offered as buttons, most wanted first; the rest follows once these were read.
OFFERED: tuple[Section, ...] = ("conditions", "papers", "steps", "where", "benefit", "law")
_AT_ONCE = 4


def say_answer(turn: Turn, card: Card) -> None:
    """The short answer with its source and date; the card is in hand from now on."""
    turn.hold(card.id)
    turn.say("answer", heading=card.title, choices=next_choices(turn, card), card=card)


def say_section(turn: Turn, card: Card, section: Section) -> bool:
    """One section of the card; False when the card does not tell it (and that is said)."""
    turn.hold(card.id)
    if section not in turn.conversation.shown:
        turn.conversation.shown.append(section)
    units = turn.library.units_for(card, turn.today)
    is_told = card.tells(section)
    phrase = f"section_{section}" if is_told else "section_untold"
    heading = f"{card.title} - {turn.phrase(f'label_{section}')}"
    turn.say(phrase, heading=heading, choices=next_choices(turn, card), card=card, units=units)
    return is_told


def next_choices(turn: Turn, card: Card) -> tuple[Choice, ...]:
    """Up to four sections not read yet, then whether it helped: at most six."""
    shown = turn.conversation.shown if turn.conversation.card == card.id else []
    unread = [s for s in OFFERED if s not in shown and card.tells(s)]
    sections = [turn.choice(f"label_{s}", f"part:{s}:{card.id}") for s in unread[:_AT_ONCE]]
    verdict = [
        turn.choice("label_good", f"good:{card.id}"),
        turn.choice("label_bad", f"bad:{card.id}"),
    ]
    return (*sections, *verdict)


def topic_choices(turn: Turn, topics: list[str]) -> tuple[Choice, ...]:
    """Topics to press, as the menu names them."""
    named = turn.house.library.topics
    return tuple(Choice(named[topic].title, f"topic:{topic}") for topic in topics)


def first_choices(turn: Turn) -> tuple[Choice, ...]:
    """What a greeting offers: the first topics, all of them, or a person."""
    first = list(turn.house.library.topics)[:4]
    return (
        *topic_choices(turn, first),
        turn.choice("label_menu_all", "menu"),
        turn.choice("label_official", "official"),
    )
