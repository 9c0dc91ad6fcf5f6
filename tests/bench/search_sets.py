"""What the search is asked in the benchmark: public sets read from a folder, and our own base.

A public set is a folder with corpus.jsonl.gz {id, title, text, variants} and queries.jsonl.gz {id,
text, relevant, split}. Where rows have variants it is an FAQ: the title and the variants are asked
with, the text is the answer. Else its rows are passages, and title and text are all there is.
Every engine gets the same ways of asking.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import TypedDict, cast

from knowledge.bank import Asked, read_bank
from knowledge.card import Card, Where
from knowledge.elsewhere import Elsewhere
from knowledge.library import load

OWN = "own"
SAMPLE = Path(__file__).parent / "data"
BANK = Path(__file__).parents[1] / "knowledge" / "bank"
_DAY = date(2026, 11, 24)
"""The day as of which our cards are read, the same as in tests.knowledge.fit."""
_TEST = ("test",)
_SPLITS = {"alqac": ("test", "dev", "extra"), "faqmix0": ("dev",)}
"""Where the published figures are not on the test split alone."""


class Row(TypedDict):
    """A line of corpus.jsonl.gz."""

    id: str
    title: str
    text: str
    variants: list[str]


class QueryRow(TypedDict):
    """A line of queries.jsonl.gz."""

    id: str
    text: str
    relevant: list[str]
    split: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, and the ids of which any one is right; none where silence is."""

    id: str
    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class BenchSet:
    """Cards to find and questions to find them with; `refusals` must not be answered, and
    `elsewhere` is what our search holds against them."""

    name: str
    cards: tuple[Card, ...]
    asks: tuple[Ask, ...]
    refusals: tuple[Ask, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


def set_names(data: Path) -> list[str]:
    """Our own base and every set in a folder, if it is there."""
    return [OWN, *sorted(path.parent.name for path in data.glob("*/corpus.jsonl.gz"))]


def read_set(name: str, data: Path) -> BenchSet:
    """A set by its name; `data` is the folder of the public ones."""
    if name == OWN:
        return own_set()
    if name not in set_names(data):
        raise SystemExit(f"no set '{name}' in {data}: say with --data where it is")
    return public_set(data / name)


def public_set(folder: Path) -> BenchSet:
    """A set with the questions of the split its published figures are on."""
    rows = cast("list[Row]", list(_lines(folder / "corpus.jsonl.gz")))
    asked = cast("list[QueryRow]", list(_lines(folder / "queries.jsonl.gz")))
    is_faq = any(row["variants"] for row in rows)
    splits = _SPLITS.get(folder.name, _TEST)
    asks = [
        Ask(row["id"], row["text"], frozenset(row["relevant"]))
        for row in asked
        if row["split"] in splits
    ]
    return BenchSet(folder.name, tuple(_card(row, is_faq=is_faq) for row in rows), tuple(asks))


def own_set() -> BenchSet:
    """Our cards and the held half of the bank; questions that need the one before are left out."""
    library = load().on(_DAY)
    held = [asked for asked in read_bank(BANK) if asked.is_held and not asked.context]
    names = {asked.card: card.id for asked in held if (card := library.card(asked.card))}
    asks = [_asked(one, number, names) for number, one in enumerate(held)]
    return BenchSet(
        OWN,
        tuple(library.cards.values()),
        tuple(ask for ask, one in zip(asks, held, strict=True) if one.card in names),
        tuple(ask for ask, one in zip(asks, held, strict=True) if not one.card),
        library.elsewhere,
    )


def sample(asks: Sequence[Ask], most: int, seed: int) -> tuple[Ask, ...]:
    """At most so many questions, the same ones for the same seed."""
    if most <= 0 or len(asks) <= most:
        return tuple(asks)
    return tuple(Random(seed).sample(asks, most))


def ways(card: Card) -> tuple[str, ...]:
    """The texts a card is found by: its title and its questions."""
    return tuple(dict.fromkeys((card.title, *card.questions)))


def _asked(asked: Asked, number: int, names: dict[str, str]) -> Ask:
    right = frozenset({names[asked.card]} if asked.card in names else ())
    return Ask(f"{asked.group}-{number}", asked.text, right)


def _card(row: Row, *, is_faq: bool) -> Card:
    """A row as a card with only what the search reads; nothing is added to what the row says."""
    title, text = row["title"].strip(), row["text"].strip()
    asked = [title, *row["variants"]] if is_faq else [f"{title} {text}".strip()]
    return Card.model_construct(
        None,
        id=row["id"],
        topic="loan",
        title=asked[0],
        questions=tuple(asked[1:]),
        short=text,
        who="",
        where=Where(duties=("commune-decision",)),
        in_force_from=date(2026, 1, 1),
    )


def _lines(path: Path) -> Iterator[object]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
