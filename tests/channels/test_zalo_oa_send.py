"""What residents see of what we send through Zalo, and what the worker learns when it fails."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.channels.channel import Outgoing, SendError
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa_errors import CODES, Fate
from bot.channels.zalo_oa_text import ABILITIES, line_of
from handlers.message import Choice, Message
from tests.channels.zalo_room import MemoryStore, door_to, failing, out, pair_of
from tests.conftest import StoppedClock
from tests.fakes.zalo_oa import APP_SECRET, OA_SECRET, RESIDENT, Failure, ZaloOa
from tests.fakes.zalo_webhook import raw, signed, text_event

CS = "/v3.0/oa/message/cs"
TEMPLATE = "/v3.0/oa/message/template"
GETOA = "/v2.0/oa/getoa"
TOKENS = "/v4/oa/access_token"
RECORDED = Path(__file__).parent / "recorded"
EXCHANGES: list[dict[str, Any]] = json.loads((RECORDED / "zalo_oa_out.json").read_text("utf-8"))
BY_CODE: dict[str, Any] = json.loads((RECORDED / "zalo_oa_codes.json").read_text("utf-8"))
MANY = tuple(Choice(f"Chính sách {n}", f"card:{n}") for n in range(1, 10))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(datetime(2026, 11, 24, 4, 0, 20, tzinfo=UTC))


@pytest.fixture
async def zalo(clock: StoppedClock) -> AsyncIterator[ZaloOa]:
    async with ZaloOa(clock.now) as zalo:
        zalo.meet(RESIDENT)
        yield zalo
    assert zalo.complaints == []


@pytest.fixture
async def door(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[ZaloOA]:
    caplog.set_level(logging.DEBUG)
    door = door_to(zalo, clock.now, timeout=0.4)
    await door.open()
    yield door
    await door.close()
    no_secret_in(caplog)


def no_secret_in(caplog: pytest.LogCaptureFixture) -> None:
    logged = caplog.get_records("setup") + caplog.get_records("call") + caplog.records
    lines = [logging.Formatter().format(record) for record in logged]  # with tracebacks
    secrets = APP_SECRET, OA_SECRET, "-s3cret"  # every token of the fake ends so
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def told(error: SendError) -> dict[str, Any]:
    names = "retry_in", "resident_gone", "unknown", "whole_channel", "out_of_window"
    return {name: getattr(error, name) for name in names if getattr(error, name)}


# The tables


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: one["name"])
async def test_a_message_is_sent_as_the_table_says(
    exchange: dict[str, Any], zalo: ZaloOa, door: ZaloOA
) -> None:
    zalo.fail(CS, *(one and Failure(**one) for one in exchange.get("answers", ())))
    message = msgspec.convert(exchange["message"], Message)
    try:
        outcome: dict[str, Any] = {"id": await door.send(Outgoing(1, RESIDENT, message))}
    except SendError as error:
        outcome = told(error)
    assert outcome == {k: v for k, v in exchange["outcome"].items() if v is not None}
    assert [call.body for call in zalo.calls_of(CS)] == exchange["requests"]


@pytest.mark.parametrize("code", BY_CODE)
async def test_a_code_means_for_a_sending_what_the_table_says(
    code: str, zalo: ZaloOa, door: ZaloOA
) -> None:
    zalo.fail(CS, int(code))
    if BY_CODE[code] == "token":
        assert await door.send(out()) == f"m{1:019d}"
        assert len(zalo.calls_of(CS)) == 2
        assert len(zalo.calls_of(TOKENS)) == 1
        return
    error = await failing(door)
    assert error.retry_in is None or error.retry_in >= BY_CODE[code]["retry_in"]
    pause = {"retry_in": BY_CODE[code]["retry_in"]} if error.retry_in else {}
    assert told(error) | pause == BY_CODE[code]
    assert code in error.reason


def test_every_code_that_we_know_is_in_the_table() -> None:
    assert {int(code) for code in BY_CODE} - {-99999} == set(CODES)
    tokens = {code for code, known in CODES.items() if known.fate is Fate.TOKEN}
    assert tokens == {int(code) for code, fate in BY_CODE.items() if fate == "token"}


def test_the_abilities_are_those_of_a_consultation_message() -> None:
    assert (ABILITIES.text_limit, ABILITIES.counts, ABILITIES.buttons) == (2000, "characters", 3)
    assert ABILITIES.per_second * 60 <= 4000
    assert ABILITIES.window is not None
    assert [limit.total_seconds() / 3600 for limit in ABILITIES.window] == [48, 168]
    assert not ABILITIES.may_resend


# What residents see


async def test_a_press_of_what_we_sent_comes_back_as_the_choice(
    zalo: ZaloOa, door: ZaloOA, clock: StoppedClock
) -> None:
    await door.send(out("Chọn:", choices=(Choice("Dài", "x" * 64),)))
    [button] = zalo.sent[0]["buttons"]
    body = raw(text_event(button["payload"], clock.now(), msg_id="m1"))
    [came] = door.read(body, signed(body))
    assert (came.kind, came.choice) == ("choice", "x" * 64)


async def test_many_choices_over_a_long_text_stay_readable_as_numbers(
    zalo: ZaloOa, door: ZaloOA
) -> None:
    await door.send(out("Câu dài. " * 400, choices=MANY))
    assert len(zalo.sent) == 2
    assert all(len(message["text"]) <= 2000 for message in zalo.sent)
    assert zalo.sent[-1]["text"].endswith("9. Chính sách 9")
    assert [message["buttons"] for message in zalo.sent] == [[], []]


@pytest.mark.parametrize("value", ["", "x" * 65, "có dấu", "a\nb"])
async def test_a_choice_that_could_not_come_back_is_a_bug_of_ours(
    value: str, zalo: ZaloOa, door: ZaloOA
) -> None:
    with pytest.raises(ValueError, match="a button's value"):
        await door.send(out(choices=(Choice("Có", value),)))
    assert zalo.sent == []


async def test_a_message_without_a_word_is_a_bug_of_ours(door: ZaloOA) -> None:
    with pytest.raises(ValueError, match="without a word"):
        await door.send(out("  \n"))


# The window


async def test_we_may_write_for_seven_days_after_the_resident_did(
    zalo: ZaloOa, door: ZaloOA, clock: StoppedClock
) -> None:
    clock.move(days=6, hours=23)
    await door.send(out())
    clock.move(hours=2)
    error = await failing(door)
    assert (error.out_of_window, error.retry_in, error.resident_gone) == (True, None, False)
    zalo.meet(RESIDENT)
    await door.send(out())
    assert len(zalo.sent) == 2


async def test_a_resident_who_left_is_reported_gone(zalo: ZaloOa, door: ZaloOA) -> None:
    zalo.gone.add(RESIDENT)
    assert (await failing(door)).resident_gone


async def test_past_the_limit_of_a_minute_the_whole_channel_waits_for_the_next(
    zalo: ZaloOa, door: ZaloOA, clock: StoppedClock
) -> None:
    await door.send(out())
    zalo.per_minute = 0
    error = await failing(door)
    assert (error.retry_in, error.whole_channel) == (41.0, True)
    clock.move(seconds=error.retry_in)
    zalo.per_minute = 1
    await door.send(out())


# The template


async def templated(zalo: ZaloOa, clock: StoppedClock, template: str = "317001") -> ZaloOA:
    door = door_to(zalo, clock.now, template=(template, "noi_dung"))
    await door.open()
    clock.move(days=8)
    return door


async def test_outside_the_window_an_approved_template_carries_the_first_words(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    door = await templated(zalo, clock)
    try:
        sent = await door.send(out("Xã đã trả lời.\nMời bà con xem.", heading="Góp ý"))
        assert (sent, len(zalo.calls_of(CS))) == (f"t{1:019d}", 1)
        told_ = {"noi_dung": "Góp ý Xã đã trả lời. Mời bà con xem."}
        assert zalo.sent == [{"user": RESIDENT, "template": "317001", "data": told_}]
        await door.send(out("Một câu vừa phải. " * 60))
        line = zalo.sent[1]["data"]["noi_dung"]
        assert len(line) <= 400
        assert line.endswith("phải…")
    finally:
        await door.close()


@pytest.mark.parametrize("code", [-109, -249, -131, -135, -230, -1122])
async def test_where_the_template_is_refused_the_message_waits_for_the_resident(
    code: int, zalo: ZaloOa, clock: StoppedClock
) -> None:
    door = await templated(zalo, clock)
    try:
        zalo.fail(TEMPLATE, code)
        assert told(await failing(door)) == {"out_of_window": True}
    finally:
        await door.close()


async def test_a_template_in_haste_is_tried_again(zalo: ZaloOa, clock: StoppedClock) -> None:
    door = await templated(zalo, clock)
    try:
        zalo.fail(TEMPLATE, -32)
        error = await failing(door)
        assert error.whole_channel
        assert error.retry_in
    finally:
        await door.close()


@pytest.mark.parametrize("length", [1, 399, 400, 401, 5000])
def test_the_words_of_a_template_always_fit(length: int) -> None:
    for letter in ("đ", "a ", "Câu. "):
        line = line_of(Message((letter * length)[:length]))
        assert 1 <= len(line) <= 400
        assert "\n" not in line


# The road to Zalo


@pytest.mark.parametrize("done", [True, False])
async def test_a_connection_cut_in_the_middle_leaves_the_outcome_unknown(
    done: bool, zalo: ZaloOa, door: ZaloOA
) -> None:
    zalo.fail(CS, Failure(silent=True, done=done))
    error = await failing(door)
    assert (error.unknown, error.retry_in) == (True, None)
    assert len(zalo.sent) == done
    assert len(zalo.calls_of(CS)) == 1


async def test_an_answer_that_takes_too_long_leaves_the_outcome_unknown(
    zalo: ZaloOa, door: ZaloOA
) -> None:
    zalo.fail(CS, Failure(seconds=0.8, body={}, done=True))
    assert told(await failing(door)) == {"unknown": True}


async def test_where_nobody_listens_the_message_may_go_again(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    door = door_to(zalo, clock.now, api="http://127.0.0.1:9")
    await door.open()
    try:
        error = await failing(door)
        assert told(error) == {"retry_in": 5.0}
    finally:
        await door.close()


async def test_a_door_that_is_not_open_sends_nothing(zalo: ZaloOa, clock: StoppedClock) -> None:
    assert told(await failing(door_to(zalo, clock.now))) == {"retry_in": 1.0}


# Tokens on the way


async def test_a_token_that_ended_early_is_renewed_once_and_the_message_goes(
    zalo: ZaloOa, clock: StoppedClock
) -> None:
    tokens = pair_of(zalo, clock.now)
    store = MemoryStore(tokens)
    door = door_to(zalo, clock.now, store=store)
    await door.open()
    zalo.forget(tokens.access)
    assert await door.send(out()) == f"m{1:019d}"
    await door.close()
    assert store.tokens is not None
    assert store.tokens.version == 2
    assert len(zalo.calls_of(TOKENS)) == 1


async def test_a_token_refused_after_its_renewal_too_is_for_an_official(
    zalo: ZaloOa, door: ZaloOA, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.fail(CS, -216, -216, -216, -216)
    for _ in range(2):
        assert told(await failing(door)) == {"retry_in": 3600.0, "whole_channel": True}
    assert len(zalo.calls_of(CS)) == 4
    assert caplog.text.count("somebody has to mend this") == 1


async def test_what_officials_have_to_mend_is_told_once_until_it_went_well(
    zalo: ZaloOa, door: ZaloOA, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.fail(CS, -224, -224, -221, None, -224, -248)
    for _ in range(3):
        await failing(door)
    await door.send(out())
    for _ in range(2):
        await failing(door)
    alarms = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert ["-224" in alarm for alarm in alarms] == [True, False, True, False]


# Health


async def test_at_its_opening_the_door_tells_how_the_account_is(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.account |= {
        "is_verified": False, "package_valid_through_date": "01/12/2026", "oaid": "1",
    }  # fmt: skip
    await opened_and_looked_at(zalo, clock, caplog)
    assert "UBND phường Thử" in caplog.text
    assert "480 of 500" in caplog.text
    alarms = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(alarms) == 3
    for words in ("another account", "not verified", "package ends on 01/12/2026"):
        assert any(words in alarm for alarm in alarms)


async def test_an_account_in_order_raises_no_alarm(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    await opened_and_looked_at(zalo, clock, caplog)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


async def test_a_zalo_that_tells_nothing_is_no_reason_to_stay_closed(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    zalo.fail(GETOA, Failure(body={"error": 0, "data": [1]}))
    door = door_to(zalo, clock.now)
    await door.open()
    assert await door.send(out())
    await until(lambda: "does not tell" in caplog.text)
    await door.close()
    assert "does not tell how our account is" in caplog.text


async def opened_and_looked_at(
    zalo: ZaloOa, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    door = door_to(zalo, clock.now)
    await door.open()
    await until(lambda: "messages are left" in caplog.text)
    await door.close()


async def until(it_is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not it_is_so():
            await asyncio.sleep(0.01)
