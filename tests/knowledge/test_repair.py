"""What repair promises: whatever residents type is read as what they meant, and nothing breaks."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.repair import LONGEST_TEXT, Repairer
from knowledge.source import ContentError
from knowledge.words import FOLDER, load_words
from tests.knowledge.cards_for_search import CARDS

WORDS = load_words()
TEXTS = [text for card in CARDS for text in (card.title, *card.questions)]
REPAIRER = Repairer(WORDS, TEXTS)


def meant(text: str) -> str:
    return " ".join(REPAIRER.repair(text).toned)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hn vay đc bn", "hộ nghèo vay được bao nhiêu"),
        ("hcn mua bhyt", "hộ cận nghèo mua bảo hiểm y tế"),
        ("vay nhcsxh", "vay ngân hàng chính sách"),
        ("xklđ đi nhật", "đi làm việc ở nước ngoài nhật bản"),
        ("sv vay vốn", "sinh viên vay vốn"),
    ],
)
def test_abbreviations_are_spelled_out(typed: str, expected: str) -> None:
    assert meant(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("má tui hông có tiền", "mẹ tôi không có tiền"),
        ("mượn tiền ngân hàng", "vay vốn ngân hàng"),
        ("muon tien ngan hang", "vay vốn ngân hàng"),
        ("sổ hộ nghèo", "giấy chứng nhận hộ nghèo"),
        ("tiền ma chay", "tiền mai táng"),
        ("mần ăn", "làm ăn"),
    ],
)
def test_words_of_the_delta_become_standard_words(typed: str, expected: str) -> None:
    assert meant(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "hooj nghefo vay voons",
        "ho65 nghe2o vay vo61n",
        "ho ngheo vay von",
        "hongheo vayvon",
        "hộ nghèo vay vốnnnn",
        "hộ ngèo vay vốn",
        "hộ nghèo vya vốn",
    ],
)
def test_slips_of_the_keyboard_are_undone(typed: str) -> None:
    assert meant(typed) == "hộ nghèo vay vốn"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("100tr", "100 triệu"),
        ("100 triệu", "100 triệu"),
        ("100.000.000đ", "100 triệu"),
        ("1tr2", "1 triệu 2"),
        ("500k", "500 nghìn"),
        ("500 ngàn", "500 nghìn"),
        ("150.000 đồng", "150 nghìn đồng"),
        ("6,24 %", "6,24"),
        ("2027", "2027"),
    ],
)
def test_money_and_numbers_are_said_in_one_way(typed: str, expected: str) -> None:
    assert meant(typed) == expected


def test_a_word_that_is_right_as_typed_is_left_alone() -> None:
    assert meant("bóng đá hay quá") == "bóng đá hay quá"
    assert meant("hộ nghèo nuôi nghé") == "hộ nghèo nuôi nghé"


def test_tones_are_marked_only_where_they_were_typed() -> None:
    reading = REPAIRER.repair("hộ ngheo vay")
    assert reading.toned == ("hộ", "nghèo", "vay")
    assert reading.marked == (True, False, False)
    assert reading.has_tones
    assert not REPAIRER.repair("ho ngheo vay").has_tones


def test_chat_filler_weighs_nothing() -> None:
    reading = REPAIRER.repair("ad ơi cho em hỏi hộ nghèo vay vốn ạ")
    heavy = [w for w, weight in zip(reading.toned, reading.weights, strict=True) if weight >= 0.5]
    assert heavy == ["hộ", "nghèo", "vay", "vốn"]


@given(st.text())
def test_any_text_is_read_the_same_way_twice(text: str) -> None:
    once = REPAIRER.repair(text)
    assert once == REPAIRER.repair(text)
    sizes = {len(once.toned), len(once.folded), len(once.marked), len(once.weights)}
    assert len(sizes) == 1
    assert all(0 <= weight <= 1 for weight in once.weights)


@given(st.text(alphabet="hộngèovayố 0123456789.,đwsfrxj", max_size=60))
def test_keyboard_mash_is_read_without_failing(text: str) -> None:
    assert len(REPAIRER.repair(text).typed) <= LONGEST_TEXT


def test_a_megabyte_is_read_in_bounded_time() -> None:
    started = time.perf_counter()
    for text in ("a" * 1_000_000, "hongheo" * 100_000, "x y " * 250_000, "1" * 1_000_000):
        REPAIRER.repair(text)
    assert time.perf_counter() - started < 2


def test_a_mistake_in_a_word_list_names_file_and_line(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "sections.yaml").write_text('papers:\n  - "giấy tờ"\nprice:\n  - "giá"\n', "utf-8")
    with pytest.raises(ContentError) as mistake:
        load_words(tmp_path)
    assert (mistake.value.path.name, mistake.value.line) == ("sections.yaml", 3)
