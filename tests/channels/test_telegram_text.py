"""How a Message is laid out for Telegram, before anything is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_text import ABILITIES, parts_of
from handlers.message import Choice, Message
from tests.fakes.bot_api_rules import units


@given(st.text(st.sampled_from("ab <&đ🙏\n"), min_size=1, max_size=400), st.integers(1, 60))
def test_no_letter_is_lost_and_no_part_too_long(text: str, times: int) -> None:
    whole = text * times
    if not whole.strip():
        return
    parts = parts_of(Message(whole))
    assert all(1 <= units(part.plain) <= ABILITIES.text_limit for part in parts)
    assert "".join("".join(part.plain for part in parts).split()) == "".join(whole.split())


def test_a_cut_falls_between_paragraphs_then_lines_then_words() -> None:
    half = "a" * 2500
    for border in ("\n\n", "\n", " "):
        parts = parts_of(Message(f"{half} b c\n{border}{half}"))
        assert [part.plain for part in parts] == [f"{half} b c", half]
    assert [len(part.plain) for part in parts_of(Message("a" * 5000))] == [4096, 904]


def test_a_border_too_early_is_not_worth_a_cut() -> None:
    parts = parts_of(Message("Kính gửi\n\n" + "a" * 4096))
    assert [len(part.plain) for part in parts] == [4096, 10]


def test_letters_that_count_twice_fill_a_part_twice_as_fast() -> None:
    parts = parts_of(Message("🙏" * 3000))
    assert [len(part.plain) for part in parts] == [2048, 952]


def test_a_heading_longer_than_a_message_is_split_without_markup() -> None:
    parts = parts_of(Message("Nội dung", heading="Đề mục " * 700))
    assert all("<b>" not in part.html for part in parts)
    assert parts[-1].plain.endswith("Nội dung")


def test_what_is_marked_up_is_what_is_counted() -> None:
    [part] = parts_of(Message("<" * 4096))
    assert part.html == "&lt;" * 4096


@pytest.mark.parametrize("value", ["", "x" * 65, "đ" * 33])
def test_a_choice_that_telegram_would_refuse_is_our_bug(value: str) -> None:
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        parts_of(Message("Xin chào", choices=(Choice("Chọn", value),)))


def test_a_message_without_a_word_is_our_bug() -> None:
    with pytest.raises(ValueError, match="without a word"):
        parts_of(Message(" \n "))
