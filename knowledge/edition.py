"""An edition: what the cards say on one day, with every figure, law and dated change filled in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError

from knowledge.card import Amount, Card, Citation
from knowledge.law import Document, Figure
from knowledge.saying import say_briefly

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9-]*)\}")
_PROSE = ("title", "short", "who", "time", "deadline", "fee")
_LISTS = ("benefit_notes", "conditions", "papers", "steps", "unconfirmed", "cadre_notes")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all cards stand on: base figures and legal documents."""

    figures: Mapping[str, Figure]
    documents: Mapping[str, Document]


def changes_of(cards: Iterable[Card], ground: Ground) -> list[date]:
    """The days on which any card says something else than the day before, in order."""
    days: set[date] = set()
    for figure in ground.figures.values():
        for dated in figure.values:
            days |= {dated.since} | ({dated.until + _DAY} if dated.until else set())
    days |= {law.until + _DAY for law in ground.documents.values() if law.until}
    days |= {later.since for card in cards for later in card.later}
    return sorted(days)


def card_on(card: Card, day: date, ground: Ground) -> Card:
    """The card as it reads on a day; out of force where a figure or a law under it is."""
    changed = with_changes(card, day)
    benefit = tuple(_worth(amount, day, ground) for amount in changed.benefit)
    limits = tuple(_worth(amount, day, ground) for amount in changed.limits)
    said = dict(_words(ground, day))
    said |= {amount.key: say_briefly(amount) for amount in (*benefit, *limits) if amount.key}
    filled = {name: _fill(getattr(changed, name), said) for name in _PROSE}
    lists = {n: tuple(_fill(line, said) for line in getattr(changed, n)) for n in _LISTS}
    where = changed.where.model_copy(update={"how": _fill(changed.where.how, said)})
    law = tuple(_documented(citation, ground) for citation in changed.law)
    ends = _end(changed, day, ground)
    known = {"benefit": benefit, "limits": limits, "where": where, "law": law, "in_force_to": ends}
    return changed.model_copy(update={**filled, **lists, **known})


def with_changes(card: Card, day: date) -> Card:
    """The card with the fields that `later` gives it by that day; raises ValidationError."""
    for later in sorted(card.later, key=lambda later: later.since):
        if later.since <= day:
            card = Card.model_validate({**card.model_dump(), **later.changes})
    return card


def unknown_words(card: Card, ground: Ground) -> Iterator[tuple[str, str]]:
    """Placeholders of a card that nothing fills: the field, and the name in braces."""
    known = {a.key for a in (*card.benefit, *card.limits)} | set(ground.figures)
    for name, text in prose_of(card):
        yield from ((name, word) for word in PLACEHOLDER.findall(text) if word not in known)


def prose_of(card: Card) -> Iterator[tuple[str, str]]:
    """Every sentence of a card that residents read, with the field it stands in."""
    for name in _PROSE:
        yield name, getattr(card, name)
    for name in _LISTS:
        if name != "cadre_notes":
            yield from ((name, line) for line in getattr(card, name))
    yield "where", card.where.how


def unreadable_changes(card: Card) -> ValidationError | None:
    """What is wrong with the fields that `later` gives the card."""
    try:
        with_changes(card, date.max)
    except ValidationError as error:
        return error
    return None


def _words(ground: Ground, day: date) -> Iterator[tuple[str, str]]:
    for figure in ground.figures.values():
        value = figure.on(day).value
        yield figure.id, say_briefly(Amount(what=figure.name, value=value, unit=figure.unit))


def _worth(amount: Amount, day: date, ground: Ground) -> Amount:
    figure = ground.figures.get(amount.of)
    if figure is None:
        return amount
    value = figure.on(day).value * amount.times
    usual = 0 if amount.unit.startswith("đồng") else 6
    exact = round(value, usual if amount.digits is None else amount.digits)
    return amount.model_copy(update={"value": exact})


def _documented(citation: Citation, ground: Ground) -> Citation:
    document = ground.documents.get(citation.number)
    if document is None:
        return citation
    about = citation.about or document.about
    told = {"name": document.name, "issued": document.issued, "link": document.link}
    return citation.model_copy(update={**told, "about": about})


def _end(card: Card, day: date, ground: Ground) -> date | None:
    """The last day the card may be served, by its own word, its laws and its figures."""
    ends = [card.in_force_to] if card.in_force_to else []
    for citation in card.law:
        document = ground.documents.get(citation.number)
        if document is not None and document.until is not None:
            ends.append(document.until)
    for amount in (*card.benefit, *card.limits):
        figure = ground.figures.get(amount.of)
        until = figure.on(day).until if figure else None
        ends += [until] if until else []
    return min(ends, default=None)


def _fill(text: str, said: Mapping[str, str]) -> str:
    if "{" not in text:
        return text
    return PLACEHOLDER.sub(lambda found: said.get(found.group(1), found.group()), text)
