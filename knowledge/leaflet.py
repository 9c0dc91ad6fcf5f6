"""A leaflet: what a card says on paper, as plain data that a template only sets in type."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from knowledge.card import Amount, Card, Citation
from knowledge.library import Library
from knowledge.saying import say_amount, say_date

_LISTS = (
    "benefit_notes", "conditions", "papers", "steps", "unconfirmed", "replaces", "emergency",
)  # fmt: skip
_TEXTS = ("id", "title", "short", "who", "time", "deadline", "fee")
Leaflet = dict[str, Any]


def leaflet_of(library: Library, card: Card, day: date) -> Leaflet:
    """Everything a resident may read of the card on that day; `library` is the day's own."""
    units = library.units_for(card, day)
    return {
        **{name: getattr(card, name) for name in _TEXTS},
        **{name: list(getattr(card, name)) for name in _LISTS},
        "topic": library.topics[card.topic].title,
        "benefit": [_amount(amount) for amount in card.benefit],
        "where": [{"name": unit.name, "contact": unit.contact} for unit in units],
        "how": card.where.how,
        "law": [_citation(one) for one in card.law],
        "is_confirmed": card.is_confirmed(),
        "since": say_date(card.in_force_from) if card.from_is_known else "",
        "until": say_date(card.in_force_to) if card.in_force_to else "",
        "checked": say_date(card.checked_on),
    }


def current_cards(library: Library, day: date, topic: str = "") -> list[Card]:
    """The cards that may be handed out on that day, topic by topic in the order of the menu."""
    topics = [topic] if topic else list(library.topics)
    cards = (card for name in topics for card in library.cards_of(name))
    return [card for card in cards if card.is_current(day) and card.kind == "policy"]


def fingerprint_of(leaflets: Leaflet | Sequence[Leaflet]) -> str:
    """Eight letters that change whenever anything in them does."""
    text = json.dumps(leaflets, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8].upper()


def by_topic(leaflets: Iterable[Leaflet]) -> list[dict[str, Any]]:
    """Leaflets under the topic they belong to."""
    topics: dict[str, list[Leaflet]] = {}
    for leaflet in leaflets:
        topics.setdefault(leaflet["topic"], []).append(leaflet)
    return [{"title": title, "cards": cards} for title, cards in topics.items()]


def _amount(amount: Amount) -> dict[str, str]:
    return {"what": amount.what, "amount": say_amount(amount), "note": amount.note}


def _citation(law: Citation) -> dict[str, str]:
    issued = say_date(law.issued) if law.issued else ""
    told = {name: getattr(law, name) for name in ("name", "number", "article", "about")}
    return {**told, "issued": issued}
