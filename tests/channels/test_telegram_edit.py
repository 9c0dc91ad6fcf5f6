"""A page that stands in the place of another: edited where that can be, sent anew where not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.channel import Outgoing, SendError
from bot.channels.telegram import Telegram
from handlers.message import Choice, Incoming, Message
from tests.fakes import bot_api_failures as failures
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure

RESIDENT = 880_000_001
GONE = Failure(400, "Bad Request: message to edit not found")
NOT_OURS = Failure(400, "Bad Request: message can't be edited")
NO_SUCH_ID = Failure(400, "Bad Request: MESSAGE_ID_INVALID")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.meet(RESIDENT)
        yield api
    assert api.complaints == []


async def no_inbox(_: Sequence[Incoming]) -> None:
    raise AssertionError("nothing comes in")


@pytest.fixture
async def door(api: BotApi) -> AsyncIterator[Telegram]:
    door = Telegram(
        TOKEN,
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        secret="s",
        webhook_url="https://bot.example/telegram",
        api=api.url,
        timeout=0.4,
    )
    await door.open(no_inbox)
    await door.send(page("Trang một", to_page=2))
    yield door
    await door.close()


def page(text: str, *, to_page: int, replaces: str = "", to: int = RESIDENT) -> Outgoing:
    choices = (Choice("Xem thêm", f"menu:{to_page}"),)
    return Outgoing(1, str(to), Message(text, choices=choices, replaces=replaces))


def shown(api: BotApi) -> list[str]:
    return [message["text"] for message in api.sent]


async def test_a_page_stands_in_the_place_of_the_one_before(api: BotApi, door: Telegram) -> None:
    assert await door.send(page("Trang hai", to_page=3, replaces="1")) == "1"
    assert shown(api) == ["Trang hai"]
    [[button]] = api.sent[0]["reply_markup"]["inline_keyboard"]
    assert button["callback_data"] == "menu:3"


async def test_a_heading_is_bold_in_place_too(api: BotApi, door: Telegram) -> None:
    message = Message("Chọn < một", heading="Vay & trả", replaces="1")
    await door.send(Outgoing(1, str(RESIDENT), message))
    assert shown(api) == ["Vay & trả\n\nChọn < một"]
    assert api.sent[0]["entities"] == [{"type": "bold", "offset": 0, "length": 9}]
    assert "reply_markup" not in api.sent[0]


async def test_a_page_that_is_shown_already_is_done(api: BotApi, door: Telegram) -> None:
    assert await door.send(page("Trang một", to_page=2, replaces="1")) == "1"
    assert shown(api) == ["Trang một"]


@pytest.mark.parametrize("failure", [GONE, NOT_OURS, NO_SUCH_ID])
async def test_what_cannot_be_edited_is_sent_anew(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("editMessageText", failure)
    assert await door.send(page("Trang hai", to_page=3, replaces="1")) == "2"
    assert shown(api) == ["Trang một", "Trang hai"]


@pytest.mark.parametrize("replaces", ["99", "12,13", "web-7", "0"])
async def test_what_is_no_message_of_the_chat_is_not_replaced(
    api: BotApi, door: Telegram, replaces: str
) -> None:
    assert await door.send(page("Trang hai", to_page=3, replaces=replaces)) == "2"
    assert shown(api) == ["Trang một", "Trang hai"]


async def test_a_text_of_several_parts_is_sent_anew(api: BotApi, door: Telegram) -> None:
    await door.send(page("a" * 5_000, to_page=3, replaces="1"))
    assert len(api.sent) == 3
    assert api.calls_of("editMessageText") == []


async def test_markup_that_telegram_cannot_read_is_edited_in_as_plain_words(
    api: BotApi, door: Telegram
) -> None:
    api.fail("editMessageText", failures.CANNOT_PARSE)
    await door.send(page("a < b", to_page=3, replaces="1"))
    assert shown(api) == ["a < b"]


async def test_a_chat_that_moved_is_edited_at_its_new_id(api: BotApi, door: Telegram) -> None:
    api.moved[-5] = RESIDENT
    assert await door.send(page("Trang hai", to_page=3, replaces="1", to=-5)) == "1"
    assert shown(api) == ["Trang hai"]


@pytest.mark.parametrize("failure", [failures.SILENCE, failures.RESET])
async def test_an_edit_without_an_answer_may_be_made_again(
    api: BotApi, door: Telegram, failure: Failure
) -> None:
    api.fail("editMessageText", failure)
    again = page("Trang hai", to_page=3, replaces="1")
    with pytest.raises(SendError) as caught:
        await door.send(again)
    assert (caught.value.unknown, caught.value.retry_in is not None) == (False, True)
    assert await door.send(again) == "1"
    assert shown(api) == ["Trang hai"]


async def test_two_pages_at_once_both_end_in_place(api: BotApi, door: Telegram) -> None:
    pages: list[Any] = [page(f"Trang {n}", to_page=n, replaces="1") for n in (2, 3)]
    assert await asyncio.gather(*map(door.send, pages)) == ["1", "1"]
    assert len(api.sent) == 1
