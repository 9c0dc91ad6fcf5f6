"""Zalo Bot end to end, called and polling, against its Bot API on loopback."""

import asyncio
import io
import logging
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bot.app import App
from bot.channels.web_chat.door import WebChat
from bot.channels.zalo_bot import ZaloBot
from bot.clock import SystemClock
from handlers.turn import House
from storage import residents
from storage.inbox import inbox
from storage.outbox import outbox
from tests.channels.test_zalo_bot_polling import until
from tests.conftest import StoppedClock
from tests.fakes.zalo_bot import TOKEN, Failure, ZaloBotApi
from tests.fakes.zalo_events import (
    group_event,
    own_event,
    photo_event,
    sticker_event,
    text_event,
)
from tests.journeys.running import running, settings_for, until_quiet
from tests.journeys.test_telegram import free_port, statuses

SECRET = "bi-mat_thu-2026"
QUESTION = "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm"
A, B = "6ede9afa66b88fe6d6a9", "7ede9afa66b88fe6d6a9"
PHOTO = "https://f1.zdn.vn/don.jpg"
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def doors(api: ZaloBotApi, webhook_url: str = "") -> list[ZaloBot | WebChat]:
    secret = SECRET if webhook_url else ""
    zalo = ZaloBot(TOKEN, secret=secret, webhook_url=webhook_url, api=api.url, floor=0.02)
    return [zalo, WebChat(SystemClock().now)]


@pytest.mark.parametrize("wraps", [True, False])
async def test_a_question_by_webhook_is_answered_once_however_often_it_is_delivered(
    database_url: str, tmp_path: Path, house: House, wraps: bool
) -> None:
    port = free_port()
    async with ZaloBotApi() as api:
        api.wraps, api.tries_out = wraps, "without"
        hook = f"http://127.0.0.1:{port}/webhook/zalo_bot"
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api, hook), port) as (app, _):
            await api.wait_for("setWebhook")
            await api.wait_for("setWebhook")
            event = await api.push(text_event(A, QUESTION))
            assert await api.deliver() == [200]
            api.pending += [event, event]
            assert await api.deliver() == [200, 200]
            await until_quiet(app, "zalo_bot", A)
            answers = [m["text"] for m in api.sent if "6,24 %/năm" in m["text"]]
            assert len(answers) == 1
            for told in ("100 triệu đồng", "2553/QĐ-TTg", "21/11/2025", "\n1. Điều kiện"):
                assert told in answers[0]
            assert statuses(app) == ["answered"]
            assert api.calls_of("sendChatAction")
        assert api.complaints == []


async def test_a_number_chooses_and_what_comes_back_is_not_answered_again(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloBotApi() as api:
        api.replays = True
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(text_event(A, QUESTION))
            await api.wait_for_sent(2)
            await until_quiet(app, "zalo_bot", A)
            await api.push(text_event(A, "2"))
            shown = await api.wait_for_sent(3)
            assert "Giấy tờ" in shown[2].splitlines()[0]
            asked = len(api.calls_of("getUpdates"))
            await api.wait_for("getUpdates", asked + 6)  # each brings an old event
            await until_quiet(app, "zalo_bot", A)
            assert statuses(app) == ["answered", "followup_answered"]
            assert len(api.sent) == 3
        # A new process remembers nothing of it: the inbox does.
        api.calls.clear()
        async with running(settings, house, doors(api)) as (app, _):
            await api.wait_for("getUpdates", 6)
            await until_quiet(app, "zalo_bot", A)
            assert len(api.sent) == 3
        assert api.complaints == []


@ONLY_SQLITE
async def test_a_photo_and_a_sticker_are_kept_and_a_group_and_our_own_words_are_not(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloBotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(group_event(A, QUESTION))
            await api.push(own_event(A, QUESTION))
            await api.push(photo_event(A, PHOTO, "đơn của tôi"))
            await api.push(sticker_event(A))
            await api.wait_for_sent(2)
            await until_quiet(app, "zalo_bot", A)
            with app.database.read() as connection:
                rows = connection.execute(sa.select(inbox.c.kind, inbox.c.extras)).all()
        assert [row.kind for row in rows] == ["attachment", "unreadable"]
        assert rows[0].extras["attachments"] == [{"kind": "photo", "source": PHOTO}]
        assert api.complaints == []


@ONLY_SQLITE
async def test_a_resident_who_is_gone_is_not_tried_again_and_others_are_answered(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloBotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            api.fail("sendMessage", Failure(404, "Not Found", http=200))
            await api.push(text_event(A, QUESTION))
            await api.wait_for("sendMessage")
            await until_quiet(app, "zalo_bot", A)
            await api.push(text_event(B, QUESTION))
            await api.wait_for_sent(2)
            await until_quiet(app, "zalo_bot", B)
            assert {message["chat_id"] for message in api.sent} == {B}
            with app.database.read() as connection:
                known = residents.find_many(connection, [("zalo_bot", A), ("zalo_bot", B)])
            assert known["zalo_bot", A].gone_at is not None
            assert known["zalo_bot", B].gone_at is None


@ONLY_SQLITE
async def test_a_sending_of_unknown_outcome_is_shown_as_such_and_not_repeated(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloBotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            api.fail("sendMessage", Failure(408, "Request Timeout"), Failure(cut="reset"))
            await api.push(text_event(A, QUESTION))
            await api.wait_for("sendMessage", 2)
            await until_quiet(app, "zalo_bot", A)
            with app.database.read() as connection:
                states = connection.execute(sa.select(outbox.c.state)).scalars().all()
            assert set(states) == {"unknown"}
            assert len(api.calls_of("sendMessage")) == len(states) == 2


def states(app: App) -> list[str]:
    with app.database.read() as connection:
        return list(connection.execute(sa.select(outbox.c.state).order_by(outbox.c.id)).scalars())


@ONLY_SQLITE
async def test_an_error_of_zalos_own_is_tried_four_times_and_then_the_next_message_goes(
    database_url: str, tmp_path: Path, house: House
) -> None:
    clock = StoppedClock()
    settings = settings_for(tmp_path, database_url)
    async with ZaloBotApi() as api:
        api.fail("sendMessage", *[Failure(403, "Internal server error")] * 4)
        async with running(settings, replace(house, clock=clock), doors(api)) as (app, _):
            await api.push(text_event(A, QUESTION))
            for tries in range(1, 5):
                await api.wait_for("sendMessage", tries)
                await until(lambda: states(app)[0] != "taken")
                clock.move(minutes=1)
            await api.wait_for_sent(1)
            await until(lambda: states(app) == ["failed", "done"])
            assert len(api.calls_of("sendMessage")) == 5


@ONLY_SQLITE
async def test_what_waits_while_the_plan_is_used_up_goes_out_when_there_is_one_again(
    database_url: str, tmp_path: Path, house: House
) -> None:
    clock = StoppedClock()
    settings = settings_for(tmp_path, database_url)
    async with ZaloBotApi() as api:
        api.plan, api.mirrors = 0, False
        async with running(settings, replace(house, clock=clock), doors(api)) as (app, _):
            await api.push(text_event(A, QUESTION))
            await api.wait_for("sendMessage")
            await until(lambda: states(app) == ["waiting", "waiting"])
            clock.move(seconds=29)
            await asyncio.sleep(1.2)  # longer than the worker sleeps
            assert len(api.calls_of("sendMessage")) == 1, "the channel rests for thirty seconds"
            api.plan = 10
            clock.move(seconds=2)
            await api.wait_for_sent(2)
            await until(lambda: states(app) == ["done", "done"])


@ONLY_SQLITE
async def test_nearly_used_up_plans_are_told_in_the_log(
    database_url: str, tmp_path: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with ZaloBotApi() as api:
        settings = settings_for(tmp_path, database_url).model_copy(update={"zalo_bot_monthly": 2})
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(text_event(A, QUESTION))
            await api.wait_for_sent(2)
            await until_quiet(app, "zalo_bot", A)
        caplog.set_level(logging.WARNING)
        async with running(settings, house, doors(api)), asyncio.timeout(5):
            while "100 % of the plan's messages this month are used, 2 of 2" not in caplog.text:
                await asyncio.sleep(0.02)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        ("doan-mo-thoi", b"{}", 401),
        ("", b"{}", 401),
        (SECRET, b"\xff\xfe{", 400),
        (SECRET, b"no json", 400),
        (SECRET, b"[]", 400),
        (SECRET, b" " * (1024 * 1024 + 1), 413),
        (SECRET, b"{}", 200),
        (SECRET, b'{"event_name": "message.reaction.received", "message": {}}', 200),
        (SECRET, b'{"ok": true, "result": {"event_name": "user.followed"}}', 200),
    ],
)
@ONLY_SQLITE
async def test_whatever_else_comes_gets_its_code_and_leaves_nothing(
    secret: str, body: bytes, status: int, database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloBotApi() as api:
        settings = settings_for(tmp_path, database_url)
        hook = "https://bot.invalid/webhook/zalo_bot"
        async with (
            running(settings, house, doors(api, hook)) as (app, address),
            aiohttp.ClientSession(headers={"X-Bot-Api-Secret-Token": secret}) as client,
        ):
            await api.wait_for("setWebhook")
            await asyncio.sleep(0.05)  # Zalo has the webhook, and we know it
            async with client.post(f"{address}/webhook/zalo_bot", data=io.BytesIO(body)) as answer:
                assert answer.status == status
            with app.database.read() as connection:
                assert connection.execute(sa.select(inbox)).all() == []
