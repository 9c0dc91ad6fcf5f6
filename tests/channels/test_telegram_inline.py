"""Look-ups: "@bot words" gets a list at once, of each person only for the words typed last."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram import SECRET_HEADER, Telegram
from handlers.message import Choice, Found, Incoming, Message
from tests.fakes import bot_api_failures as failures
from tests.fakes import updates
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure

SECRET = "bi-mat"
LOAN = Found(
    "loan-poor",
    "Cho vay hộ nghèo",
    "Tối đa 100 triệu đồng.",
    Message("Tối đa < 100 triệu.", "Vay & trả", (Choice("Hỏi thêm", "card_loan-poor"),)),
)


class Shelf:
    """What is looked up in, and by which words it was; it may be held shut."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = threading.Event()
        self.open.set()

    def look_up(self, text: str) -> list[Found]:
        self.asked.append(text)
        assert self.open.wait(5)
        if text == "hỏng":
            raise RuntimeError("the shelf fell down")
        return [] if text == "không có" else [LOAN]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api
    assert api.complaints == []


async def no_inbox(_: Sequence[Incoming]) -> None:
    raise AssertionError("a look-up is no question")


@pytest.fixture
async def door(api: BotApi, shelf: Shelf) -> AsyncIterator[Telegram]:
    door = Telegram(
        TOKEN,
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        secret=SECRET,
        webhook_url="https://bot.example/telegram",
        api=api.url,
        look_up=shelf.look_up,
        timeout=0.4,
    )
    await door.open(no_inbox)
    await api.wait_for("getMe")
    await asyncio.sleep(0.05)  # until the answer to it is read
    yield door
    shelf.open.set()
    await door.close()


async def ask(api: BotApi, door: Telegram, text: str, *, user: int = 7, number: int = 1) -> str:
    """Type it; nothing of it may become a message for the inbox."""
    update = await api.push(updates.inline_update(user, text, query_id=f"{user}-{number}"))
    assert door.read(json.dumps(update).encode(), {SECRET_HEADER: SECRET}) == []
    return f"{user}-{number}"


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_look_up_shows_what_was_found(api: BotApi, door: Telegram, shelf: Shelf) -> None:
    query = await ask(api, door, "vay von")
    await until(lambda: api.found)
    [result] = api.found[query]
    assert shelf.asked == ["vay von"]
    assert (result["id"], result["title"]) == ("loan-poor", "Cho vay hộ nghèo")
    assert result["description"] == "Tối đa 100 triệu đồng."
    content = result["input_message_content"]
    assert content["message_text"] == "<b>Vay &amp; trả</b>\n\nTối đa &lt; 100 triệu."
    assert "is_personal" not in api.calls_of("answerInlineQuery")[0].params


async def test_what_is_passed_on_leads_back_to_the_bot(api: BotApi, door: Telegram) -> None:
    query = await ask(api, door, "vay von")
    await until(lambda: api.found)
    url = "https://t.me/doi_thoai_thu_bot?start=card_loan-poor"
    keyboard = api.found[query][0]["reply_markup"]["inline_keyboard"]
    assert keyboard == [[{"text": "Hỏi thêm", "url": url}]]


async def test_before_the_bot_knows_its_name_there_is_no_link(api: BotApi, shelf: Shelf) -> None:
    api.fail("getMe", *[failures.SERVER_ERROR] * 9)
    door = Telegram(
        TOKEN, clock=datetime.now, secret=SECRET, webhook_url="https://bot.example/telegram",
        api=api.url, look_up=shelf.look_up,
    )  # fmt: skip
    await door.open(no_inbox)
    query = await ask(api, door, "vay von")
    await until(lambda: api.found)
    await door.close()
    assert "reply_markup" not in api.found[query][0]


async def test_nothing_found_is_said_too(api: BotApi, door: Telegram) -> None:
    query = await ask(api, door, "không có")
    await until(lambda: api.found)
    assert api.found == {query: []}


async def test_who_types_on_is_looked_up_only_for_the_last_words(
    api: BotApi, door: Telegram, shelf: Shelf
) -> None:
    shelf.open.clear()
    await ask(api, door, "v", number=0)
    await until(lambda: shelf.asked)
    for number, text in enumerate(("va", "vay", "vay v"), start=1):
        await ask(api, door, text, number=number)
    await ask(api, door, "học phí", user=8)
    await asyncio.sleep(0.02)
    shelf.open.set()
    await until(lambda: len(api.found) == 3)
    assert shelf.asked == ["v", "vay v", "học phí"]
    assert set(api.found) == {"7-0", "7-3", "8-1"}


async def test_a_flood_of_look_ups_is_bounded(api: BotApi, door: Telegram, shelf: Shelf) -> None:
    shelf.open.clear()
    for user in range(500):
        await ask(api, door, "vay", user=user + 1)
    await until(lambda: shelf.asked)
    shelf.open.set()
    await until(lambda: len(api.found) >= 60)
    await asyncio.sleep(0.05)
    assert len(shelf.asked) <= 70


async def test_looking_up_holds_up_nobody(api: BotApi, door: Telegram, shelf: Shelf) -> None:
    shelf.open.clear()
    await ask(api, door, "vay")
    await until(lambda: shelf.asked)
    press = await api.push(updates.callback_update(7, "menu"))
    assert len(door.read(json.dumps(press).encode(), {SECRET_HEADER: SECRET})) == 1
    await until(lambda: not api.presses)


async def test_a_look_up_that_breaks_is_logged_and_the_next_one_answered(
    api: BotApi, door: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(api, door, "hỏng", number=1)
    query = await ask(api, door, "vay", user=8)
    await until(lambda: api.found)
    assert list(api.found) == [query]
    assert "a look-up failed" in caplog.text


@pytest.mark.parametrize(
    ("failure", "is_told"),
    [
        (Failure(400, "Bad Request: query is too old and response timeout expired"), False),
        (Failure(400, "Bad Request: RESULT_ID_INVALID"), True),
        (failures.too_many_requests(), True),
        (failures.SILENCE, True),
    ],
    ids=["too late", "our fault", "429", "silence"],
)
async def test_an_answer_that_fails_is_not_given_again(
    api: BotApi,
    door: Telegram,
    failure: Failure,
    is_told: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api.fail("answerInlineQuery", failure)
    await ask(api, door, "vay")
    await api.wait_for("answerInlineQuery")
    await ask(api, door, "học phí", user=8)
    await api.wait_for("answerInlineQuery", 2)
    await asyncio.sleep(0.5)
    assert len(api.calls_of("answerInlineQuery")) == 2
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert any("was not answered" in line for line in told) is is_told
    assert TOKEN not in caplog.text


async def test_a_look_up_at_a_closed_door_disturbs_nobody(api: BotApi, shelf: Shelf) -> None:
    door = Telegram(TOKEN, clock=datetime.now, secret=SECRET, api=api.url, look_up=shelf.look_up)
    await ask(api, door, "vay")
    assert shelf.asked == []
