"""The check of a content folder: every mistake with its file, its line and its mend."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from knowledge.card import Card
from knowledge.library import CONTENT, Reading, read
from knowledge.phrases import say_number
from knowledge.source import ContentError
from knowledge.text import fold

Rule = Callable[[Card, Reading, date], Iterator[tuple[str, str, tuple[str | int, ...]]]]
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{4}")


def check(folder: Path = CONTENT, *, day: date) -> list[ContentError]:
    """Every mistake in the folder as of a Vietnamese calendar day, in reading order."""
    reading = read(folder)
    mistakes = list(reading.mistakes)
    for card in reading.cards.values():
        source = reading.sources[card.id]
        for rule in RULES:
            mistakes += [source.error(p, m, *where) for p, m, where in rule(card, reading, day)]
    mistakes += _same_questions(reading)
    mistakes += _broken_units(reading)
    mistakes += _broken_topics(reading)
    return mistakes


def _stands_in_its_place(card: Card, reading: Reading, day: date):
    path = reading.sources[card.id].path
    if path.stem != card.id:
        yield f"the file is called {path.stem}.", f"call it {card.id}.yaml", ("id",)
    if path.parent.name != card.topic:
        yield f"the folder is '{path.parent.name}'.", f"move it to '{card.topic}'", ("topic",)


def _names_what_exists(card: Card, reading: Reading, day: date):
    if card.topic not in reading.topics:
        yield f"no topic '{card.topic}'.", "use an id of topics.yaml", ("topic",)
    for number, other in enumerate(card.related):
        if other not in reading.cards:
            yield f"no card '{other}'.", "use the id of a card, or remove it", ("related", number)
    if card.owner not in reading.units:
        yield f"no unit '{card.owner}'.", "use an id of units.yaml", ("owner",)
    for number, name in enumerate(card.where.units):
        where = ("where", "units", number)
        unit = reading.units.get(name)
        if unit is None:
            yield f"no unit '{name}'.", "use an id of units.yaml", where
        elif not unit.is_valid(day):
            mend = f"send people to {', '.join(unit.successors) or 'a unit of today'}"
            yield f"'{name}' no longer exists.", mend, where


def _is_in_force(card: Card, reading: Reading, day: date):
    if card.in_force_to is not None and card.in_force_to < day:
        mend = "write what is in force now, or delete the card"
        yield f"ended on {card.in_force_to}.", mend, ("in_force_to",)
    if card.in_force_to is not None and card.in_force_to < card.in_force_from:
        yield "ends before it begins.", "correct one of the two dates", ("in_force_to",)
    if card.checked_on > day:
        yield "checked in the future.", "write the day you checked it", ("checked_on",)
    for number, law in enumerate(card.law):
        if law.issued > day:
            yield f"{law.number} is from the future.", "correct its date", ("law", number, "issued")


def _says_what_is_unsure(card: Card, reading: Reading, day: date):
    if card.confidence != "high" and not card.unconfirmed:
        mend = "say under 'unconfirmed' what the commune must confirm"
        yield f"confidence is '{card.confidence}' without a reason.", mend, ("confidence",)


def _is_short(card: Card, reading: Reading, day: date):
    if len(_SENTENCE_END.findall(card.short)) > 2:
        yield "more than two sentences.", "keep two, move the rest to the sections", ("short",)
    if len(card.short) > 320:
        yield f"{len(card.short)} characters.", "shorten it to 320", ("short",)


def _figures_are_data(card: Card, reading: Reading, day: date):
    known = _known_figures(card)
    for figure in _figures(card.short):
        if figure not in known:
            mend = "put the figure under 'benefit' too, or correct it"
            yield f"'{figure}' is in the short answer but not in the data.", mend, ("short",)


def _asks_in_many_ways(card: Card, reading: Reading, day: date):
    seen: list[tuple[int, frozenset[str]]] = []
    for number, question in enumerate(card.questions):
        words = frozenset(fold(question).split())
        for earlier, other in seen:
            if len(words & other) > 0.8 * len(words | other):
                problem = f"question {number + 1} is nearly question {earlier + 1}."
                yield problem, "ask it in quite another way", ("questions", number)
        seen.append((number, words))


RULES: tuple[Rule, ...] = (
    _stands_in_its_place,
    _names_what_exists,
    _is_in_force,
    _says_what_is_unsure,
    _is_short,
    _figures_are_data,
    _asks_in_many_ways,
)


def _figures(text: str) -> set[str]:
    """The figures of a text, bare: "100", "6,24", "1.500.000"; dates are left out."""
    return set(_NUMBER.findall(_DATE.sub(" ", text)))


def _known_figures(card: Card) -> set[str]:
    known: set[str] = set()
    for amount in card.benefit:
        known |= _ways_to_write(amount.value) | _figures(amount.unit + amount.what + amount.note)
    rest = (*card.benefit_notes, *card.conditions, *card.papers, *card.steps, card.time)
    for text in (*rest, card.deadline, card.fee, card.who, card.where.how, card.title):
        known |= _figures(text)
    for law in card.law:
        known |= _figures(law.number + " " + law.article)
    return known


def _ways_to_write(value: float) -> set[str]:
    units = (1, 1_000, 1_000_000, 1_000_000_000)
    ways = {say_number(value / unit) for unit in units}
    if value % 12 == 0:
        ways.add(say_number(value / 12))
    return ways


def _same_questions(reading: Reading) -> list[ContentError]:
    asked: dict[str, str] = {}
    mistakes: list[ContentError] = []
    for card in reading.cards.values():
        for number, question in enumerate(card.questions):
            other = asked.setdefault(fold(question), card.id)
            if other != card.id:
                problem = f"'{question}' is also a question of {other}."
                mend = "leave it to the card that answers it"
                source = reading.sources[card.id]
                mistakes.append(source.error(problem, mend, "questions", number))
    return mistakes


def _broken_units(reading: Reading) -> list[ContentError]:
    source = reading.sources.get("units.yaml")
    mistakes: list[ContentError] = []
    for number, unit in enumerate(reading.units.values()):
        for heir in unit.successors:
            if heir not in reading.units and source is not None:
                problem = f"{unit.id}: no unit '{heir}'."
                mend = "use an id of this file"
                mistakes.append(source.error(problem, mend, number, "successors"))
    return mistakes


def _broken_topics(reading: Reading) -> list[ContentError]:
    source = reading.sources.get("topics.yaml")
    mistakes: list[ContentError] = []
    for number, topic in enumerate(reading.topics.values()):
        for card in topic.first:
            if source is not None and card not in reading.cards:
                mend = "use the id of a card, or remove it"
                mistakes.append(source.error(f"no card '{card}'.", mend, number, "first"))
    return mistakes
