"""How the Zalo Bot door opens, asks for events and is called, whichever report of Zalo is true."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from aiohttp import web

from bot.channels.channel import ReadError, Receive
from bot.channels.zalo_bot import ZaloBot
from handlers.message import Incoming
from tests.fakes import zalo_events as events
from tests.fakes.zalo_bot import TOKEN, Failure, ZaloBotApi

SECRET = "bi-mat_thu-2026"
CHAT = "6ede9afa66b88fe6d6a9"
FLOOR = 0.05


@pytest.fixture
async def api() -> AsyncIterator[ZaloBotApi]:
    async with ZaloBotApi() as api:
        yield api
    assert api.complaints == []


class Inbox:
    """Receives, and sometimes cannot."""

    def __init__(self) -> None:
        self.came: list[Incoming] = []
        self.troubles: list[Exception] = []

    async def receive(self, fresh: Sequence[Incoming]) -> None:
        if self.troubles:
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
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def opened(
    api: ZaloBotApi | str, receive: Receive, **settings: Any
) -> AsyncIterator[ZaloBot]:
    address = api if isinstance(api, str) else api.url
    door = ZaloBot(TOKEN, api=address, **({"timeout": 0.5, "floor": FLOOR} | settings))
    await door.open()
    listening = asyncio.create_task(door.listen(receive))
    try:
        yield door
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await door.close()


# Asking


async def test_messages_are_fetched_in_the_order_in_which_they_came(
    api: ZaloBotApi, inbox: Inbox
) -> None:
    for number in range(40):
        await api.push(events.text_event(CHAT, f"câu {number}"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(40)
        await api.push(events.text_event(CHAT, "câu cuối"))
        await inbox.wait_for(41)
    assert inbox.texts == [f"câu {number}" for number in range(40)] + ["câu cuối"]


async def test_events_that_come_back_are_handed_over_once_and_asked_for_slowly(
    api: ZaloBotApi, inbox: Inbox
) -> None:
    api.replays = True
    for number in range(5):
        await api.push(events.text_event(CHAT, f"câu {number}"))
    async with opened(api, inbox.receive, floor=0.02):
        await inbox.wait_for(5)
        asked = len(api.calls_of("getUpdates"))
        await asyncio.sleep(0.3)
        assert 2 <= len(api.calls_of("getUpdates")) - asked <= 0.3 / 0.02 + 1
        await api.push(events.text_event(CHAT, "câu mới"))
        await inbox.wait_for(6)
    assert len(inbox.came) == 6
    assert len(api.calls_of("sendChatAction")) <= 6


async def test_where_zalo_forgets_nothing_said_between_two_answers_is_lost(
    api: ZaloBotApi, inbox: Inbox
) -> None:
    api.forgets = True
    async with opened(api, inbox.receive, floor=30.0):
        for number in range(20):
            await api.wait_for("getUpdates", number + 1)
            await asyncio.sleep(0.01)
            await api.push(events.text_event(CHAT, f"câu {number}"))
            await inbox.wait_for(number + 1)
    assert len(inbox.came) == 20


@pytest.mark.parametrize("mirrors", [True, False])
async def test_nothing_new_is_no_failure_and_is_not_asked_for_in_haste(
    api: ZaloBotApi, inbox: Inbox, mirrors: bool, caplog: pytest.LogCaptureFixture
) -> None:
    api.longest_wait, api.mirrors = 0.0, mirrors
    async with opened(api, inbox.receive, floor=0.02):
        await asyncio.sleep(0.3)
        asked = len(api.calls_of("getUpdates"))
        assert 3 <= asked <= 0.3 / 0.02 + 1
        api.longest_wait = 5.0
        await api.push(events.text_event(CHAT, "chào"))
        await inbox.wait_for(1)
    assert "again in" not in caplog.text


async def test_an_answer_may_take_longer_than_other_calls(api: ZaloBotApi, inbox: Inbox) -> None:
    async with opened(api, inbox.receive, timeout=0.1):
        [asked] = await api.wait_for("getUpdates")
        assert asked.params == {"timeout": 25}
        await asyncio.sleep(0.3)
        await api.push(events.text_event(CHAT, "chào"))
        await inbox.wait_for(1)
    assert len(api.calls_of("getUpdates")) <= 2


async def test_what_the_inbox_could_not_take_is_kept_until_it_can(
    api: ZaloBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.troubles = [RuntimeError("the disk is full"), ReadError("too many", 503)]
    async with opened(api, inbox.receive):
        await api.push(events.text_event(CHAT, "một"))
        await api.push(events.text_event(CHAT, "hai"))
        await inbox.wait_for(2)
    assert inbox.texts == ["một", "hai"]
    assert "the disk is full" in caplog.text


async def test_an_event_of_unknown_shape_does_not_hold_up_the_others(
    api: ZaloBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    await api.push(events.text_event(CHAT, "một"))
    await api.push(events.text_event(CHAT, "lạ", date="hôm qua"))
    await api.push(events.text_event(CHAT, "hai"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(2)
    assert inbox.texts == ["một", "hai"]
    assert "a shape that we do not know" in caplog.text


async def test_every_kind_that_is_fetched_is_read(api: ZaloBotApi, inbox: Inbox) -> None:
    async with opened(api, inbox.receive):
        await api.push(events.text_event(CHAT, "chào"))
        await api.push(events.photo_event(CHAT, "https://f1.zdn.vn/a.jpg", "đơn"))
        await api.push(events.sticker_event(CHAT))
        await api.push(events.unsupported_event(CHAT))
        await api.push(events.group_event(CHAT, "chào nhóm"))
        await api.wait_for("getMe")
        await api.push(events.own_event(CHAT, "của máy", is_bot=False))
        await api.push(events.text_event(CHAT, "hết"))
        await inbox.wait_for(5)
    kinds = [incoming.kind for incoming in inbox.came]
    assert kinds == ["text", "attachment", "unreadable", "unreadable", "text"]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(403, "Internal server error"),
        Failure(403, "Internal server error", http=200),
        Failure(500, "oops"),
        Failure(page="<html>nginx</html>", http=502),
        Failure(page="[]", http=200),
        Failure(page='{"ok": true, "result": [{"event_name": "x"}]}', http=200),
        Failure(page='{"ok": true}', http=200),
        Failure(cut="reset"),
    ],
    ids=str,
)
async def test_fetching_survives(
    api: ZaloBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture, failure: Failure
) -> None:
    caplog.set_level(logging.DEBUG)
    api.fail("getUpdates", failure)
    if failure.cut:  # what was on the cut wire is lost at Zalo
        await api.push(events.text_event(CHAT, "mất"))
    await api.push(events.text_event(CHAT, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)
    assert inbox.texts == ["chào"]
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(("code", "pause"), [(401, "600.0"), (429, "30.0")])
async def test_a_refusal_that_lasts_is_not_asked_for_in_haste(
    api: ZaloBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture, code: int, pause: str
) -> None:
    api.fail("getUpdates", Failure(code, "no"))
    async with opened(api, inbox.receive):
        await until(lambda: f"again in {pause} s" in caplog.text)
    assert len(api.calls_of("getUpdates")) == 1


async def test_closing_does_not_wait_for_zalo(api: ZaloBotApi, inbox: Inbox) -> None:
    async with opened(api, inbox.receive):
        await api.wait_for("getUpdates")
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 0.5


# Setting up


async def test_opening_to_poll_takes_the_webhook_away(api: ZaloBotApi, inbox: Inbox) -> None:
    api.webhook = {"url": "https://elsewhere.example", "secret_token": "12345678"}
    await api.push(events.text_event(CHAT, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)


async def test_opening_returns_while_zalo_is_out_of_reach(
    inbox: Inbox, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(f"http://127.0.0.1:{unused_tcp_port}", inbox.receive):
        await until(lambda: caplog.text.count("out of reach") >= 3)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("method", ["deleteWebhook", "getMe"])
@pytest.mark.parametrize(
    "failure",
    [Failure(403, "internal"), Failure(cut="silence"), Failure(page="wifi", http=200)],
    ids=str,
)
async def test_setting_up_is_tried_until_it_is_done(
    api: ZaloBotApi, inbox: Inbox, method: str, failure: Failure
) -> None:
    api.fail(method, failure)
    await api.push(events.text_event(CHAT, "chào"))
    async with opened(api, inbox.receive):
        await inbox.wait_for(1)
        await api.wait_for(method, 2)


# Being called


@asynccontextmanager
async def web_door(read: Callable[[bytes, dict[str, str]], Awaitable[None]]) -> AsyncIterator[str]:
    """What bot/web.py is to the real thing: it calls `read` and answers with its status."""

    async def called(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            await read(await request.read(), headers)
        except ReadError as refused:
            return web.Response(status=refused.status)
        return web.Response()

    app = web.Application()
    app.router.add_post("/zalo", called)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/zalo"
    await runner.cleanup()


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("tries_out", ["", "with", "without"])
async def test_zalo_tries_the_webhook_out_and_then_calls_it_in_either_shape(
    api: ZaloBotApi,
    inbox: Inbox,
    caplog: pytest.LogCaptureFixture,
    wraps: bool,
    tries_out: Literal["", "with", "without"],
) -> None:
    caplog.set_level(logging.DEBUG)
    api.wraps, api.tries_out = wraps, tries_out

    async def read(body: bytes, headers: dict[str, str]) -> None:
        await inbox.receive(door.read(body, headers))

    async with (
        web_door(read) as url,
        opened(api, inbox.receive, webhook_url=url, secret=SECRET) as door,
    ):
        await until(lambda: bool(api.webhook))
        await api.push(events.text_event(CHAT, "chào"))
        await until(lambda: not api.calls_of("getUpdates"))
        assert await api.deliver() == [200]
        assert api.webhook == {"url": url, "secret_token": SECRET}
    assert inbox.texts == ["chào"]
    assert SECRET not in caplog.text


async def test_while_the_webhook_is_tried_out_nothing_without_the_secret_is_believed(
    api: ZaloBotApi, inbox: Inbox
) -> None:
    api.fail("setWebhook", Failure(cut="silence"))
    url = "https://bot.example/zalo"
    forged = b'{"event_name":"message.text.received","message":{}}'
    async with opened(api, inbox.receive, webhook_url=url, secret=SECRET, timeout=0.2) as door:
        await api.wait_for("setWebhook")
        assert door.read(forged, {"x-bot-api-secret-token": "doan-mo-thoi"}) == []
        await api.wait_for("setWebhook", 2)
        await asyncio.sleep(0.1)
        with pytest.raises(ReadError):
            door.read(forged, {"x-bot-api-secret-token": "doan-mo-thoi"})


async def test_a_caller_with_another_secret_is_turned_away(api: ZaloBotApi, inbox: Inbox) -> None:
    async def read(body: bytes, headers: dict[str, str]) -> None:
        await inbox.receive(door.read(body, headers))

    async with (
        web_door(read) as url,
        opened(api, inbox.receive, webhook_url=url, secret=SECRET) as door,
    ):
        await until(lambda: bool(api.webhook))
        await asyncio.sleep(0.05)  # the answer to setWebhook is on its way
        await api.push(events.text_event(CHAT, "chào"))
        api.webhook = api.webhook | {"secret_token": "doan-mo-thoi"}
        assert await api.deliver() == [401]
    assert inbox.came == []
