"""What residents see of what we send through Telegram, and what the worker learns when it fails."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.channel import Outgoing, SendError
from bot.channels.telegram import SECRET_HEADER, Telegram
from bot.channels.telegram_text import ABILITIES
from handlers.message import Choice, Message
from tests.fakes import bot_api_failures as failures
from tests.fakes import updates
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure
from tests.fakes.bot_api_rules import units

RESIDENT = 880_000_001
SECRET = "bi-mat"
HEADERS = {SECRET_HEADER: SECRET}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.meet(RESIDENT)
        yield api
    assert api.complaints == []


def door_to(address: str, **settings: Any) -> Telegram:
    return Telegram(
        TOKEN,
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        secret=SECRET,
        webhook_url="https://bot.example/telegram",
        api=address,
        **settings,
    )


@pytest.fixture
async def door(api: BotApi, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Telegram]:
    caplog.set_level(logging.DEBUG)
    door = door_to(api.url, timeout=0.4)
    await door.open()
    yield door
    await door.close()
    logged = caplog.get_records("setup") + caplog.get_records("call") + caplog.records
    assert not [record for record in logged if TOKEN in _written(record)]


def _written(record: logging.LogRecord) -> str:
    return logging.Formatter().format(record)  # with its traceback


def out(text: str = "Xin chào", *, to: int = RESIDENT, **parts: Any) -> Outgoing:
    return Outgoing(1, str(to), Message(text, **parts))


async def failing(door: Telegram, outgoing: Outgoing | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await door.send(outgoing or out())
    error: BaseException | None = caught.value
    while error is not None:  # nor in whatever hangs on to it
        assert TOKEN not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    return caught.value


# What residents see


async def test_a_text_arrives_as_it_was_written(api: BotApi, door: Telegram) -> None:
    text = 'Mức vay < 100 triệu & lãi > 0 <b>không</b> &amp; "thật"\n\nDòng hai 👨‍👩‍👧'
    assert await door.send(out(text)) == "1"
    assert api.sent[0]["text"] == text
    assert "entities" not in api.sent[0]
    assert api.sent[0]["chat"]["id"] == RESIDENT


async def test_a_heading_is_bold_and_stands_above_the_text(api: BotApi, door: Telegram) -> None:
    await door.send(out("Được vay.", heading="Vay vốn & <lãi>"))
    assert api.sent[0]["text"] == "Vay vốn & <lãi>\n\nĐược vay."
    assert api.sent[0]["entities"] == [{"type": "bold", "offset": 0, "length": 15}]


async def test_a_heading_may_come_alone(api: BotApi, door: Telegram) -> None:
    await door.send(out("", heading="Hết giờ"))
    assert api.sent[0]["text"] == "Hết giờ"


async def test_short_choices_are_numbered_two_in_a_row(api: BotApi, door: Telegram) -> None:
    choices = (Choice("Vay vốn", "topic:loan"), Choice("Học phí", "topic:tuition"))
    await door.send(out(choices=(*choices, Choice("Y tế", "topic:health"))))
    assert shown(api) == [["1. Vay vốn", "2. Học phí"], ["3. Y tế"]]
    button = api.sent[0]["reply_markup"]["inline_keyboard"][1][0]
    assert button["callback_data"] == "topic:health"


async def test_one_long_choice_gives_every_choice_its_own_row(api: BotApi, door: Telegram) -> None:
    choices = (Choice("Có", "yes"), Choice("Xem chính sách miễn giảm học phí", "topic:tuition"))
    await door.send(out(choices=choices))
    assert shown(api) == [["1. Có"], ["2. Xem chính sách miễn giảm học phí"]]


def shown(api: BotApi) -> list[list[str]]:
    rows = api.sent[-1]["reply_markup"]["inline_keyboard"]
    return [[button["text"] for button in row] for row in rows]


async def test_a_choice_value_of_64_bytes_comes_back(api: BotApi, door: Telegram) -> None:
    await door.send(out(choices=(Choice("Chọn", "x" * 64),)))
    press = await api.push(updates.callback_update(RESIDENT, "x" * 64))
    [came] = door.read(_json(press), HEADERS)
    assert came.choice == "x" * 64


async def test_a_long_text_comes_in_parts_with_the_choices_last(
    api: BotApi, door: Telegram
) -> None:
    paragraphs = [f"Đoạn {n} 🙏 <&> " + "chữ " * 200 for n in range(12)]
    text = "\n\n".join(paragraphs)
    assert await door.send(out(text, heading="Đề mục", choices=(Choice("Có", "yes"),))) == "1,2,3"
    assert all(units(message["text"]) <= ABILITIES.text_limit for message in api.sent)
    assert [("reply_markup" in message) for message in api.sent] == [False, False, True]
    assert all(message["text"].startswith("Đoạn") for message in api.sent[1:])
    assert [m.get("entities", [{}])[0].get("type") for m in api.sent] == ["bold", None, None]


async def test_a_text_of_exactly_the_limit_is_one_message(api: BotApi, door: Telegram) -> None:
    await door.send(out("🙏" * 2048))
    await door.send(out("<" * 4096))
    assert [units(message["text"]) for message in api.sent] == [4096, 4096]


# What the worker learns


async def test_a_resident_who_blocked_us_is_reported_gone(api: BotApi, door: Telegram) -> None:
    api.blocked_by.add(RESIDENT)
    error = await failing(door)
    assert error.resident_gone
    assert error.retry_in is None
    assert "blocked" in error.reason


async def test_a_resident_who_deleted_the_account_is_reported_gone(
    api: BotApi, door: Telegram
) -> None:
    api.fail("sendMessage", failures.DEACTIVATED)
    assert (await failing(door)).resident_gone


async def test_a_chat_that_was_never_opened_is_reported_gone(door: Telegram) -> None:
    assert (await failing(door, out(to=999))).resident_gone


@pytest.mark.parametrize(("told", "pause"), [(7, 7.0), (None, 30.0)])
async def test_too_many_messages_pause_the_whole_channel(
    api: BotApi, door: Telegram, told: int | None, pause: float
) -> None:
    api.fail("sendMessage", failures.too_many_requests(told))
    error = await failing(door)
    assert (error.retry_in, error.whole_channel, error.unknown) == (pause, True, False)


async def test_a_page_instead_of_429_pauses_the_channel_too(api: BotApi, door: Telegram) -> None:
    api.fail("sendMessage", failures.bad_gateway(429))
    error = await failing(door)
    assert error.retry_in
    assert error.whole_channel


async def test_a_chat_that_moved_gets_the_message_at_its_new_id(
    api: BotApi, door: Telegram
) -> None:
    api.moved[-5] = -1_001
    api.meet(-1_001)
    assert await door.send(out("Xin chào", to=-5, heading="Kính gửi")) == "1"
    assert api.sent[0]["chat"]["id"] == -1_001
    assert api.sent[0]["entities"]


async def test_a_chat_that_moves_in_circles_is_tried_only_twice(
    api: BotApi, door: Telegram
) -> None:
    api.moved.update({-5: -6, -6: -5})
    error = await failing(door, out(to=-5))
    assert (error.retry_in, error.unknown, error.resident_gone) == (None, False, False)
    assert len(await api.wait_for("sendMessage")) == 2


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_words(
    api: BotApi, door: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("sendMessage", failures.CANNOT_PARSE)
    await door.send(out("a < b", heading="Đề mục", choices=(Choice("Có", "yes"),)))
    assert api.sent[0]["text"] == "Đề mục\n\na < b"
    assert "entities" not in api.sent[0]
    assert shown(api) == [["1. Có"]]
    assert "our markup is wrong" in caplog.text


async def test_plain_words_that_are_refused_too_are_given_up(api: BotApi, door: Telegram) -> None:
    api.fail("sendMessage", failures.CANNOT_PARSE, failures.CANNOT_PARSE)
    error = await failing(door)
    assert (error.retry_in, error.unknown) == (None, False)
    assert api.sent == []


@pytest.mark.parametrize(
    "failure",
    [
        Failure(400, "Bad Request: message is too long"),
        failures.UNAUTHORIZED,
        failures.NOT_FOUND,
        Failure(409, "Conflict: terminated by other getUpdates request"),
        Failure(413, "Request Entity Too Large"),
        failures.bad_gateway(413),
        Failure(406, "Not Acceptable"),
    ],
    ids=lambda failure: f"{failure.status} {failure.description}",
)
async def test_what_never_passes_is_never_tried_again(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("sendMessage", failure)
    error = await failing(door)
    assert (error.retry_in, error.unknown, error.resident_gone) == (None, False, False)
    assert failure.description in error.reason


@pytest.mark.parametrize(
    ("status", "gone", "passes"), [(400, False, False), (403, True, False), (503, False, True)]
)
async def test_an_error_without_a_word_still_says_something(
    api: BotApi, door: Telegram, status: int, gone: bool, passes: bool
) -> None:
    api.fail("sendMessage", Failure(status, page='{"ok": false}'))
    error = await failing(door)
    assert (error.resident_gone, error.retry_in is not None) == (gone, passes)
    assert str(status) in error.reason


async def test_a_reason_that_quotes_the_token_is_blotted_out(api: BotApi, door: Telegram) -> None:
    api.fail("sendMessage", Failure(400, f"Bad Request: what is /bot{TOKEN}/sendMessage?"))
    assert "/bot***/sendMessage" in (await failing(door)).reason


@pytest.mark.parametrize("failure", [failures.UNAUTHORIZED, failures.NOT_FOUND])
async def test_a_refused_token_is_named_as_the_cause(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("sendMessage", failure)
    assert "token" in (await failing(door)).reason


@pytest.mark.parametrize(
    "failure",
    [
        failures.SERVER_ERROR,
        Failure(500, "Internal Server Error: restart"),
        Failure(503, ""),
        Failure(502, "Bad Gateway"),
        failures.bad_gateway(),
        failures.bad_gateway(403),
    ],
    ids=lambda failure: f"{failure.status} {failure.description or 'a page'}",
)
async def test_a_fault_of_telegram_is_tried_again_later(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("sendMessage", failure)
    error = await failing(door)
    assert error.retry_in
    assert (error.unknown, error.resident_gone, error.whole_channel) == (False, False, False)
    assert await door.send(out()) == "1"


@pytest.mark.parametrize(
    ("failure", "was_shown"),
    [
        (failures.SILENCE, 1),
        (failures.RESET, 1),
        (failures.bad_gateway(504), 0),
        (Failure(504, "Gateway Timeout"), 0),
        (Failure(200, page="<html>hotel wifi</html>"), 0),
    ],
    ids=["silence", "reset", "504 page", "504", "a page with 200"],
)
async def test_a_sending_without_an_answer_is_unknown(
    api: BotApi, door: Telegram, failure: Failure, was_shown: int
) -> None:
    api.fail("sendMessage", failure)
    error = await failing(door)
    assert error.unknown
    assert error.retry_in is None
    assert len(api.sent) == was_shown


async def test_nothing_sent_means_try_again(unused_tcp_port: int) -> None:
    door = door_to(f"http://127.0.0.1:{unused_tcp_port}")
    await door.open()
    error = await failing(door)
    await door.close()
    assert error.retry_in
    assert not error.unknown


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "not an address", "http://[half"])
async def test_an_address_that_leads_nowhere_means_try_again(address: str) -> None:
    door = door_to(address)
    await door.open()
    error = await failing(door)
    await door.close()
    assert error.retry_in
    assert not error.unknown


async def test_a_closed_door_asks_to_be_tried_again() -> None:
    assert (await failing(door_to("http://127.0.0.1:1"))).retry_in


@pytest.mark.parametrize(
    "failure", [failures.SERVER_ERROR, failures.too_many_requests(), failures.SILENCE]
)
async def test_parts_that_were_shown_are_never_shown_again(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("sendMessage", None, failure)
    error = await failing(door, out("a" * 4096 + "\n" + "b" * 10))
    assert (error.unknown, error.retry_in, error.whole_channel) == (True, None, False)
    assert "parts 1 to 1 of 2 were shown (ids 1)" in error.reason


async def test_calls_go_through_the_proxy_where_there_is_one(api: BotApi) -> None:
    door = door_to("http://telegram.invalid", proxy=api.url)  # nowhere but through the proxy
    await door.open()
    await door.send(out())
    await door.close()
    assert len(api.sent) == 1


# Presses of buttons


def _json(update: dict[str, Any]) -> bytes:
    return json.dumps(update).encode()


async def test_the_spinner_of_a_pressed_button_stops(api: BotApi, door: Telegram) -> None:
    press = await api.push(updates.callback_update(RESIDENT, "topic:loan"))
    door.read(_json(press), HEADERS)
    await api.wait_for("answerCallbackQuery")
    assert api.presses == set()


async def test_a_press_read_in_another_thread_is_answered_too(api: BotApi, door: Telegram) -> None:
    press = await api.push(updates.callback_update(RESIDENT, "topic:loan"))
    await asyncio.to_thread(door.read, _json(press), HEADERS)
    await api.wait_for("answerCallbackQuery")


async def test_a_press_too_old_to_be_answered_disturbs_nobody(
    api: BotApi, door: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    press = {"update_id": 1} | updates.callback_update(RESIDENT, "topic:loan")
    door.read(_json(press), HEADERS)
    await api.wait_for("answerCallbackQuery")
    assert await door.send(out()) == "1"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_silent_telegram_does_not_hold_up_sending_or_memory(
    api: BotApi, door: Telegram
) -> None:
    api.fail("answerCallbackQuery", *[failures.SILENCE] * 64)
    for number in range(500):
        press = updates.callback_update(RESIDENT, "x", update_id=number, callback_id=str(number))
        api.presses.add(str(number))
        door.read(_json(press), HEADERS)
    assert await asyncio.wait_for(door.send(out()), 0.3) == "1"
    assert len(await api.wait_for("answerCallbackQuery")) <= 64


async def test_a_press_on_a_closed_door_disturbs_nobody() -> None:
    press = updates.callback_update(RESIDENT, "topic:loan", update_id=1)
    assert door_to("http://127.0.0.1:1").read(_json(press), HEADERS)
