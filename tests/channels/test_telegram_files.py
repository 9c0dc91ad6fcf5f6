"""What residents attach is fetched whole or not at all, and never more of it than is wanted."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest
from aiohttp import web

from bot.channels.channel import SendError
from bot.channels.telegram import Telegram
from handlers.message import Attachment, Incoming
from tests.fakes import bot_api_failures as failures
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure

PHOTO = Attachment(kind="photo", source="photo-1", size=51_200)
MEGABYTE = 1024 * 1024


async def no_inbox(_: Sequence[Incoming]) -> None:
    raise AssertionError("nothing comes in")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.files["photo-1"] = bytes(range(256)) * 800
        yield api
    assert api.complaints == []


@pytest.fixture
async def door(api: BotApi) -> AsyncIterator[Telegram]:
    async for door in _opened(api.url):
        yield door


async def _opened(address: str) -> AsyncIterator[Telegram]:
    door = Telegram(
        TOKEN, clock=datetime.now, secret="s", webhook_url="https://bot.example/telegram",
        api=address, timeout=0.5,
    )  # fmt: skip
    await door.open(no_inbox)
    yield door
    await door.close()


async def failing(door: Telegram, what: Attachment = PHOTO, limit: int = MEGABYTE) -> SendError:
    with pytest.raises(SendError) as caught:
        await door.fetch(what, limit)
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    assert not caught.value.unknown
    assert not caught.value.resident_gone
    return caught.value


async def test_a_file_is_fetched_byte_for_byte(api: BotApi, door: Telegram) -> None:
    assert await door.fetch(PHOTO, MEGABYTE) == api.files["photo-1"]
    assert await door.fetch(PHOTO, len(api.files["photo-1"])) == api.files["photo-1"]


async def test_a_file_that_telegram_calls_too_large_is_not_begun(
    api: BotApi, door: Telegram
) -> None:
    api.fail("file", failures.RESET)
    error = await failing(door, limit=len(api.files["photo-1"]) - 1)
    assert "204800 bytes, more than 204799" in error.reason
    assert error.retry_in is None


async def test_a_file_larger_than_telegram_gives_is_given_up(api: BotApi, door: Telegram) -> None:
    api.files["film"] = b"x" * (20 * MEGABYTE + 1)
    error = await failing(door, Attachment(kind="video", source="film"), 99 * MEGABYTE)
    assert "file is too big" in error.reason
    assert error.retry_in is None


async def test_a_file_that_telegram_does_not_find_is_tried_again_later(door: Telegram) -> None:
    assert (await failing(door, Attachment(kind="file", source="lost"))).retry_in


@pytest.mark.parametrize(
    ("failure", "passes"),
    [
        (failures.RESET, True),
        (Failure(500, "Internal Server Error"), True),
        (failures.bad_gateway(), True),
        (failures.too_many_requests(), True),
        (failures.NOT_FOUND, False),
        (Failure(403, "Forbidden"), False),
        (Failure(302, "elsewhere"), False),
    ],
    ids=["reset", "500", "502 page", "429", "404", "403", "302"],
)
async def test_a_download_that_fails_says_whether_to_try_again(
    api: BotApi, door: Telegram, failure: Failure, passes: bool
) -> None:
    api.fail("file", failure)
    error = await failing(door)
    assert (error.retry_in is not None) is passes
    assert await door.fetch(PHOTO, MEGABYTE) == api.files["photo-1"]


@pytest.mark.parametrize(
    ("failure", "passes"),
    [
        (failures.SILENCE, True),
        (failures.SERVER_ERROR, True),
        (failures.BLOCKED, False),
        (failures.UNAUTHORIZED, False),
        (Failure(400, f"Bad Request: what is {TOKEN}?"), False),
    ],
    ids=["silence", "500", "403", "401", "a token"],
)
async def test_a_question_for_the_file_that_fails_says_whether_to_try_again(
    api: BotApi, door: Telegram, failure: Failure, passes: bool
) -> None:
    api.fail("getFile", failure)
    assert ((await failing(door)).retry_in is not None) is passes


class Liar:
    """A Bot API server whose files are longer than it says, or lie on its own disk."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.given = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != "getFile":
            return web.json_response({"ok": True, "result": True})
        file = {"file_id": "x", "file_unique_id": "x", "file_size": 3, "file_path": self.path}
        return web.json_response({"ok": True, "result": file})

    async def give(self, request: web.Request) -> web.StreamResponse:
        given = web.StreamResponse()
        await given.prepare(request)
        for _ in range(200):
            await given.write(b"x" * 65_536)
            self.given += 65_536
        return given


async def served(liar: Liar) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", liar.answer)
    app.router.add_get("/file/bot{token}/{path:.+}", liar.give)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def test_reading_stops_where_there_is_more_than_was_said() -> None:
    liar = Liar("photos/x.jpg")
    async for address in served(liar):
        async for door in _opened(address):
            error = await failing(door, limit=100_000)
            assert "more than 100000 bytes" in error.reason
            assert error.retry_in is None
    assert liar.given < 13_000_000


async def test_a_server_that_keeps_files_on_its_own_disk_is_named() -> None:
    async for address in served(Liar("/var/lib/bot-api/x.jpg")):
        async for door in _opened(address):
            assert "--local" in (await failing(door)).reason


async def test_a_closed_door_fetches_nothing() -> None:
    door = Telegram(TOKEN, clock=datetime.now, api="http://127.0.0.1:1")
    assert (await failing(door)).retry_in
