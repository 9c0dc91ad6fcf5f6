"""Every failure of the Bot API and what the worker learns from it, for sending and for editing."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple

import pytest

from bot.channels.channel import Outgoing, SendError
from bot.channels.telegram import Telegram
from handlers.message import Incoming, Message
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure

RESIDENT = 880_000_001


class Row(NamedTuple):
    """A failure and the decision: "gone", "again", "pause", "unknown" or "never"."""

    failure: Failure
    decision: str
    edited: str = ""
    """The decision for an edit, where it is another: that may be made twice without harm."""


def said(status: int, description: str, decision: str, edited: str = "", **more: int) -> Row:
    return Row(Failure(status, description, more), decision, edited)


def page(status: int, decision: str, edited: str = "") -> Row:
    return Row(Failure(status, page="<html>nginx</html>"), decision, edited)


TABLE = [
    said(429, "Too Many Requests: retry after 3", "pause", retry_after=3),
    said(429, "Too Many Requests", "pause"),
    page(429, "pause"),
    said(403, "Forbidden: bot was blocked by the user", "gone"),
    said(403, "Forbidden: user is deactivated", "gone"),
    said(403, "Forbidden: bot can't initiate conversation with a user", "gone"),
    said(403, "Forbidden: bot can't send messages to bots", "gone"),
    said(403, "Forbidden: bot was kicked from the group chat", "gone"),
    said(403, "Forbidden: bot was kicked from the supergroup chat", "gone"),
    said(403, "Forbidden: bot is not a member of the channel chat", "gone"),
    page(403, "again"),
    said(400, "Bad Request: chat not found", "gone"),
    said(400, "Bad Request: CHAT NOT FOUND", "gone"),
    said(400, "Bad Request: message text is empty", "never"),
    said(400, "Bad Request: message is too long", "never"),
    said(400, "Bad Request: BUTTON_DATA_INVALID", "never"),
    said(400, "Bad Request: object expected as reply markup", "never"),
    said(400, "Bad Request: have no rights to send a message", "never"),
    said(401, "Unauthorized", "never"),
    page(401, "again"),
    said(404, "Not Found", "never"),
    page(404, "again"),
    said(406, "Not Acceptable", "never"),
    said(409, "Conflict: terminated by other getUpdates request", "never"),
    said(413, "Request Entity Too Large", "never"),
    page(413, "never"),
    said(420, "FLOOD_WAIT_30", "never"),
    said(500, "Internal Server Error", "again"),
    said(500, "Internal Server Error: restart", "again"),
    said(501, "Not Implemented", "again"),
    page(500, "again"),
    said(502, "Bad Gateway", "again"),
    page(502, "again"),
    said(503, "Service Unavailable", "again"),
    page(503, "again"),
    said(504, "Gateway Timeout", "unknown", "again"),
    page(504, "unknown", "again"),
    page(200, "unknown", "again"),
    Row(Failure(cut="silence"), "unknown", "again"),
    Row(Failure(cut="reset"), "unknown", "again"),
]


def name_of(row: Row) -> str:
    failure = row.failure
    return failure.cut or f"{failure.status} {failure.description or 'a page'}"


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
        TOKEN, clock=datetime.now, secret="s", webhook_url="https://bot.example/telegram",
        api=api.url, timeout=0.2,
    )  # fmt: skip
    await door.open(no_inbox)
    yield door
    await door.close()


def decision_of(error: SendError) -> str:
    """The one thing that the worker is told to do; telling it two is a fault."""
    told = {
        "gone": error.resident_gone,
        "pause": error.whole_channel and error.retry_in is not None,
        "again": error.retry_in is not None and not error.whole_channel,
        "unknown": error.unknown,
    }
    decisions = [name for name, is_told in told.items() if is_told] or ["never"]
    assert len(decisions) == 1
    return decisions[0]


async def learnt(door: Telegram, message: Message) -> str:
    with pytest.raises(SendError) as caught:
        await door.send(Outgoing(1, str(RESIDENT), message))
    assert caught.value.reason
    assert TOKEN not in str(caught.value)
    return decision_of(caught.value)


@pytest.mark.parametrize("row", TABLE, ids=name_of)
async def test_a_sending_that_fails_is_told_as_the_table_says(
    api: BotApi, door: Telegram, row: Row
) -> None:
    api.fail("sendMessage", row.failure)
    assert await learnt(door, Message("Xin chào")) == row.decision


@pytest.mark.parametrize("row", TABLE, ids=name_of)
async def test_an_edit_that_fails_is_told_as_the_table_says(
    api: BotApi, door: Telegram, row: Row
) -> None:
    await door.send(Outgoing(1, str(RESIDENT), Message("Xin chào")))
    api.fail("editMessageText", row.failure)
    assert await learnt(door, Message("Chào lại", replaces="1")) == (row.edited or row.decision)
    assert len(api.sent) == 1


async def test_the_pause_is_as_long_as_telegram_asks(api: BotApi, door: Telegram) -> None:
    api.fail("sendMessage", TABLE[0].failure)
    with pytest.raises(SendError) as caught:
        await door.send(Outgoing(1, str(RESIDENT), Message("Xin chào")))
    assert caught.value.retry_in == 3.0
