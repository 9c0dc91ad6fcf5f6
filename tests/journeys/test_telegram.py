"""Telegram end to end, against a Bot API on loopback; a second library judges every payload."""

import asyncio
import io
import socket
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bot.app import App, channels_of
from bot.channels.telegram import Telegram
from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from handlers.turn import House
from storage.database import Database
from storage.inbox import inbox
from storage.outbox import outbox
from storage.questions import questions
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.updates import (
    callback_update,
    file_update,
    inline_update,
    membership_update,
    text_update,
)
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


async def test_a_page_of_the_menu_stands_in_the_place_of_the_one_before(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url)
        async with running(settings, house, doors(api)) as (app, _):
            await api.push(text_update(1001, "menu"))
            await api.wait_for("sendMessage", 2)
            first = api.sent[-1]["text"], _buttons(api)
            await _press(api, app, "menu:2")
            second = api.sent[-1]["text"], _buttons(api)
            await _press(api, app, "menu:3")
            await _press(api, app, "menu:1")
            assert (api.sent[-1]["text"], _buttons(api)) == first != second
            await _press(api, app, "topic:loan:1")
            assert "topic:loan:2" in _buttons(api)
            assert len(api.calls_of("editMessageText")) == 4
            assert len(api.sent) == 2
            await _press(api, app, "card:loan-poor-household")
            assert len(api.sent) == 3
            assert statuses(app) == ["command"] * 5 + ["answered"]
        assert api.complaints == []


def _buttons(api: BotApi) -> list[str]:
    rows = api.sent[-1]["reply_markup"]["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row]


async def _press(api: BotApi, app: App, value: str) -> None:
    """Press a button of the last message, and wait until that is answered."""
    before = len(statuses(app))
    assert value in _buttons(api)
    message_id = api.sent[-1]["message_id"]
    press = callback_update(1001, value, callback_id=value, message_id=message_id)
    await api.push(press)
    async with asyncio.timeout(10):
        while len(statuses(app)) == before:
            await asyncio.sleep(0.01)
    await until_quiet(app, "telegram", "1001")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_look_up_is_answered_and_nothing_of_it_is_kept(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with BotApi() as api:
        settings = settings_for(tmp_path, database_url, telegram_token=TOKEN, telegram_api=api.url)
        doors = channels_of(settings, house, Database(settings.url_of_database()))
        async with running(settings, house, doors) as (app, _):
            await api.wait_for("getMe")
            await asyncio.sleep(0.05)
            await api.push(inline_update(1001, "vay von ho ngheo", query_id="51"))
            async with asyncio.timeout(10):
                while not api.found:
                    await asyncio.sleep(0.01)
            first = api.found["51"][0]
            assert first["id"] == "loan-poor-household"
            assert "2553/QĐ-TTg" in first["input_message_content"]["message_text"]
            [[button]] = first["reply_markup"]["inline_keyboard"]
            _, _, carried = button["url"].partition("?start=")
            await api.push(text_update(1002, f"/start {carried}"))
            await api.wait_for("sendMessage", 2)
            await until_quiet(app, "telegram", "1002")
            assert "6,24 %/năm" in api.sent[-1]["text"]
            with app.database.read() as connection:
                addresses = connection.execute(sa.select(inbox.c.address)).scalars().all()
            assert addresses == ["1002"]
            assert set(api.commands) == {("all_private_chats", ""), ("all_private_chats", "vi")}
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
