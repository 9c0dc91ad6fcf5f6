"""Numbers and presses mean the same; anything at all ends in one status."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.router import PRESSED
from handlers.status import STATUSES
from handlers.talk import Talk
from handlers.turn import House

FROM_A_TALK = {"none", "pass", "say", "case", "verdict", "dialogue"}
"""What is offered only in the midst of something: tests/talks press them."""


@pytest.mark.parametrize("typed", ["2", " 2 ", "2.", "số 2", "so 2", "Số 2)"])
def test_a_typed_number_is_the_choice_shown_with_it(house: House, typed: str) -> None:
    talk = Talk(house)
    talk.hear("menu")
    second = talk.said[-1].choices[1].value
    pressed = Talk(house)
    pressed.hear(choice=second)
    talk.hear(typed)
    assert talk.said == pressed.said


def test_no_menu_has_more_than_six_choices_and_every_value_fits_a_button(house: House) -> None:
    seen: set[str] = set()
    todo = [
        "menu",
        "help",
        "privacy",
        "official",
        "opine",
        *(f"card:{c}" for c in house.library.cards),
    ]
    while todo:
        value = todo.pop()
        if value in seen:
            continue
        seen.add(value)
        talk = Talk(house)
        talk.hear(choice=value)
        for message in talk.said:
            assert len(message.choices) <= 6
            assert all(len(choice.value.encode()) <= 64 for choice in message.choices)
            todo += [choice.value for choice in message.choices]
    assert {value.partition(":")[0] for value in seen} >= set(PRESSED) - FROM_A_TALK


def test_every_card_can_be_reached_through_the_menu(house: House) -> None:
    reached: set[str] = set()
    todo, seen = ["menu"], set[str]()
    while todo:
        value = todo.pop()
        seen.add(value)
        talk = Talk(house)
        talk.hear(choice=value)
        values = [choice.value for message in talk.said for choice in message.choices]
        reached |= {v.partition(":")[2] for v in values if v.startswith("card:")}
        todo += [v for v in values if v.startswith(("menu", "topic")) and v not in seen]
    assert reached == set(house.library.cards)


def test_every_section_of_every_card_can_be_read(house: House) -> None:
    talk = Talk(house)
    for card in house.library.cards:
        for section in ("conditions", "benefit", "papers", "steps", "where", "time", "fee", "law"):
            status = talk.hear(choice=f"part:{section}:{card}").status
            assert status in ("followup_answered", "partly_answered")
            assert talk.said[-1].text


def test_every_answer_names_its_source_and_its_date(house: House) -> None:
    for card in house.library.cards.values():
        talk = Talk(house)
        talk.hear(choice=f"card:{card.id}")
        text = talk.said[-1].text
        assert card.law[0].number in text
        assert f"{card.checked_on:%d/%m/%Y}" in text
        if not card.is_confirmed():
            assert "hỏi lại xã để xác nhận" in text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_ends_in_one_status(house: House, text: str) -> None:
    assert Talk(house).hear(text).status in set(STATUSES) - {"failed"}


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=64), st.sampled_from(sorted(PRESSED)).map(lambda p: p + ":x:9")))
def test_any_press_ends_in_one_status(house: House, value: str) -> None:
    assert Talk(house).hear(choice=value).status in set(STATUSES) - {"failed"}


@pytest.mark.parametrize("text", ["a" * 1_000_000, "vay " * 250_000, "\u0301" * 500_000])
def test_a_megabyte_of_text_ends_quickly(house: House, text: str) -> None:
    start = house.clock.ticks()
    assert Talk(house).hear(text).status in STATUSES
    assert house.clock.ticks() > start


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (
            "nộp hồ sơ vay rồi mà chưa thấy gì, ngân hàng chính sách thường xét mấy ngày",
            "partly_answered",
        ),
        ("hồ sơ vay của tui tới đâu rồi", "own_case"),
        ("sao tui chưa nhận được tiền trợ cấp", "own_case"),
        ("dự án phát triển sản xuất do dân đề xuất thì cấp nào phê duyệt", "answered"),
        ("tui góp ý là xã phát gạo không đều, nhà khá cũng được", "form"),
        ("ở Mỹ Hiệp cũ giờ muốn đổi nơi khám chữa bệnh ban đầu thì lúc nào đổi được", "answered"),
    ],
)
def test_a_question_of_policy_is_answered_whatever_else_it_sounds_like(
    house: House, text: str, status: str
) -> None:
    assert Talk(house).hear(text).status == status


def test_what_sounds_like_another_office_is_offered_when_a_card_nearly_fits(house: House) -> None:
    talk = Talk(house)
    ending = talk.hear("con tui mới sinh có giấy khai sinh rồi, làm thẻ bảo hiểm y tế ở đâu")
    assert ending.status in ("answered", "clarifying")
    assert Talk(house).hear("đăng ký khai sinh cần giấy gì").status == "refused"
