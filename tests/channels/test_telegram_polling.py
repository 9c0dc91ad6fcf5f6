"""How the Telegram door opens, fetches and is called: nothing is confirmed before it is durable."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.channels.channel import ReadError, Receive
from bot.channels.telegram import Telegram
from handlers.message import Incoming
from tests.fakes import bot_api_failures as failures
from tests.fakes import updates
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure

CONFLICT = Failure(409, "Conflict: terminated by other getUpdates request")
SECRET = "bi-mat"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api
    assert api.complaints == []


class Inbox:
    """Receives, and sometimes cannot."""

    def __init__(self) -> None:
        self.came: list[Incoming] = []
        self.troubles: list[Exception] = []
        self.refused: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def receive(self, fresh: Sequence[Incoming]) -> None:
        await self.open.wait()
        if self.troubles:
            self.refused.append([incoming.text for incoming in fresh])
            raise self.troubles.pop()
        self.came.extend(fresh)

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.came]

    async def wait_for(self, count: int) -> None:
        await until(lambda: len(self.came) >= count)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


@pytest.fixture
async def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def opened(api: BotApi | str, receive: Receive, **settings: Any) -> AsyncGenerator[Telegram]:
    door = Telegram(
        TOKEN,
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        api=api if isinstance(api, str) else api.url,
        timeout=0.5,
        **settings,
    )
    await door.open(receive)
    try:
        yield door
    finally:
        await door.close()


def offsets(api: BotApi) -> list[int | None]:
    asked = [call.params.get("offset") for call in api.calls if call.method == "getUpdates"]
    return [None if offset is None else int(offset) for offset in asked]


# Fetching


async def test_messages_are_fetched_in_the_order_in_which_they_came(
    api: BotApi, inbox: Inbox
) -> None:
    for number in range(150):  # more than one answer holds
        await api.push(updates.text_update(7, f"câu {number}"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(150)
        await api.push(updates.text_update(7, "câu cuối"))
        await inbox.wait_for(151)
    assert inbox.texts == [f"câu {number}" for number in range(150)] + ["câu cuối"]


async def test_a_message_is_confirmed_only_after_it_is_durable(api: BotApi, inbox: Inbox) -> None:
    inbox.open.clear()
    async with opened(api, inbox.receive):
        push = await api.push(updates.text_update(7, "chào"))
        await until(lambda: len(api.calls) >= 2)
        await asyncio.sleep(0.05)
        assert api.pending == [push]
        inbox.open.set()
        await until(lambda: not api.pending)
    assert push["update_id"] + 1 in offsets(api)
    assert inbox.texts == ["chào"]


async def test_what_the_inbox_could_not_take_comes_again(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.troubles = [RuntimeError("the disk is full")]
    async with opened(api, inbox.receive):
        await api.push(updates.text_update(7, "một"))
        await until(lambda: inbox.refused == [["một"]])
        await api.push(updates.text_update(7, "hai"))
        await inbox.wait_for(2)
    assert inbox.texts == ["một", "hai"]
    assert "the disk is full" in caplog.text


async def test_a_crash_between_durable_and_confirmed_brings_the_same_id_again(
    api: BotApi, inbox: Inbox
) -> None:
    await api.push(updates.text_update(7, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)
        api.fail("getUpdates", failures.SERVER_ERROR)  # the confirmation never arrives
    async with opened(api, inbox.receive):
        await until(lambda: not api.pending)
    assert len({incoming.external_id for incoming in inbox.came}) == 1


async def test_closing_while_the_inbox_is_busy_loses_nothing(api: BotApi, inbox: Inbox) -> None:
    inbox.open.clear()
    push = await api.push(updates.text_update(7, "chào"))
    async with opened(api, inbox.receive):
        await until(lambda: offsets(api) == [None])
        await asyncio.sleep(0.05)
    assert (api.pending, inbox.came) == ([push], [])


async def test_a_number_that_starts_again_lower_is_still_fetched(api: BotApi, inbox: Inbox) -> None:
    api.longest_wait = 0.02
    async with opened(api, inbox.receive):
        await api.push(updates.text_update(7, "trước", update_id=900_000_000))
        await until(lambda: 900_000_001 in offsets(api) and offsets(api)[-1] is None)
        await api.push(updates.text_update(7, "một tuần sau", update_id=5))
        await inbox.wait_for(2)
    assert inbox.texts == ["trước", "một tuần sau"]


async def test_an_update_of_unknown_shape_does_not_hold_up_the_others(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    strange = updates.text_update(7, "lạ")
    strange["message"]["caption"] = 5
    await api.push(updates.text_update(7, "một"))
    await api.push(strange)
    await api.push(updates.text_update(7, "hai"))
    async with opened(api, inbox.receive):
        await until(lambda: not api.pending)
    assert inbox.texts == ["một", "hai"]
    assert "a shape that we do not know" in caplog.text


async def test_updates_with_nothing_for_us_are_confirmed_without_waking_the_inbox(
    api: BotApi, inbox: Inbox
) -> None:
    inbox.troubles = [RuntimeError("woken for nothing")]
    async with opened(api, inbox.receive):
        await api.push(updates.group_update(7, "chào"))
        await until(lambda: not api.pending)
    assert inbox.refused == []


async def test_every_kind_that_is_fetched_is_read(api: BotApi, inbox: Inbox) -> None:
    async with opened(api, inbox.receive):
        await api.push(updates.text_update(7, "/start"))
        await api.push(updates.edited_update(7, "sửa"))
        await api.push(updates.callback_update(7, "topic:loan"))
        await api.push(updates.photo_update(7, "đơn"))
        await api.push(updates.voice_update(7))
        await api.push(updates.membership_update(7, "member", "kicked"))
        await inbox.wait_for(6)
        await until(lambda: not api.presses)
    kinds = [incoming.kind for incoming in inbox.came]
    assert kinds == ["text", "text", "choice", "attachment", "attachment", "left"]


@pytest.mark.parametrize(
    "failure",
    [
        CONFLICT,
        failures.UNAUTHORIZED,
        failures.bad_gateway(),
        failures.too_many_requests(1),
        failures.RESET,
        Failure(200, page="[]"),
        Failure(200, page='{"ok": true, "result": [{"message": {}}]}'),
    ],
    ids=["409", "401", "502 page", "429", "reset", "a list", "no number"],
)
async def test_fetching_survives(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture, failure: Failure
) -> None:
    api.fail("getUpdates", failure)
    await api.push(updates.text_update(7, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)
    assert "again in" in caplog.text
    assert TOKEN not in caplog.text


async def test_another_program_with_our_token_is_named_in_the_log(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("getUpdates", CONFLICT, CONFLICT)
    async with opened(api, inbox.receive):
        await api.push(updates.text_update(7, "chào"))
        await inbox.wait_for(1)
    assert caplog.text.count("another program fetches with this token") == 2
    assert "again in 0.4 s" in caplog.text


async def test_closing_does_not_wait_for_telegram(api: BotApi, inbox: Inbox) -> None:
    async with opened(api, inbox.receive):
        await api.wait_for("getUpdates")
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 0.3


# Setting up


async def test_opening_to_poll_takes_the_webhook_away_and_drops_nothing(
    api: BotApi, inbox: Inbox
) -> None:
    await api.push(updates.text_update(7, "hỏi lúc bot nghỉ"))
    api.webhook = {"url": "https://elsewhere.example"}
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)


async def test_opening_returns_while_telegram_is_out_of_reach(
    inbox: Inbox, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(f"http://127.0.0.1:{unused_tcp_port}", inbox.receive, commands=[("a", "A")]):
        await until(lambda: caplog.text.count("out of reach") >= 2)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "failure", [failures.SERVER_ERROR, failures.bad_gateway(), failures.RESET, failures.SILENCE]
)
async def test_setting_up_is_tried_until_it_is_done(
    api: BotApi, inbox: Inbox, failure: Failure
) -> None:
    api.fail("deleteWebhook", failure)
    await api.push(updates.text_update(7, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)


async def test_the_menu_shows_the_commands(api: BotApi, inbox: Inbox) -> None:
    menu = [("start", "Bắt đầu lại"), ("tro_giup", "Xem cách hỏi")]
    async with opened(api, inbox.receive, commands=menu):
        await until(lambda: len(api.commands) == 2)
    assert set(api.commands) == {("all_private_chats", ""), ("all_private_chats", "vi")}
    for commands in api.commands.values():
        assert [(one["command"], one["description"]) for one in commands] == menu


async def test_a_menu_that_telegram_refuses_does_not_stop_the_fetching(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    await api.push(updates.text_update(7, "chào"))
    async with opened(api, inbox.receive, commands=[("Trợ giúp", "Sai chữ")]):
        await inbox.wait_for(1)
        await until(lambda: "BOT_COMMAND_INVALID" in caplog.text)
    assert "the commands not set up, again in 600.0 s" in caplog.text


# Being called


@asynccontextmanager
async def web_door(read: Callable[[bytes, dict[str, str]], Awaitable[None]]) -> AsyncGenerator[str]:
    """What bot/web.py is to the real thing: it calls `read` and answers with its status."""

    async def called(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            await read(await request.read(), headers)
        except ReadError as refused:
            return web.Response(status=refused.status)
        return web.Response()

    app = web.Application()
    app.router.add_post("/telegram", called)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/telegram"
    await runner.cleanup()


async def test_a_webhook_is_set_with_its_secret_and_an_explicit_list(
    api: BotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api.push(updates.text_update(7, "hỏi lúc bot nghỉ"))
    url = "https://bot.example/telegram"
    async with opened(api, inbox.receive, webhook_url=url, secret=SECRET):
        await until(lambda: bool(api.webhook))
        assert len(api.pending) == 1
    assert (api.webhook["url"], api.webhook["secret_token"]) == (url, SECRET)
    kinds = ["message", "edited_message", "callback_query", "my_chat_member", "inline_query"]
    assert api.webhook["allowed_updates"] == kinds
    assert "getUpdates" not in [call.method for call in api.calls]
    assert SECRET not in caplog.text


async def test_telegram_calls_and_what_we_could_not_take_comes_again(
    api: BotApi, inbox: Inbox
) -> None:
    statuses = iter([500, 200, 200])

    async def read(body: bytes, headers: dict[str, str]) -> None:
        fresh = door.read(body, headers)
        if (status := next(statuses)) != 200:
            raise ReadError("the inbox is away", status)
        await inbox.receive(fresh)

    async with (
        web_door(read) as url,
        opened(api, inbox.receive, webhook_url=url, secret=SECRET) as door,
    ):
        await until(lambda: bool(api.webhook))
        await api.push(updates.text_update(7, "một"))
        await api.push(updates.text_update(7, "hai"))
        assert await api.deliver() == [500, 200]
        assert await api.deliver() == [200]
    assert inbox.texts == ["hai", "một"]


async def test_a_caller_with_another_secret_is_turned_away(api: BotApi, inbox: Inbox) -> None:
    async def read(body: bytes, headers: dict[str, str]) -> None:
        await inbox.receive(door.read(body, headers))

    async with (
        web_door(read) as url,
        opened(api, inbox.receive, webhook_url=url, secret=SECRET) as door,
    ):
        await until(lambda: bool(api.webhook))
        await api.push(updates.text_update(7, "chào"))
        api.webhook["secret_token"] = "doan-mo"
        assert await api.deliver() == [401]
    assert inbox.came == []
