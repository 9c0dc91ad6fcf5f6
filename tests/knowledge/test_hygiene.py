"""Hygiene: twins are seen, and cards that are asked in few ways."""

from knowledge.hygiene import FEW, examine, without_a_fifth
from knowledge.library import load
from knowledge.words import load_words
from tests.knowledge.cards_for_search import CARDS, card

WORDS = load_words()
TWIN = card(
    "loan",
    "loan-twin",
    "Vay vốn dành cho hộ nghèo",
    "vay vốn cho hộ nghèo được bao nhiêu, lãi bao nhiêu phần trăm",
    "hộ nghèo vay vốn",
    "hộ nghèo muốn mượn tiền ngân hàng chính sách mua bò",
    "lãi suất vay hộ nghèo bây giờ là bao nhiêu",
    "nghèo quá muốn vay vốn làm ăn",
)


def test_two_cards_that_ask_for_the_same_are_named_with_an_example() -> None:
    found = examine((*CARDS, TWIN), WORDS)
    pairs = {(one.card, one.rival) for one in found.rivalries}
    assert pairs & {("loan-twin", "loan-poor-household"), ("loan-poor-household", "loan-twin")}
    worst = found.rivalries[0]
    assert worst.count >= 1
    assert worst.example in {text for one in (*CARDS, TWIN) for text in one.questions}


def test_every_way_of_asking_is_left_out_once_and_few_are_named() -> None:
    found = examine(CARDS, WORDS)
    assert found.asked == sum(len(one.questions) for one in CARDS)
    assert 0 < found.found <= found.asked
    assert dict(found.few) == {c.id: len(c.questions) for c in CARDS if len(c.questions) < FEW}


def test_what_is_asked_elsewhere_is_left_out_once_too() -> None:
    elsewhere = load().elsewhere
    left_out = [
        text for fold in without_a_fifth(CARDS, WORDS, elsewhere) for text in fold.elsewhere
    ]
    assert sorted(left_out) == sorted(text for entry in elsewhere for text in entry.questions)
