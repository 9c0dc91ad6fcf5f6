"""Looking cards up by a few words, to pass an answer on: no question is asked, nothing is kept."""

from collections.abc import Iterator
from textwrap import shorten

from handlers.message import Choice, Found, Message
from handlers.turn import House, today
from knowledge.card import Card
from knowledge.library import Library

MOST_FOUND = 10
_WORTH_SHOWING = 0.01
"""From this trust on a card is worth a line: whoever looks up chooses by eye."""
_SHORT = 160
"""Letters of the short answer that a list shows."""


def look_up(house: House, text: str) -> list[Found]:
    """What is known about these words, best first; in danger the right number before it all."""
    library = house.library.on(today(house.clock))
    danger = house.recogniser.recognise(text).which
    first = [_emergency(library, danger)] if danger else []
    cards = cards_for(house, text)[: MOST_FOUND - len(first)]
    return [*first, *(_found(library, card) for card in cards)]


def cards_for(house: House, text: str) -> list[Card]:
    """The cards these words are about, or that rest on the law they name; only what is served."""
    day = today(house.clock)
    library = house.library.on(day)
    stopped = house.switches.at(house.clock.now())
    if stopped.find("answering"):
        return []
    topic = library.topic_called(text)
    named = library.cards_citing(text) or (library.cards_of(topic) if topic else None)
    named = _asked_for(house, library, text) if named is None else named
    served = (card for card in named if card.is_current(day) and not stopped.card(card))
    current = dict.fromkeys(card.id for card in served)
    return [library.cards[name] for name in current]


def _asked_for(house: House, library: Library, text: str) -> Iterator[Card]:
    found = house.search.find(text)
    if found.about_policy:
        for candidate in found.candidates:
            if candidate.score >= _WORTH_SHOWING:
                yield library.of_day(candidate.card.id, today(house.clock))


def _found(library: Library, card: Card) -> Found:
    label = library.phrases.render("label_ask_on")
    text = library.phrases.render("answer", card=card)
    message = Message(text, card.title, (Choice(label, f"card_{card.id}"),))
    return Found(card.id, card.title, shorten(card.short, _SHORT, placeholder="…"), message)


def _emergency(library: Library, which: str) -> Found:
    heading = library.phrases.render("emergency_heading")
    text = library.phrases.render(f"emergency_{which}")
    return Found(f"emergency-{which}", heading, text, Message(text, heading))
