"""What looks unfinished, what takes back what was said, and which card a correction comes to."""

import pytest

from handlers.turn import House
from knowledge.bursts import find_corrected
from knowledge.search import NO_CONTEXT


@pytest.mark.parametrize(
    ("text", "is_unfinished"),
    [
        ("vay", True),
        ("cho hỏi", True),
        ("tui muốn hỏi về chuyện vay vốn,", True),
        ("nhà tui là hộ nghèo thì", True),
        ("y tui hoi la", True),
        ("hộ nghèo được vay bao nhiêu", False),
        ("hộ nghèo được vay bao nhiêu thì tốt", False),
        ("", False),
        ("???", False),
        ("x " * 200 + ",", False),
    ],
)
def test_what_looks_unfinished(house: House, text: str, is_unfinished: bool) -> None:
    assert house.bursts.is_unfinished(text) is is_unfinished


@pytest.mark.parametrize(
    "text", ["à nhầm cận nghèo", "a nham can ngheo", "Ý tui là cận nghèo", "lộn, cận nghèo"]
)
def test_a_message_that_takes_back_is_heard(house: House, text: str) -> None:
    found = house.bursts.split(f"vay vốn hộ nghèo\n{text}")
    assert found is not None
    assert found.before == "vay vốn hộ nghèo"
    assert found.said.lower() in ("cận nghèo", "can ngheo")


@pytest.mark.parametrize(
    "text",
    [
        "à nhầm cận nghèo",
        "giấy ghi nhầm tên thì sao\ncó sửa được không",
        "vay vốn\nlớn tuổi có vay được không",
        "vay vốn\nnhầm",
        "vay vốn hộ nghèo",
    ],
)
def test_nothing_is_taken_back_within_a_line_or_by_nothing(house: House, text: str) -> None:
    assert house.bursts.split(text) is None


@pytest.mark.parametrize(
    ("text", "verdict", "card"),
    [
        ("vay von\ncho ho ngheo\na nham can ngheo", "sure", "loan-near-poor-household"),
        ("hộ nghèo vay bao nhiêu\nà không, hộ cận nghèo", "sure", "loan-near-poor-household"),
        ("hộ nghèo vay bao nhiêu\nlộn, mới thoát nghèo", "sure", "loan-newly-escaped"),
        ("hộ nghèo vay bao nhiêu\nnhầm, vay bao lâu", "sure", "loan-poor-household"),
        ("mua bảo hiểm y tế hộ nghèo\ný tui là cận nghèo", "sure", "health-near-poor-premium"),
        # Of another field: it is asked back, not guessed.
        ("học nghề cho hộ nghèo\nlộn hộ cận nghèo", "close", "loan-near-poor-household"),
    ],
)
def test_the_last_correction_wins(house: House, text: str, verdict: str, card: str) -> None:
    corrected = house.bursts.split(text)
    assert corrected is not None
    found = find_corrected(house.search, corrected, NO_CONTEXT)
    assert (found.verdict, found.candidates[0].card.id) == (verdict, card)
