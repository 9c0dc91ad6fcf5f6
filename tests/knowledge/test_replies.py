"""Replies officials start from, what no reply may be made of, and texts about the same."""

import pytest

from knowledge.alike import groups, likeness, telling
from knowledge.casework import BLANK
from knowledge.library import load
from knowledge.text import fold

CASEWORK = load().casework


def test_each_outcome_has_replies_and_each_leaves_something_to_fill_in() -> None:
    replies = CASEWORK.replies
    assert {reply.outcome for reply in replies} == {"solved", "promised", "refused"}
    assert all(BLANK in reply.text for reply in replies)
    assert not any(CASEWORK.vague_word(reply.text) for reply in replies)


def test_replies_for_a_topic_come_first_and_those_of_others_not_at_all() -> None:
    for_loans = [reply.id for reply in CASEWORK.replies_for("loan")]
    assert for_loans[0] == "loan-explained"
    assert "card-reissued" not in for_loans
    assert "done-here" in for_loans


@pytest.mark.parametrize(
    ("text", "is_vague"),
    [
        ("Chúng tôi ghi nhận ý kiến.", True),
        ("GHI NHAN y kien", True),
        ("Đang Tổng  hợp.", True),
        ("sẽ xem xét", True),
        ("Việc này xã sẽ làm.", False),
    ],
)
def test_words_that_promise_nothing_are_heard_with_and_without_tones(
    text: str, is_vague: bool
) -> None:
    assert bool(CASEWORK.vague_word(text)) is is_vague


def rarity(word: str) -> float:
    return 0.2 if word in {"duoc", "khong", "cho", "hoi", "tui", "co", "o"} else 1.0


def test_texts_about_the_same_are_one_group_however_they_are_said() -> None:
    texts = [
        "vay vốn nuôi lươn được không", "xin giấy phép xây nhà ở đâu",
        "vay von nuoi luon duoc hong", "cho tui hỏi xin giấy phép xây nhà", "mất thẻ bảo hiểm",
    ]  # fmt: skip
    assert groups([fold(text) for text in texts], rarity) == [[0, 2], [1, 3], [4]]
    assert groups([], rarity) == []
    assert groups(["", ""], rarity) == [[0], [1]]


def test_words_everybody_uses_make_nothing_alike() -> None:
    one, other = frozenset("co duoc vay khong".split()), frozenset("co duoc kham khong".split())
    assert likeness(one, other, rarity) < 0.5
    assert likeness(one, one, rarity) == pytest.approx(1.0)
    assert likeness(one, frozenset(), rarity) == 0.0
    assert telling("tui hoi vay von o xa", rarity, most=3) == ["vay", "von", "xa"]
