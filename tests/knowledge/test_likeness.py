"""Likeness: the same matter in other words is near, another matter is not."""

import pytest

from knowledge.likeness import ALIKE, likest

OPEN = [
    "Đường vô ấp 3 lầy lội, xe cứu thương không vô được",
    "Cầu ấp 2 sập, học sinh phải đi vòng",
    "Tổ vay vốn ấp 2 xét không công bằng",
    "Tiền điện hộ nghèo ba tháng chưa có",
    "Cán bộ xã làm giấy chậm quá",
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("đường vào ấp 3 lầy quá xe không vô được", 0),
        ("duong ap 3 lay loi", 0),
        ("tổ trưởng tổ vay vốn ấp 2 xét không công bằng, ai quen mới được vay", 2),
        ("sao tiền điện hộ nghèo chưa có vậy", 3),
    ],
)
def test_the_same_matter_is_found_in_other_words(text: str, place: int) -> None:
    found, likeness = likest(text, OPEN)
    assert found == place
    assert likeness >= ALIKE


@pytest.mark.parametrize(
    "text", ["nhà tui dột nát mà không được xét", "cầu ở xã hư rồi", "", "ấp 2", "🙂"]
)
def test_another_matter_is_not_like_any(text: str) -> None:
    assert likest(text, OPEN)[1] < ALIKE
    assert likest(text, []) == (-1, 0.0)


def test_a_text_is_like_itself_and_no_more() -> None:
    assert likest(OPEN[1], OPEN) == (1, pytest.approx(1.0))
