"""Telegram end to end, against a Bot API on loopback; a second library judges every payload."""

import asyncio
import io
import socket
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bot.app import App
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from handlers.turn import House
from storage.inbox import inbox
from storage.outbox import outbox
from storage.questions import questions
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.updates import callback_update, file_update, membership_update, text_update
from tests.journeys.running import running, settings_for, until_quiet

SECRET = "s3cret_-"
QUESTION = "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm"


def doors(api: BotApi, webhook_url: str = "") -> list[Telegram | WebChat]:
    now = SystemClock().now
    secret = SECRET if webhook_url else ""
    telegram = Telegram(TOKEN, clock=now, secret=secret, webhook_url=webhook_url, api=api.url)
    return [telegram, WebChat(now)]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def statuses(app: App) -> list[str]:
    with app.database.read() as connection:
        rows = connection.execute(sa.select(questions.c.status).order_by(questions.c.id))
        return [status for (status,) in rows]


async def test_a_question_by_webhook_is_answered_once_however_often_it_is_delivered(
    database_url: str, tmp_path: Path, house: House
) -> None:
    port = free_port()
    async with BotApi() as api:
        hook = f"http://127.0.0.1:{port}/webhook/telegram"
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api, hook), port) as (app, _):
            await api.wait_for("setWebhook")
            update = await api.push(text_update(1001, QUESTION))
            assert await api.deliver() == [200]
            api.pending += [update, update]
            assert await api.deliver() == [200, 200]
            await until_quiet(app, "telegram", "1001")
            answers = [m["text"] for m in api.sent if "6,24 %/năm" in m["text"]]
            assert len(answers) == 1
            assert "100 triệu đồng" in answers[0]
            assert "2553/QĐ-TTg" in answers[0]
            assert "21/11/2025" in answers[0]
            assert statuses(app) == ["answered"]
        assert api.complaints == []


async def test_a_pressed_button_means_what_its_number_means(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(text_update(1001, QUESTION))
            await api.wait_for("sendMessage", 2)
            keyboard = api.sent[-1]["reply_markup"]["inline_keyboard"]
            second = [button for row in keyboard for button in row][1]
            await api.push(callback_update(1001, second["callback_data"]))
            await api.wait_for("sendMessage", 3)
            pressed = api.sent[-1]["text"]
            await until_quiet(app, "telegram", "1001")
            await api.push(text_update(1002, QUESTION))
            await api.wait_for("sendMessage", 5)
            await api.push(text_update(1002, "2"))
            await api.wait_for("sendMessage", 6)
            assert api.sent[-1]["text"] == pressed
            await until_quiet(app, "telegram", "1002")
            assert statuses(app).count("followup_answered") == 2
        assert api.complaints == []


async def test_a_resident_who_blocked_us_is_not_tried_again(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(text_update(1001, "chào"))
            await api.wait_for("sendMessage", 2)
            await until_quiet(app, "telegram", "1001")
            await api.push(membership_update(1001, "member", "kicked"))
            await until_polled(app, "left")
            tried = len(api.calls_of("sendMessage"))
            assert statuses(app)[-1] == "command"
            assert len(api.calls_of("sendMessage")) == tried
        assert api.complaints == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_personal_number_in_the_name_of_a_file_is_not_kept(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(file_update(1001, "CCCD 087012345678.jpg"))
            await api.wait_for("sendMessage", 2)
            await until_quiet(app, "telegram", "1001")
            with app.database.read() as connection:
                [extras] = connection.execute(sa.select(inbox.c.extras)).scalars()
        assert extras["attachments"] == [
            {"kind": "file", "source": "file-1", "name": "CCCD •••.jpg"}
        ]
        assert api.complaints == []


async def until_polled(app: App, kind: str) -> None:
    async with asyncio.timeout(10):
        while True:
            with app.database.read() as connection:
                found = sa.select(inbox.c.state).where(inbox.c.kind == kind)
                if connection.execute(found).scalar() == "done":
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, b"{}", 401),
        ({}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"\xff\xfe{", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"no json", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b" " * (1024 * 1024 + 1), 413),
        (
            {"X-Telegram-Bot-Api-Secret-Token": SECRET},
            b'{"update_id": 1, "poll": {"id": "x"}}',
            200,
        ),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b'{"update_id": 2, "unheard_of": {}}', 200),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_else_comes_gets_its_code_and_leaves_nothing(
    headers: dict[str, str],
    body: bytes,
    status: int,
    database_url: str,
    tmp_path: Path,
    house: House,
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url)
        hook = "https://bot.invalid/webhook/telegram"
        async with (
            running(settings, house, doors(api, hook)) as (app, address),
            aiohttp.ClientSession() as client,
            client.post(
                f"{address}/webhook/telegram", data=io.BytesIO(body), headers=headers
            ) as answer,
        ):
            assert answer.status == status
            with app.database.read() as connection:
                assert connection.execute(sa.select(inbox)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_updates_out_of_order_are_each_answered_once(
    database_url: str, tmp_path: Path, house: House
) -> None:
    port = free_port()
    async with BotApi() as api:
        hook = f"http://127.0.0.1:{port}/webhook/telegram"
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api, hook), port) as (app, _):
            await api.wait_for("setWebhook")
            for number in range(6):
                await api.push(text_update(1001 + number % 2, f"hộ nghèo vay bao nhiêu {number}"))
            api.pending.reverse()
            assert set(await api.deliver()) == {200}
            await until_quiet(app, "telegram", "1001", "1002")
            with app.database.read() as connection:
                parts = connection.execute(sa.select(outbox.c.inbox_id, outbox.c.part)).all()
            assert len(parts) == len(set(parts))
            assert len(statuses(app)) == 6
        assert api.complaints == []
