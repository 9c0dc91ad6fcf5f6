"""The web chat's door: what it reads, what it refuses, and whom it hands an answer to."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Channel, Outgoing, ReadError
from bot.channels.web_chat.bubbles import Bubble, Part, name_days, say_day, show, show_all
from bot.channels.web_chat.door import STREAM_LIMIT, WebChat, post_of
from handlers.message import Choice, Incoming, Message

NOW = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
SESSION = "A" * 43


@pytest.fixture
def door() -> WebChat:
    return WebChat(clock=lambda: NOW)


def read(door: WebChat, body: object, session: str = SESSION) -> Incoming:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    (incoming,) = door.read(raw, {"x-session": session})
    return incoming


def refusal(door: WebChat, body: object, session: str = SESSION) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(door, body, session)
    return caught.value


def say(number: int, door: WebChat, text: str = "Chào bà con") -> Outgoing:
    return Outgoing(number, door.address_of(SESSION), Message(text))


def test_it_keeps_the_contract_of_a_channel(door: WebChat) -> None:
    channel: Channel = door
    assert (channel.name, channel.abilities.may_resend) == ("web", True)


def test_a_session_cannot_be_guessed_and_its_address_does_not_tell_it(door: WebChat) -> None:
    first, second = door.new_session(), door.new_session()
    assert first != second
    assert door.is_session(first)
    assert len(door.address_of(first)) == 32
    assert first not in door.address_of(first)


def test_words_become_an_incoming_of_the_session(door: WebChat) -> None:
    incoming = read(door, {"id": "abcd-1234", "text": " Vay vốn?\r\nCảm ơn \n"})
    address = door.address_of(SESSION)
    assert incoming == Incoming(
        channel="web",
        address=address,
        external_id=f"{address}:abcd-1234",
        sent_at=NOW,
        kind="text",
        text="Vay vốn?\nCảm ơn",
    )


def test_a_press_carries_its_value_and_no_words(door: WebChat) -> None:
    incoming = read(door, {"id": "abcd1234", "choice": "card:loan 1"})
    assert (incoming.kind, incoming.choice, incoming.text) == ("choice", "card:loan 1", "")


def test_the_same_post_twice_has_the_same_id_and_another_resident_never_has_it(
    door: WebChat,
) -> None:
    body = {"id": "abcd1234", "text": "a"}
    assert read(door, body).external_id == read(door, body).external_id
    assert read(door, body).external_id != read(door, body, "B" * 43).external_id


def test_decomposed_vietnamese_is_composed(door: WebChat) -> None:
    decomposed = "nha\u0300 o\u031b\u0309"
    assert read(door, {"id": "abcd1234", "text": decomposed}).text == "nh\u00e0 \u1edf"


def test_control_characters_that_a_database_refuses_are_dropped(door: WebChat) -> None:
    assert read(door, {"id": "abcd1234", "text": "a\x00b\x1bc"}).text == "abc"


@pytest.mark.parametrize("session", ["", "x", "A" * 42, "A" * 44, "A" * 42 + "!", "A" * 43 + "\n"])
def test_a_wrong_secret_is_refused_with_401(door: WebChat, session: str) -> None:
    assert refusal(door, {"id": "abcd1234", "text": "a"}, session).status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"[" * 100_000,
        b'{"id": "abcd1234", "text": "\xff\xfe"}',
        b'{"id": "abcd1234", "text": "\\ud800 "}',
        b'{"text": "a"}',
        {"id": "short", "text": "a"},
        {"id": "a" * 65, "text": "a"},
        {"id": "abcd1234\n", "text": "a"},
        {"id": "abc:1234", "text": "a"},
        {"id": "abcd1234", "text": 5},
        {"id": "abcd1234", "text": ""},
        {"id": "abcd1234", "text": " \n\x00 "},
        {"id": "abcd1234"},
        {"id": "abcd1234", "choice": "ữ"},
        {"id": "abcd1234", "choice": "a" * 65},
    ],
)
def test_what_cannot_be_read_is_refused_with_400(door: WebChat, body: object) -> None:
    assert refusal(door, body).status == 400


def test_a_text_of_2000_letters_is_taken_and_a_longer_one_refused_with_the_reason(
    door: WebChat,
) -> None:
    assert len(read(door, {"id": "abcd1234", "text": "ữ" * 2000}).text) == 2000
    error = refusal(door, {"id": "abcd1234", "text": "ữ" * 2001})
    assert error.status == 413
    assert "2000" in error.reason


def status_of(door: WebChat, body: bytes) -> int:
    try:
        door.read(body, {"x-session": SESSION})
    except ReadError as error:
        return error.status
    return 200


@given(st.text(max_size=2000))
def test_any_text_is_either_read_clean_or_refused(text: str) -> None:
    door = WebChat(clock=lambda: NOW)
    body = msgspec.json.encode({"id": "abcd1234", "text": text})
    status = status_of(door, body)
    assert status in (200, 400, 413)
    if status == 200:
        said = read(door, body).text
        assert said.strip() == said != ""
        assert "\x00" not in said


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert status_of(WebChat(clock=lambda: NOW), body) in (200, 400, 413)


def test_a_form_sent_twice_is_a_repeat_but_another_question_from_the_same_page_is_not(
    door: WebChat,
) -> None:
    def id_of(form: dict[str, str]) -> str:
        return read(door, post_of(form)).external_id

    page = {"id": "x" * 22}
    assert id_of({**page, "text": "a"}) == id_of({**page, "text": "a"})
    assert id_of({**page, "text": "a"}) != id_of({**page, "text": "b"})
    assert id_of({**page, "text": "a"}) != id_of({**page, "choice": "a"})


async def test_every_open_page_of_the_resident_gets_the_answer_and_nobody_else(
    door: WebChat,
) -> None:
    address, other = door.address_of(SESSION), door.address_of("B" * 43)
    with door.stream(address) as one, door.stream(address) as two, door.stream(other) as third:
        assert await door.send(say(7, door)) == "web-7"
        assert (await anext(one)).id == (await anext(two)).id == 7
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(third)


async def test_sending_to_nobody_is_fine_because_the_history_has_it(door: WebChat) -> None:
    assert await door.send(say(7, door)) == "web-7"


async def test_messages_keep_their_order_and_a_page_that_left_is_forgotten(door: WebChat) -> None:
    with door.stream(door.address_of(SESSION)) as stream:
        for number in range(3):
            await door.send(say(number, door))
        assert [(await anext(stream)).id for _ in range(3)] == [0, 1, 2]
        assert door.stream_count == 1
    assert door.stream_count == 0


async def test_a_page_too_slow_is_ended_and_the_others_go_on(door: WebChat) -> None:
    address = door.address_of(SESSION)
    with door.stream(address) as slow, door.stream(address) as quick:
        for number in range(STREAM_LIMIT + 1):
            await door.send(say(number, door))
            assert (await anext(quick)).id == number
        assert [outgoing async for outgoing in slow] == []


async def test_closing_ends_every_stream_also_one_that_waits(door: WebChat) -> None:
    with door.stream(door.address_of(SESSION)) as stream:
        waiting = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        await door.close()
        assert await waiting is None


async def test_a_page_that_comes_after_closing_is_ended_at_once_until_opened_again(
    door: WebChat,
) -> None:
    await door.close()
    with door.stream("a") as stream:
        assert await anext(stream, None) is None
    await door.open()
    with door.stream("a") as stream:
        await door.send(Outgoing(1, "a", Message("a")))
        assert (await anext(stream)).id == 1


# How it looks


def bubble(text: str, *, mine: bool = False) -> Bubble:
    return show((1, NOW, mine, Message(text)))


def links(text: str) -> list[str]:
    return [part.href for row in bubble(text).rows for part in row.parts if part.href]


@pytest.mark.parametrize(
    ("text", "hrefs"),
    [
        ("Gọi 0277 3898 989.", ["tel:02773898989"]),
        ("(0277) 3.851.431 hoặc 0912.345.678", ["tel:02773851431", "tel:0912345678"]),
        ("+84 912 345 678", ["tel:+84912345678"]),
        ("1800.1233, 1900 54 54 80", ["tel:18001233", "tel:1900545480"]),
        ("Gọi ngay 115 (cấp cứu)", ["tel:115"]),
        ("113 công an · 114 cháy, đuối nước", ["tel:113", "tel:114"]),
        ("Gọi 111, số bảo vệ trẻ em", ["tel:111"]),
        ("Xem https://vbsp.org.vn/a?b=1&c=2).", ["https://vbsp.org.vn/a?b=1&c=2"]),
        ("Xem dichvucong.gov.vn.", ["https://dichvucong.gov.vn"]),
        ("Vay 115 triệu đồng, 112 tháng", []),
        ("100.000.000 đồng; 6,24 %/năm", []),
        ("Quyết định 2553/QĐ-TTg ngày 21/11/2025; 01.12.2025 10 giờ", []),
        ("Căn cước 087123456789", []),
        ("Điều 113; Nghị định số 115/2025/NĐ-CP", []),
        ("thư: abc@xa.gov.vn", []),
        ("javascript:alert(1)", []),
    ],
)
def test_telephone_numbers_and_addresses_are_links_and_amounts_are_not(
    text: str, hrefs: list[str]
) -> None:
    assert links(text) == hrefs


@given(st.text())
def test_links_change_no_letter_of_the_text(text: str) -> None:
    shown = ["".join(part.text for part in row.parts) for row in bubble(text).rows]
    lines = [line.replace(" %", "\u00a0%") for line in text.split("\n") if line.strip()]
    assert shown == lines


def test_what_a_resident_wrote_gets_no_links() -> None:
    assert bubble("https://lua.dao.vn", mine=True).rows[0].parts == (Part("https://lua.dao.vn"),)


def test_lists_doubts_and_sources_are_told_apart() -> None:
    text = "Mở\n- giấy\n1. bước\n\nChưa chắc: mức.\n\nCăn cứ: Nghị định 1."
    rows = bubble(text).rows
    assert [row.kind for row in rows] == ["", "item", "step", "unsure", "source"]
    assert [row.gap for row in rows] == [False, False, False, True, True]


def test_a_press_is_shown_with_the_label_that_was_pressed() -> None:
    choices = (Choice("Giấy tờ", "c:1"),)
    shown = show_all(
        [
            (1, NOW, False, Message("Chọn", choices=choices)),
            (1, NOW, True, Message("", choices=(Choice("", "c:1"),))),
            (2, NOW, True, Message("", choices=(Choice("", "gone"),))),
        ]
    )
    assert [line.text for line in shown] == ["Chọn", "Giấy tờ", "(đã bấm nút)"]
    assert [len(line.choices) for line in shown] == [1, 0, 0]


def test_times_and_days_are_those_of_vietnam() -> None:
    late = NOW - timedelta(hours=9, minutes=30)
    shown = name_days([show((1, late, True, Message("a"))), bubble("b"), bubble("c")], NOW)
    assert [line.time for line in shown] == ["23:45", "09:15", "09:15"]
    assert [line.new_day for line in shown] == ["Hôm qua", "Hôm nay", ""]
    assert shown[0].at == "2026-11-23T16:45:00Z"
    assert say_day("2026-11-22", NOW) == "Chủ nhật, 22/11/2026"
