"""What text promises: any text can be folded and ordered, the same way every time."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import fold, has_tones, is_syllable, nfc, sort_key, syllables, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Hộ nghèo được vay bao nhiêu?", "ho ngheo duoc vay bao nhieu"),
        ("ĐỒNG THÁP", "dong thap"),
        ("  bảo-hiểm   y_tế!!! ", "bao hiem y te"),
        ("6,24 %/năm", "6 24 nam"),
        ("", ""),
        ("😀👍", ""),
        ("h\u200bộ", "ho"),
        (unicodedata.normalize("NFD", "nghèo đường"), "ngheo duong"),
        ("ＶＡＹ", "vay"),
    ],
)
def test_text_is_folded(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_folding_never_fails_and_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert syllables(text) == tuple(once.split())


@given(st.text())
def test_folded_text_has_no_tones_left(text: str) -> None:
    assert not has_tones(fold(text))


@given(st.text())
def test_one_spelling_per_letter_is_stable(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert words(nfc(text)) == words(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.lists(st.text(), max_size=6))
def test_any_list_of_texts_can_be_ordered(texts: list[str]) -> None:
    keys = [sort_key(text) for text in sorted(texts, key=sort_key)]
    assert all(before <= after for before, after in pairwise(keys))


@pytest.mark.parametrize(
    "in_order",
    [
        ["an", "ăn", "ân", "ba", "ca", "da", "đa", "em", "êm", "on", "ôn", "ơn", "un", "ưn"],
        ["ba", "bà", "bả", "bã", "bá", "bạ", "bac"],
        ["an", "anh", "ánh", "ánh sáng"],
        ["An Bình", "Ba Sao", "Bình Hàng Tây", "Cao Lãnh", "Đốc Binh Kiều", "Mỹ Hiệp", "Mỹ Thọ"],
        ["ấp 1", "ấp 2", "đường"],
    ],
)
def test_the_alphabet_is_vietnamese_and_tones_come_after_letters(in_order: list[str]) -> None:
    shuffled = in_order[1::2] + in_order[::2]
    assert sorted(shuffled, key=sort_key) == in_order


def test_tones_are_seen_only_where_they_were_typed() -> None:
    assert has_tones("vay vốn")
    assert has_tones("đi lam")
    assert not has_tones("vay von 100tr")
    assert not has_tones("")


def test_a_syllable_is_known_by_its_form() -> None:
    assert all(map(is_syllable, "ho ngheo duoc vay nhieu quyen truong khuya giang oanh".split()))
    assert not any(map(is_syllable, "hongheo vayvon ngeo asdf xyz ghao kao 123 hooj".split()))


def test_a_megabyte_is_folded_in_bounded_time() -> None:
    started = time.perf_counter()
    for text in ("a" * 1_000_000, "ộ" * 1_000_000, "ộ " * 500_000, "\u0301" * 1_000_000):
        fold(text)
    assert time.perf_counter() - started < 8
