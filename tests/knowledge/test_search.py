"""What the search promises: the right card, a fair choice or silence, follow-ups understood."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import load
from knowledge.search import MOST_CANDIDATES, Context, Findings, Search
from knowledge.words import load_words
from tests.knowledge.cards_for_search import CARDS

WORDS = load_words()
SEARCH = Search(CARDS, WORDS)
SHIPPED = load().on(date(2026, 11, 24))
REAL = Search(tuple(SHIPPED.cards.values()), WORDS, elsewhere=SHIPPED.elsewhere)
IN_HAND = Context("loan-poor-household", "loan")


def best(found: Findings) -> str:
    return found.candidates[0].card.id if found.candidates else ""


@pytest.mark.parametrize(
    ("question", "card"),
    [
        ("Hộ nghèo vay được bao nhiêu tiền?", "loan-poor-household"),
        ("hn vay dc bn v ad", "loan-poor-household"),
        ("hooj caanj nghefo vay bao nhieu", "loan-near-poor-household"),
        ("ad ơi cho em hỏi xin gia hạn nợ sao ạ", "loan-extension"),
        ("tien ma chay nha nuoc cho bao nhieu", "social-funeral"),
        ("hộ nghèo tiền điện được nhiêu", "electricity-who-level"),
        ("học nghề ngắn hạn được hỗ trợ nhiêu tiền", "training-support-level"),
        ("hộ nghèo cấp sổ đỏ có miễn lệ phí không", "housing-land-registration-fee"),
    ],
)
def test_a_clear_question_is_answered(question: str, card: str) -> None:
    found = REAL.find(question)
    assert (found.verdict, best(found)) == ("sure", card)
    assert found.about_policy
    assert not found.is_followup


@pytest.mark.parametrize(
    "question",
    ["làm hộ chiếu ở đâu", "dang ky ket hon", "thuế đất nộp ở đâu", "thời tiết hôm nay",
     "đá banh mấy giờ", "em có người yêu chưa", "asdf qwer", "", "😀", "?!", "123", "ừ thì vậy đó"],
)  # fmt: skip
def test_what_is_not_ours_gets_silence(question: str) -> None:
    found = SEARCH.find(question)
    assert (found.verdict, found.about_policy) == ("none", False)


@pytest.mark.parametrize(
    "question",
    ["hộ nghèo có được miễn nghĩa vụ quân sự không", "trợ cấp thương binh hạng hai",
     "hộ nghèo được cấp đất sản xuất không"],
)  # fmt: skip
def test_a_question_of_policy_without_a_card_goes_to_an_official(question: str) -> None:
    found = SEARCH.find(question)
    assert found.verdict != "sure"
    assert found.about_policy


def test_two_cards_as_near_are_offered_not_answered() -> None:
    found = REAL.find("vay ngân hàng chính sách")
    assert found.verdict == "close"
    assert len(found.candidates) >= 2


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("giấy tờ gồm gì?", "papers"),
        ("giay to gom gi", "papers"),
        ("hs cần j z", "papers"),
        ("nộp ở đâu?", "where"),
        ("nop o dau v", "where"),
        ("bao lâu có?", "time"),
        ("chừng nào có tiền", "time"),
        ("điều kiện là gì", "conditions"),
        ("mức bao nhiêu", "benefit"),
        ("các bước sao", "steps"),
        ("căn cứ luật nào", "law"),
        ("có tốn tiền hông", "fee"),
        ("chính sách này căn cứ nghị định nào", "law"),
    ],
)
def test_a_part_of_the_card_in_hand_is_a_follow_up(question: str, section: str) -> None:
    found = SEARCH.find(question, IN_HAND)
    assert (found.verdict, best(found)) == ("sure", "loan-poor-household")
    assert (found.section, found.is_followup) == (section, True)


@pytest.mark.parametrize(
    ("question", "card"),
    [
        ("còn cận nghèo thì sao?", "loan-near-poor-household"),
        ("con can ngheo thi sao", "loan-near-poor-household"),
        ("cận nghèo thì sao", "loan-near-poor-household"),
        ("còn sinh viên?", "loan-student"),
    ],
)
def test_turning_to_a_neighbour_of_the_card_in_hand_is_a_follow_up(
    question: str, card: str
) -> None:
    found = SEARCH.find(question, IN_HAND)
    assert (found.verdict, best(found), found.is_followup) == ("sure", card, True)


@pytest.mark.parametrize(
    ("hand", "question", "card"),
    [
        ("training-support-level", "nộp đơn ở đâu", "training-apply"),
        ("loan-student", "mẫu giấy tờ nộp cho ngân hàng gồm gì", "loan-student-papers"),
        ("loan-poor-household", "giấy tờ gồm gì", "loan-poor-household"),
        ("health-under-6", "giấy tờ gồm gì", "health-under-6"),
    ],
)
def test_a_part_with_a_card_of_its_own_is_answered_by_that_card(
    hand: str, question: str, card: str
) -> None:
    assert best(REAL.find(question, Context(hand))) == card


def test_the_neighbour_keeps_the_theme_of_the_card_in_hand() -> None:
    found = SEARCH.find("còn cận nghèo thì sao?", Context("health-poor-card", "health"))
    assert best(found) == "health-near-poor-premium"


@pytest.mark.parametrize(
    ("question", "card"),
    [
        ("tiền mai táng được bao nhiêu", "social-funeral"),
        ("hộ cận nghèo mua bảo hiểm y tế bao nhiêu", "health-near-poor-premium"),
        ("người khuyết tật nặng được trợ cấp bao nhiêu", "social-disability-allowance"),
    ],
)
def test_a_whole_new_question_is_no_follow_up(question: str, card: str) -> None:
    found = SEARCH.find(question, IN_HAND)
    assert (found.verdict, best(found), found.is_followup) == ("sure", card, False)


@pytest.mark.parametrize("question", ["giấy tờ gồm gì", "nộp hồ sơ ở đâu", "ho so can gi"])
def test_a_part_asked_for_without_a_card_in_hand_is_not_answered(question: str) -> None:
    found = SEARCH.find(question)
    assert found.verdict != "sure"
    assert found.about_policy


def test_a_card_in_hand_that_is_gone_is_no_context() -> None:
    assert SEARCH.find("giấy tờ gồm gì", Context("no-such-card")).verdict != "sure"


@given(st.text())
def test_any_text_is_searched_without_failing(text: str) -> None:
    for found in (SEARCH.find(text), SEARCH.find(text, IN_HAND)):
        scores = [candidate.score for candidate in found.candidates]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert len(scores) <= MOST_CANDIDATES
        assert scores or found.verdict == "none"


def test_an_empty_base_is_silent() -> None:
    assert Search((), WORDS).find("hộ nghèo vay vốn").verdict == "none"


def test_a_megabyte_is_searched_in_bounded_time() -> None:
    started = time.perf_counter()
    for text in ("hộ nghèo vay " * 80_000, "a" * 1_000_000, "còn " * 250_000):
        SEARCH.find(text, IN_HAND)
    assert time.perf_counter() - started < 2
