"""The question bank: large, in every manner, and written apart from the cards' ways of asking."""

from collections import Counter
from pathlib import Path

import pytest

from knowledge.bank import MANNERS, Asked, read_bank
from knowledge.library import load
from knowledge.source import ContentError
from knowledge.text import fold

FOLDER = Path(__file__).parent / "bank"
BANK = read_bank(FOLDER)
LIBRARY = load()
FEW_WORDS = 5
ASKING = [asked for asked in BANK if asked.card]


def test_the_bank_is_large_and_covers_every_card_and_manner() -> None:
    plain = [asked for asked in ASKING if asked.group != "near-misses"]
    assert len(plain) >= 1500
    assert len([asked for asked in BANK if not asked.card]) >= 250
    assert len([asked for asked in BANK if asked.tempting]) >= 60
    assert {asked.manner for asked in plain} == set(MANNERS)
    reached = {card.id for asked in plain if (card := LIBRARY.card(asked.card))}
    assert {card.id for card in LIBRARY.cards.values() if card.kind == "policy"} <= reached


def test_every_card_the_bank_names_is_there() -> None:
    names = {name for asked in ASKING for name in (asked.card, asked.tempting) if name}
    assert [name for name in sorted(names) if LIBRARY.card(name) is None] == []


def test_no_question_of_the_bank_stands_in_a_card() -> None:
    own = {fold(question) for card in LIBRARY.cards.values() for question in card.questions}
    long = [asked.text for asked in ASKING if len(asked.text.split()) > FEW_WORDS]
    assert [text for text in long if fold(text) in own] == []
    # There are only so many ways to say it in three words.
    assert sum(fold(asked.text) in own for asked in ASKING) <= 0.02 * len(ASKING)


def test_no_question_stands_in_the_bank_twice() -> None:
    said = [asked for asked in BANK if fold(asked.text)]
    counted = Counter((fold(asked.context), fold(asked.text)) for asked in said)
    assert [text for text, count in counted.items() if count > 1] == []


def test_the_halves_are_even_and_stay_as_they_are() -> None:
    held = sum(asked.is_held for asked in BANK)
    assert 0.45 < held / len(BANK) < 0.55
    assert (
        Asked("", "clean", "Hộ nghèo được vay bao nhiêu?", "loan").is_held
        == Asked("", "short", "ho ngheo duoc vay bao nhieu", "loan").is_held
    )


@pytest.mark.parametrize("line", ["one cell", "card\tangry\ttext\t", "\tclean\ttext\t"])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "loan.tsv").write_text(f"# head\n{line}\n", "utf-8")
    with pytest.raises(ContentError, match=r"loan\.tsv:2"):
        read_bank(tmp_path)
