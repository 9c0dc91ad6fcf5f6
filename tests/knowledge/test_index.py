"""What the index promises: every way of asking leads to its card, tones and neighbours count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import postings
from knowledge.index import Index, Match
from knowledge.repair import Repairer
from knowledge.words import load_words
from tests.knowledge.cards_for_search import CARDS

REPAIRER = Repairer(load_words(), [t for card in CARDS for t in (card.title, *card.questions)])
INDEX = Index(CARDS, REPAIRER)


def find(question: str) -> list[Match]:
    return looked_at(INDEX, question)


def looked_at(index: Index, question: str) -> list[Match]:
    """The matches of the likeliest cards, the likest first."""
    query = index.weigh(REPAIRER.repair(question))
    scores = index.score(query)
    if scores is None:
        return []
    return index.match(query, scores, postings.top(scores.by_card, 5).tolist())


def first(question: str) -> str:
    return INDEX.names[find(question)[0].entry]


@pytest.mark.parametrize("number", range(len(CARDS)))
def test_every_way_of_asking_leads_to_its_own_card(number: int) -> None:
    card = CARDS[number]
    for question in (card.title, *card.questions):
        own = INDEX.asked_so(REPAIRER.repair(question))
        assert own == number or (own is None and first(question) == card.id)


def test_a_question_typed_without_tones_finds_the_same_card() -> None:
    assert first("ho can ngheo vay von") == first("hộ cận nghèo vay vốn")


def test_typed_tones_tell_words_apart() -> None:
    assert first("học nghề") == "training-support-level"
    assert first("nuôi nghé") == "livelihood-project-join"


def test_a_card_with_other_tones_than_typed_covers_less() -> None:
    def covered(question: str) -> float:
        return next(m.covered for m in find(question) if m.entry == trained)

    trained = next(n for n, card in enumerate(CARDS) if card.id == "training-support-level")
    assert covered("nghé học") < covered("nghề học") == covered("nghe hoc")


def test_a_whole_way_of_asking_is_covered_wholly() -> None:
    best = find("thủ tục xin tiền mai táng")[0]
    assert best.covered == best.covered_at_once == best.pairs == pytest.approx(1)
    assert best.covers == pytest.approx(1)


def test_syllables_no_card_asks_with_are_the_most_telling() -> None:
    assert not INDEX.knows("banh")
    assert INDEX.rarity("banh") > INDEX.rarity("tang") > INDEX.rarity("ngheo")


def test_an_empty_base_and_an_empty_question_find_nothing() -> None:
    assert find("") == []
    empty = Index((), REPAIRER)
    assert looked_at(empty, "vay vốn") == []


@given(st.text())
def test_any_text_gives_shares_between_nought_and_one(text: str) -> None:
    for match in find(text):
        shares = (match.likeness, match.covered, match.covered_at_once, match.covers, match.pairs)
        assert all(-1e-9 <= share <= 1 + 1e-9 for share in (*shares, match.spelling, match.body))
