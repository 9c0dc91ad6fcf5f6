"""What recognising promises: an emergency is never missed, and a question is left a question."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.pattern import Patterns, hear
from knowledge.recognise import FILE, Recogniser, load_rules
from knowledge.source import ContentError

RULES = load_rules()
RECOGNISER = Recogniser(RULES)
CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "recognised.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def kind_of(text: str) -> str:
    found = RECOGNISER.recognise(text)
    return f"{found.kind}:{found.which}" if found.which else found.kind


@pytest.mark.parametrize(("expected", "text"), CASES)
def test_what_a_message_is(expected: str, text: str) -> None:
    assert kind_of(text) == expected


@pytest.mark.xfail(strict=True, reason="words of urgency outweigh a question about policy")
def test_a_question_about_a_dying_relative_is_a_question() -> None:
    assert kind_of("bệnh nặng sắp chết có được vô bảo trợ xã hội không") == "question"


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "?!?!", "asdfgh", "hjkl dfg", "aaaaa", "..."])
def test_what_nobody_can_read_is_unreadable(text: str) -> None:
    assert kind_of(text) == "unreadable"


def test_the_line_that_matched_is_told() -> None:
    assert RECOGNISER.recognise("ba toi dot quy roi").because == "đột quỵ"


def test_an_emergency_outweighs_everything_said_with_it() -> None:
    text = "chào ad, cảm ơn ad, hồ sơ của tui tới đâu rồi, mà thôi tui không muốn sống nữa"
    assert kind_of(text) == "emergency:suicide"


def test_an_emergency_is_seen_in_a_long_letter() -> None:
    assert kind_of("nhà tôi nghèo lắm " * 60 + "tôi muốn chết cho rồi") == "emergency:suicide"


@given(st.text())
def test_any_text_is_recognised_as_something(text: str) -> None:
    found = RECOGNISER.recognise(text)
    assert (found.which is not None) == (found.kind == "emergency")


@given(st.text(max_size=30))
def test_an_emergency_is_seen_whatever_stands_around_it(around: str) -> None:
    assert RECOGNISER.recognise(f"{around} . tôi muốn tự tử . {around}").kind == "emergency"


def test_a_megabyte_is_recognised_in_bounded_time() -> None:
    for text in (
        "a" * 1_000_000,
        "chồng " * 200_000,
        "con bị bị bị " * 100_000,
        "té té té té hồ sơ " * 60_000,
        "http" * 250_000,
        "😀" * 1_000_000,
    ):
        started = time.perf_counter()
        RECOGNISER.recognise(text)
        assert time.perf_counter() - started < 0.5


def test_a_gap_is_short_and_a_group_is_any_of_its_words() -> None:
    patterns = Patterns(["{who} ... đánh"], {"who": ["chồng", "ông xã"]})

    def hit(text: str) -> bool:
        return patterns.first(hear(text)) is not None

    assert hit("ông xã nhậu về đánh")
    assert hit("chong danh")
    assert not hit("chồng một hai ba bốn năm sáu đánh")
    assert not hit("vợ đánh")


def test_a_mistake_in_the_rules_names_file_and_line(tmp_path: Path) -> None:
    text = FILE.read_text("utf-8").replace('- "uống {poison}"', '- "uống {posion}"')
    (tmp_path / "recognise.yaml").write_text(text, "utf-8")
    line = text.splitlines().index('      - "uống {posion}"') + 1
    with pytest.raises(ContentError) as mistake:
        load_rules(tmp_path / "recognise.yaml")
    assert mistake.value.line == line
