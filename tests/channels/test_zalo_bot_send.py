"""What residents see of what we send through Zalo Bot, and what the worker learns when it fails."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Outgoing, SendError
from bot.channels.layout import numbered
from bot.channels.zalo_bot import SECRET_HEADER, ZaloBot
from bot.channels.zalo_bot_text import ABILITIES, parts_of
from handlers.message import Choice, Incoming, Message
from tests.fakes import zalo_events as events
from tests.fakes.zalo_bot import TOKEN, Failure, ZaloBotApi

RESIDENT = "6ede9afa66b88fe6d6a9"
SECRET = "bi-mat_thu-2026"
RECORDED = Path(__file__).parent / "recorded" / "zalo_bot_out.json"
EXCHANGES: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
SHOWN = [one for one in EXCHANGES if "shown" in one]
FAILING = [one for one in EXCHANGES if "error" in one]
TOO_MANY = Failure(429, "Too Many Requests")
REFUSED_TOKEN = Failure(401, "Unauthorized")


@pytest.fixture
async def api() -> AsyncIterator[ZaloBotApi]:
    async with ZaloBotApi() as api:
        api.meet(RESIDENT)
        yield api
    assert api.complaints == []


def name_of(exchange: dict[str, Any]) -> str:
    return exchange["name"]


async def no_inbox(_: Sequence[Incoming]) -> None:
    raise AssertionError("nothing comes in here")


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[ZaloBot]:
    hook = "https://bot.example/zalo"
    door = ZaloBot(TOKEN, secret=SECRET, webhook_url=hook, api=address, timeout=0.4)
    await door.open()
    listening = asyncio.create_task(door.listen(no_inbox))
    try:
        yield door
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await door.close()


@pytest.fixture
async def door(api: ZaloBotApi, caplog: pytest.LogCaptureFixture) -> AsyncIterator[ZaloBot]:
    caplog.set_level(logging.DEBUG)
    async with opened(api.url) as door:
        await api.wait_for("setWebhook")
        await api.wait_for("getMe")
        yield door
    logged = caplog.get_records("setup") + caplog.get_records("call") + caplog.records
    written = "\n".join(logging.Formatter().format(record) for record in logged)
    assert TOKEN not in written
    assert SECRET not in written


def out(text: str = "Xin chào", *, to: str = RESIDENT, attempt: int = 1, **parts: Any) -> Outgoing:
    return Outgoing(1, to, Message(text, **parts), attempt)


async def failing(door: ZaloBot, outgoing: Outgoing | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await door.send(outgoing or out())
    error: BaseException | None = caught.value
    while error is not None:  # nor in whatever hangs on to it
        assert TOKEN not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    return caught.value


def read_as(error: SendError) -> dict[str, Any]:
    fields = ("retry_in", "resident_gone", "unknown", "whole_channel", "out_of_window")
    return {name: getattr(error, name) for name in fields if getattr(error, name)}


# What residents see


@pytest.mark.parametrize("exchange", SHOWN, ids=name_of)
async def test_a_resident_sees_what_the_table_says(
    api: ZaloBotApi, door: ZaloBot, exchange: dict[str, Any]
) -> None:
    message = exchange["message"]
    choices = tuple(Choice(**choice) for choice in message.pop("choices", ()))
    assert await door.send(Outgoing(1, RESIDENT, Message(choices=choices, **message)))
    assert [sent["text"] for sent in api.sent] == exchange["shown"]
    assert {sent["chat_id"] for sent in api.sent} == {RESIDENT}


async def test_a_long_text_comes_in_parts_with_the_choices_last(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    text = "\n\n".join(f"Đoạn {n} 🙏. " + "chữ " * 200 for n in range(6))
    sent = await door.send(out(text, heading="Đề mục", choices=(Choice("Có", "yes"),)))
    shown = [message["text"] for message in api.sent]
    assert len(shown) > 2
    assert all(len(part) <= ABILITIES.text_limit for part in shown)
    assert all(part.startswith("Đoạn") for part in shown[1:])
    assert [part.endswith("1. Có") for part in shown] == [False] * (len(shown) - 1) + [True]
    assert sent == f"{1:020x}", "the id of the first part, which always fits the outbox"


async def test_a_text_of_exactly_the_limit_is_one_message(api: ZaloBotApi, door: ZaloBot) -> None:
    await door.send(out("🙏" * 2000))
    assert [len(message["text"]) for message in api.sent] == [2000]


@given(st.text(st.sampled_from("ab .\u0323đ🙏\n"), min_size=1, max_size=400), st.integers(1, 30))
def test_no_letter_is_lost_and_no_part_too_long(text: str, times: int) -> None:
    message = Message("a" + text * times, choices=(Choice("Có", "yes"),))
    parts = parts_of(message)
    assert all(1 <= len(part) <= ABILITIES.text_limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(numbered(message).split())


def test_a_message_without_a_word_is_our_bug() -> None:
    with pytest.raises(ValueError, match="without a word"):
        parts_of(Message(" \n "))


# What the worker learns


@pytest.mark.parametrize("exchange", FAILING, ids=name_of)
async def test_a_failure_means_what_the_table_says(
    api: ZaloBotApi, door: ZaloBot, exchange: dict[str, Any]
) -> None:
    api.fail("sendMessage", Failure(**exchange["failure"]))
    error = await failing(door)
    assert read_as(error) == exchange["error"]
    description = exchange["failure"].get("description", "")
    assert description in error.reason
    assert len(api.sent) == bool(exchange["failure"].get("cut"))


async def test_every_code_of_zalos_table_is_in_ours() -> None:
    codes = {one["failure"].get("code") for one in FAILING}
    assert codes >= {400, 401, 403, 404, 408, 429}
    assert len(SHOWN) + len(FAILING) > 30


@pytest.mark.parametrize("mirrors", [True, False])
async def test_a_chat_that_zalo_does_not_know_is_a_resident_gone(
    api: ZaloBotApi, door: ZaloBot, mirrors: bool
) -> None:
    api.mirrors = mirrors
    assert read_as(await failing(door, out(to="khac"))) == {"resident_gone": True}


async def test_an_error_of_zalos_own_is_tried_a_few_times(api: ZaloBotApi, door: ZaloBot) -> None:
    api.fail("sendMessage", *[Failure(403, "internal")] * 4)
    retries = [(await failing(door, out(attempt=n))).retry_in for n in (1, 2, 3, 4)]
    assert retries == [5.0, 5.0, 5.0, None]


async def test_the_rest_grows_while_it_lasts_and_is_short_again_after_a_success(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    api.fail("sendMessage", *[TOO_MANY] * 7, None, TOO_MANY)
    rests = [(await failing(door)).retry_in for _ in range(7)]
    assert rests == [30, 60, 120, 240, 480, 900, 900]
    await door.send(out())
    assert (await failing(door)).retry_in == 30


async def test_sendings_refused_together_make_the_rest_grow_once(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    api.fail("sendMessage", *[TOO_MANY] * 9)
    together = await asyncio.gather(*(failing(door) for _ in range(8)))
    assert {error.retry_in for error in together} == {30.0}
    assert (await failing(door)).retry_in == 60


async def test_a_plan_that_is_used_up_rests_the_channel_longer_and_longer(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    api.plan = 1
    await door.send(out())
    errors = [await failing(door) for _ in range(3)]
    assert [error.retry_in for error in errors] == [30, 60, 120]
    assert all(error.whole_channel for error in errors)


async def test_a_refused_token_is_an_alarm_in_the_log_once(
    api: ZaloBotApi, door: ZaloBot, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("sendMessage", REFUSED_TOKEN, REFUSED_TOKEN, None, REFUSED_TOKEN)
    assert read_as(await failing(door)) == {"retry_in": 600.0, "whole_channel": True}
    await failing(door)
    alarms = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert len(alarms) == 1
    assert "token" in alarms[0].message
    await door.send(out())
    await failing(door)
    alarms = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert len(alarms) == 2, "mended and broken again"


async def test_a_reason_that_quotes_the_token_is_blotted_out(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    api.fail("sendMessage", Failure(400, f"what is /bot{TOKEN}/sendMessage?"))
    assert "/bot***/sendMessage" in (await failing(door)).reason


async def test_parts_that_were_shown_are_never_shown_again(api: ZaloBotApi, door: ZaloBot) -> None:
    for failure in (Failure(403, "internal"), TOO_MANY, Failure(cut="silence")):
        api.fail("sendMessage", None, failure)
        error = await failing(door, out("a" * 2000 + "\n" + "b" * 10))
        assert read_as(error) == {"unknown": True}
        assert "parts 1 to 1 of 2 were shown" in error.reason


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://[half"])
async def test_an_address_that_leads_nowhere_means_try_again(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(address) as door:
        error = await failing(door)
    assert read_as(error) == {"retry_in": 5.0}
    assert TOKEN not in caplog.text


async def test_a_closed_door_asks_to_be_tried_again() -> None:
    assert read_as(await failing(ZaloBot(TOKEN))) == {"retry_in": 1.0}


async def test_the_token_does_not_follow_a_redirect(api: ZaloBotApi, door: ZaloBot) -> None:
    api.fail("sendMessage", Failure(page="moved", http=307))
    assert read_as(await failing(door)) == {"retry_in": 600.0, "whole_channel": True}
    assert len(api.calls_of("sendMessage")) == 1


# "Is writing"


def call(door: ZaloBot, event: events.Event) -> None:
    door.read(json.dumps(event).encode(), {SECRET_HEADER: SECRET})


async def test_a_text_that_arrives_is_answered_with_is_writing(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    await asyncio.to_thread(call, door, events.text_event(RESIDENT, "chào"))
    [shown] = await api.wait_for("sendChatAction")
    assert shown.params == {"chat_id": RESIDENT, "action": "typing"}


async def test_nobody_is_told_of_writing_where_no_words_came(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    call(door, events.sticker_event(RESIDENT))
    call(door, events.group_event(RESIDENT, "chào"))
    call(door, events.own_event(RESIDENT, "chào"))
    await door.send(out())
    assert api.calls_of("sendChatAction") == []


async def test_writing_that_cannot_be_told_disturbs_nobody(
    api: ZaloBotApi, door: ZaloBot, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("sendChatAction", Failure(403, "internal"), Failure(429, "too many"))
    for _ in range(2):
        call(door, events.text_event(RESIDENT, "chào"))
    await api.wait_for("sendChatAction", 2)
    assert await door.send(out())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_silent_zalo_does_not_hold_up_sending_or_memory(
    api: ZaloBotApi, door: ZaloBot
) -> None:
    api.fail("sendChatAction", *[Failure(cut="silence")] * 500)
    for _ in range(500):
        call(door, events.text_event(RESIDENT, "chào"))
    assert await asyncio.wait_for(door.send(out()), 0.3)
    assert len(await api.wait_for("sendChatAction")) <= 64
