"""The check of a content folder: every mistake with its file, its line and its mend."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from knowledge.card import Card
from knowledge.edition import card_on, unknown_words
from knowledge.library import CONTENT, Reading, read
from knowledge.prose import figures_of, fixed, strays
from knowledge.rota import Routing
from knowledge.source import ContentError
from knowledge.text import fold

Rule = Callable[[Card, Reading, date], Iterator[tuple[str, str, tuple[str | int, ...]]]]
_KNOWN_AHEAD = 90
"""Days ahead for which the holidays should be known, so that no deadline falls on one."""
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def check(folder: Path = CONTENT, *, day: date) -> list[ContentError]:
    """Every mistake in the folder as of a Vietnamese calendar day, in reading order."""
    reading = read(folder)
    mistakes = list(reading.mistakes)
    for card in reading.cards.values():
        source = reading.sources[card.id]
        for rule in RULES:
            mistakes += [source.error(p, m, *where) for p, m, where in rule(card, reading, day)]
    mistakes += _same_questions(reading)
    for broken in BROKEN:
        mistakes += broken(reading, day)
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
    owner = reading.units.get(card.owner)
    if owner is None:
        yield f"no unit '{card.owner}'.", "use an id of units.yaml", ("owner",)
    elif not owner.is_valid(day):
        mend = f"give it to {', '.join(owner.successors) or 'a unit of today'}"
        yield f"'{card.owner}' no longer exists.", mend, ("owner",)
    for number, duty in enumerate(card.where.duties):
        if duty not in reading.duties:
            yield f"no duty '{duty}'.", "use an id of duties.yaml", ("where", "duties", number)
    if card.successor and card.successor not in reading.cards:
        yield f"no card '{card.successor}'.", "use the id of a card", ("successor",)
    for other in card.also:
        if other in reading.cards:
            yield f"'{other}' has a card of its own.", "keep one of the two", ("also",)


def _is_in_force(card: Card, reading: Reading, day: date):
    if _has_ended(card, day):
        mend = "write what is in force now, or delete the card"
        yield f"ended on {card.in_force_to}.", mend, ("in_force_to",)
    if card.in_force_to is not None and card.in_force_to < card.in_force_from:
        yield "ends before it begins.", "correct one of the two dates", ("in_force_to",)
    if card.checked_on > day:
        yield "checked in the future.", "write the day you checked it", ("checked_on",)
    for number, citation in enumerate(card.law):
        law = reading.documents.get(citation.number)
        where = ("law", number, "number")
        if law is None:
            mend = "add the document to content/laws with its day, or correct the number"
            yield f"no document '{citation.number}' in content/laws.", mend, where
        elif law.until and law.until < day and not _has_ended(card, day):
            mend = f"cite {' or '.join(law.replaced_by) or 'the law in force'}, or end the card"
            yield f"{law.id} ended on {law.until}.", mend, where
        elif law.issued and law.issued > day:
            yield f"{law.id} is from the future.", "correct its day in content/laws", where


def _has_ended(card: Card, day: date) -> bool:
    return card.in_force_to is not None and card.in_force_to < day


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
    today = card_on(card, day, reading.ground)
    for name, number in strays(card, today, reading.ground):
        if _is_contact(number, reading):
            continue
        mend = "put it under 'benefit' or 'limits' too, or correct it"
        yield f"'{number}' is said in '{name}' but is not in the data.", mend, (name,)
    for name, number, word in fixed(card, today, reading.ground, day=day):
        mend = f"write {{{word}}} instead" if word else "give the amount a 'key' and write {key}"
        yield f"'{number}' in '{name}' follows a base figure.", mend, (name,)
    for name, word in unknown_words(card, reading.ground):
        mend = "use the key of an amount of this card, or an id of figures.yaml"
        yield f"nothing is called {{{word}}}.", mend, (name,)
    for place in ("benefit", "limits"):
        for number, amount in enumerate(getattr(card, place)):
            if amount.of and amount.of not in reading.figures:
                where = (place, number, "of")
                yield f"no base figure '{amount.of}'.", "use an id of figures.yaml", where


def _is_contact(number: str, reading: Reading) -> bool:
    return any(number in figures_of(unit.contact) for unit in reading.units.values())


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


def _same_questions(reading: Reading) -> list[ContentError]:
    asked: dict[str, str] = {}
    titled: dict[str, str] = {}
    mistakes: list[ContentError] = []
    for card in reading.cards.values():
        twin = titled.setdefault(fold(card.title), card.id)
        if twin != card.id:
            mend = "make them one card, or give each a title of its own"
            problem = f"the title is also that of {twin}."
            mistakes.append(reading.sources[card.id].error(problem, mend, "title"))
        for number, question in enumerate(card.questions):
            other = asked.setdefault(fold(question), card.id)
            if other != card.id:
                problem = f"'{question}' is also a question of {other}."
                mend = "leave it to the card that answers it"
                source = reading.sources[card.id]
                mistakes.append(source.error(problem, mend, "questions", number))
    return mistakes


def _broken_units(reading: Reading, day: date) -> Iterator[ContentError]:
    source = reading.sources["units.yaml"]
    for number, unit in enumerate(reading.units.values()):
        for heir in unit.successors:
            if heir not in reading.units:
                problem = f"{unit.id}: no unit '{heir}'."
                yield source.error(problem, "use an id of this file", number, "successors")
        for duty in unit.duties:
            if duty not in reading.duties:
                problem = f"{unit.id}: no duty '{duty}'."
                yield source.error(problem, "use an id of duties.yaml", number, "duties")
        if unit.valid_to and unit.valid_to < day and not unit.successors:
            problem = f"{unit.id} is gone and nobody came after it."
            yield source.error(problem, "name its 'successors'", number)


def _broken_duties(reading: Reading, day: date) -> Iterator[ContentError]:
    source = reading.sources["duties.yaml"]
    done = {duty for unit in reading.units.values() if unit.is_valid(day) for duty in unit.duties}
    for number, duty in enumerate(reading.duties.values()):
        if duty.id not in done:
            mend = "give it to a unit that exists today"
            yield source.error(f"nobody has the duty '{duty.id}'.", mend, number)
        for topic in duty.topics:
            if topic not in reading.topics:
                problem = f"{duty.id}: no topic '{topic}'."
                yield source.error(problem, "use an id of topics.yaml", number, "topics")


def _broken_figures(reading: Reading, day: date) -> Iterator[ContentError]:
    source = reading.sources["figures.yaml"]
    for number, figure in enumerate(reading.figures.values()):
        days = [dated.since for dated in figure.values]
        if days != sorted(set(days)):
            problem = f"{figure.id}: the days are not in order."
            yield source.error(problem, "put the oldest first, each day once", number, "values")
        for place, dated in enumerate(figure.values):
            if dated.law not in reading.documents:
                problem = f"{figure.id}: no document '{dated.law}' in content/laws."
                yield source.error(problem, "add it there", number, "values", place, "law")


def _broken_topics(reading: Reading, day: date) -> Iterator[ContentError]:
    source = reading.sources["topics.yaml"]
    for number, topic in enumerate(reading.topics.values()):
        for card in topic.first:
            if card not in reading.cards:
                mend = "use the id of a card, or remove it"
                yield source.error(f"no card '{card}'.", mend, number, "first")


def _broken_holidays(reading: Reading, day: date) -> Iterator[ContentError]:
    for number, holiday in enumerate(reading.holidays.values()):
        for problem, mend, name in holiday.faults():
            source = reading.sources["holidays.yaml"]
            yield source.error(f"{holiday.id}: {problem}", mend, number, name)


def _broken_casework(reading: Reading, day: date) -> Iterator[ContentError]:
    casework = reading.casework
    if casework is None:
        return
    source = reading.sources["casework.yaml"]
    for unit in (*casework.settings.signature, casework.settings.coordinating_unit):
        known = reading.units.get(unit)
        if known is None or not known.is_valid(day):
            yield source.error(f"no unit '{unit}' today.", "use an id of units.yaml", "signature")
    for topic in reading.topics.keys() - {line.topic for line in casework.settings.routing}:
        mend = "add a line for it under 'routing'"
        yield source.error(f"nobody gets the topic '{topic}'.", mend, "routing")
    for number, line in enumerate(casework.settings.routing):
        for name, here in _named(line, reading):
            if name not in here:
                mend = "use an id of topics.yaml, duties.yaml or a commune of units.yaml"
                yield source.error(f"nothing is called '{name}'.", mend, "routing", number)
    replies = reading.sources["replies.yaml"]
    for number, reply in enumerate(casework.replies):
        for topic in reply.topics:
            if topic not in reading.topics:
                mend = "use an id of topics.yaml"
                yield replies.error(f"{reply.id}: no topic '{topic}'.", mend, number, "topics")


def _broken_inquiry(reading: Reading, day: date) -> Iterator[ContentError]:
    """Every card with a rule is checked for somebody, or set aside with a reason."""
    inquiry = reading.inquiry
    if inquiry is None:
        return
    source = reading.sources["eligibility.yaml"]
    ruled = {card.id for card in reading.cards.values() if card.eligibility}
    aside = {one.card for one in inquiry.aside}
    for number, person in enumerate(inquiry.people):
        for place, card in enumerate(person.cards):
            if card not in ruled:
                mend = "use the id of a card with a rule, or remove it"
                where = ("people", number, "cards", place)
                yield source.error(f"no card '{card}' with a rule.", mend, *where)
    placed = aside | {card for person in inquiry.people for card in person.cards}
    for card in sorted(ruled - placed):
        mend = "name it under somebody's 'cards', or under 'aside' with the reason"
        yield source.error(f"nobody is checked for '{card}'.", mend, "people")


def _named(line: Routing, reading: Reading) -> Iterator[tuple[str, Collection[str]]]:
    yield line.topic, reading.topics
    yield from ((duty, reading.duties) for duty in line.duties)
    yield from ((area, reading.units) for area in line.areas)


Broken = Callable[[Reading, date], Iterable[ContentError]]
BROKEN: tuple[Broken, ...] = (
    _broken_units,
    _broken_duties,
    _broken_figures,
    _broken_topics,
    _broken_holidays,
    _broken_casework,
    _broken_inquiry,
)


def notes(reading: Reading, day: date) -> list[str]:
    """What is no mistake and yet should be looked at: holidays to come that are not decided."""
    unsure = [
        f"{holiday.name}: {holiday.source}."
        for holiday in reading.holidays.values()
        if not holiday.confirmed and max(holiday.days) >= day
    ]
    last = max((max(holiday.days) for holiday in reading.holidays.values()), default=day)
    if (last - day).days < _KNOWN_AHEAD:
        unsure.append(f"holidays.yaml ends on {last}: add the holidays of the next year.")
    return unsure
