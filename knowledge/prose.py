"""Figures in prose: every number a card says must stand in its data, written once."""

import re
from collections.abc import Iterator
from datetime import date

from knowledge.card import Amount, Card
from knowledge.edition import Ground, prose_of
from knowledge.rule import conditions_of
from knowledge.saying import say_number

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
# What has digits and is no figure: dates, years, names of forms and laws, articles, school years.
_NAMES = re.compile(
    r"\d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{4}|\b(?:19|20)\d\d\b(?:\s*[-–]\s*(?:19|20)\d\d\b)?"
    r"|(?<![\d/])\d{1,2}/\d{1,2}(?![\d/])"
    r"|\d+[a-z]?/[\w.-]*[^\W\d][\w/-]*|[^\W\d]+\d+[\w-]*"
    r"|\b(?:mẫu|biểu|phiếu|phụ lục|điều|khoản|điểm|nghị định|nghị quyết|quyết định|thông tư|luật"
    r"|công văn|bước|lớp|số hiệu|mã|câu|cấp độ)(?:\s+số)?\s+\d[\w./-]*(?:\s*,\s*\d+)*",
    re.IGNORECASE,
)
_SIZES = (1, 1_000, 1_000_000, 1_000_000_000)
_TELLING = 4
"""From so many digits on, a figure is taken for the one it equals."""


def strays(card: Card, today: Card, ground: Ground) -> Iterator[tuple[str, str]]:
    """Numbers said in prose that are not in the card's data: the field and the number.

    `card` as written, `today` as it reads on the day of the check.
    """
    known = _known(today, ground)
    for name, text in prose_of(card):
        yield from ((name, number) for number in figures_of(text) if number not in known)


def fixed(card: Card, today: Card, ground: Ground, *, day: date) -> Iterator[tuple[str, str, str]]:
    """Numbers typed in prose that follow a base figure: the field, the number, its placeholder."""
    own = {way for a in _amounts(today) if not a.of for way in _ways(a.value)}
    moving = {way: a.key for a in _amounts(today) if a.of for way in _ways(a.value)}
    for figure in ground.figures.values():
        moving |= {way: figure.id for way in _ways(figure.on(day).value) if way not in moving}
    for name, text in prose_of(card):
        for number in figures_of(text):
            digits = re.sub(r"\D", "", number)
            if number in moving and number not in own and len(digits) >= _TELLING:
                yield name, number, moving[number]


def figures_of(text: str) -> list[str]:
    """The figures of a text, bare: "100", "6,24", "1.500.000"; names, forms and dates left out."""
    return _NUMBER.findall(_NAMES.sub(" ", text))


def _amounts(card: Card) -> tuple[Amount, ...]:
    return (*card.benefit, *card.limits)


def _known(card: Card, ground: Ground) -> set[str]:
    known: set[str] = set()
    for amount in _amounts(card):
        known |= _ways(amount.value)
        known |= set(figures_of(f"{amount.unit} {amount.what} {amount.note}"))
    for figure in ground.figures.values():
        for dated in figure.values:
            known |= _ways(dated.value)
    if card.eligibility:
        for condition in conditions_of(card.eligibility):
            limits = (condition.at_least, condition.at_most, condition.above, condition.below)
            known |= {str(limit) for limit in limits if limit is not None}
    for law in card.law:
        known |= set(_NUMBER.findall(f"{law.number} {law.article}"))
    return known | {number for text in card.emergency for number in figures_of(text)}


def _ways(value: float | None) -> set[str]:
    """How a value may be written: 100000000 as "100" (triệu) or "100.000.000"; 3 also as "03"."""
    if value is None:
        return set()
    ways = {say_number(value / size) for size in _SIZES}
    return ways | {f"0{way}" for way in ways if len(way) == 1}
