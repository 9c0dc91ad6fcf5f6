"""The fake Bot API is no accomplice: another library's client talks to it, and it refuses a lot."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import telegram
from aiohttp import ClientSession
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.channels.channel import Outgoing
from bot.channels.telegram import Telegram
from handlers.message import Choice, Message
from tests.fakes import bot_api_failures as failures
from tests.fakes import updates
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_failures import Failure
from tests.fakes.bot_api_rules import units

RESIDENT = 880_000_001
RECORDED = Path(__file__).parent / "recorded" / "telegram.json"
KEYBOARD = telegram.InlineKeyboardMarkup(
    [[telegram.InlineKeyboardButton("1. Vay vốn", callback_data="topic:loan")]]
)

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.meet(RESIDENT)
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[telegram.Bot]:
    async with client(api, TOKEN) as bot:
        yield bot


@asynccontextmanager
async def client(api: BotApi, token: str) -> AsyncGenerator[telegram.Bot]:
    request = HTTPXRequest(read_timeout=0.3, httpx_kwargs={"trust_env": False, "verify": False})
    base, files = f"{api.url}/bot", f"{api.url}/file/bot"
    yield telegram.Bot(token, base, files, request=request, get_updates_request=request)
    await request.shutdown()


# Another client can work with it


async def test_another_client_learns_who_it_is(api: BotApi, bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert (me.is_bot, me.username) == (True, "doi_thoai_thu_bot")
    assert not me.api_kwargs
    assert api.complaints == []


async def test_another_client_sends_and_edits(api: BotApi, bot: telegram.Bot) -> None:
    sent = await bot.send_message(
        RESIDENT, "<b>Đề mục</b>\na &lt; b", "HTML", reply_markup=KEYBOARD
    )
    assert sent.text == "Đề mục\na < b"
    assert sent.parse_entities() == {sent.entities[0]: "Đề mục"}
    assert sent.reply_markup == KEYBOARD
    edited = await bot.edit_message_text("Khác", RESIDENT, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert (edited.text, edited.reply_markup) == ("Khác", None)
    assert edited.edit_date
    assert not edited.api_kwargs
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("Khác", RESIDENT, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("Khác", RESIDENT, 99)
    assert api.complaints == []


async def test_another_client_fetches_until_it_confirms(api: BotApi, bot: telegram.Bot) -> None:
    await api.push(updates.text_update(7, "/start"))
    await api.push(updates.callback_update(7, "topic:loan"))
    first, second = await bot.get_updates()
    assert first.message is not None
    assert first.message.text == "/start"
    assert second.callback_query is not None
    assert second.callback_query.data == "topic:loan"
    assert len(await bot.get_updates()) == 2, "unconfirmed updates come again"
    assert [one.update_id for one in await bot.get_updates(offset=second.update_id)] == [
        second.update_id
    ]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert api.pending == []
    await api.push(updates.text_update(7, "một"))
    await api.push(updates.text_update(7, "hai"))
    assert len(await bot.get_updates(limit=1)) == 1
    assert len(await bot.get_updates(offset=-1)) == 1
    assert api.complaints == []


async def test_another_client_answers_a_press_once(api: BotApi, bot: telegram.Bot) -> None:
    await api.push(updates.callback_update(7, "topic:loan", callback_id="31"))
    assert await bot.answer_callback_query("31")
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("31")


async def test_another_client_answers_a_look_up_once(api: BotApi, bot: telegram.Bot) -> None:
    await api.push(updates.inline_update(7, "vay", query_id="51"))
    words = telegram.InputTextMessageContent("<b>Vay</b> vốn", parse_mode="HTML")
    result = telegram.InlineQueryResultArticle("loan", "Vay vốn", words, reply_markup=KEYBOARD)
    assert await bot.answer_inline_query("51", [result], cache_time=10)
    assert [one["id"] for one in api.found["51"]] == ["loan"]
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_inline_query("51", [result])
    assert api.complaints == []


async def test_another_client_fetches_a_file(api: BotApi, bot: telegram.Bot) -> None:
    api.files["photo-1"] = b"\xff\xd8" * 70_000
    file = await bot.get_file("photo-1")
    assert file.file_size == 140_000
    assert await file.download_as_bytearray() == api.files["photo-1"]
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("photo-2")
    assert api.complaints == []


async def test_another_client_sets_and_takes_away_the_webhook(
    api: BotApi, bot: telegram.Bot
) -> None:
    await bot.set_webhook(
        "https://bot.example/x", secret_token="a-b_c", allowed_updates=["message"]
    )
    await api.push(updates.text_update(7, "chào"))
    await api.push(updates.membership_update(7, "member", "kicked"))  # not asked for
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("https://bot.example/x", 1)
    assert info.allowed_updates == ("message",)
    assert not info.api_kwargs
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert api.pending == []
    assert api.complaints == []


async def test_another_client_sets_the_commands_and_types(api: BotApi, bot: telegram.Bot) -> None:
    assert await bot.set_my_commands([("start", "Bắt đầu")])
    scope = telegram.BotCommandScopeAllPrivateChats()
    assert await bot.set_my_commands([("start", "Bắt đầu")], scope, "vi")
    shown = [{"command": "start", "description": "Bắt đầu"}]
    assert api.commands == {("default", ""): shown, ("all_private_chats", "vi"): shown}
    assert await bot.send_chat_action(RESIDENT, "typing")
    assert api.complaints == []


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (failures.too_many_requests(3), RetryAfter),
        (failures.BLOCKED, Forbidden),
        (Failure(400, "Bad Request: moved", {"migrate_to_chat_id": -9}), ChatMigrated),
        (failures.CANNOT_PARSE, BadRequest),
        (failures.UNAUTHORIZED, InvalidToken),
        (failures.bad_gateway(), NetworkError),
        (failures.SERVER_ERROR, NetworkError),
        (failures.RESET, NetworkError),
        (failures.SILENCE, TimedOut),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_another_client_understands_every_failure(
    api: BotApi, bot: telegram.Bot, failure: Failure, error: type[Exception]
) -> None:
    api.fail("sendMessage", failure)
    with pytest.raises(error):
        await bot.send_message(RESIDENT, "chào")
    assert len(api.sent) == (1 if failure.cut else 0)


async def test_a_wrong_token_is_turned_away(api: BotApi) -> None:
    async with client(api, "700000001:another") as stranger:
        with pytest.raises(InvalidToken):
            await stranger.get_me()


async def test_our_door_and_another_client_say_the_same_in_the_same_way(
    api: BotApi, bot: telegram.Bot
) -> None:
    door = Telegram(
        TOKEN,
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        api=api.url,
        secret="s",
        webhook_url="https://bot.example/x",
    )

    async def receive(_: Any) -> None: ...

    await door.open(receive)
    message = Message("a < b", heading="Đề mục", choices=(Choice("Vay vốn", "topic:loan"),))
    await door.send(Outgoing(1, str(RESIDENT), message))
    await door.close()
    html = "<b>Đề mục</b>\n\na &lt; b"
    await bot.send_message(RESIDENT, html, "HTML", reply_markup=KEYBOARD)
    # Ours is JSON, theirs a form with JSON in it: the same words to Telegram.
    ours, theirs = (call.params for call in await api.wait_for("sendMessage", 2))
    theirs |= {"reply_markup": json.loads(theirs["reply_markup"])}
    assert ours == theirs


def test_aiogram_reads_the_recorded_updates_as_we_do() -> None:
    from aiogram.types import Update  # seconds of import, only here

    for exchange in json.loads(RECORDED.read_text(encoding="utf-8")):
        for expected in exchange.get("expect", []):
            update = Update.model_validate(exchange["body"])
            mark = expected["external_id"].split("-")[0]
            assert str(update.update_id) == mark, exchange["name"]
            message = update.message or update.edited_message
            if message is not None:
                assert (str(message.chat.id), message.chat.type) == (expected["address"], "private")
            if update.callback_query is not None:
                assert update.callback_query.data in (expected["choice"], None, "đ" * 40)


# It insists on what Telegram insists on


async def call(api: BotApi, method: str, **params: Any) -> tuple[int, str]:
    async with (
        ClientSession() as session,
        session.post(f"{api.url}/bot{TOKEN}/{method}", json=params) as answer,
    ):
        body = await answer.json()
        assert body["ok"] == (answer.status == 200)
        return answer.status, body.get("description", "")


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[fields]]}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": "chào"}, "'chat_id' is required"),
        ({"chat_id": RESIDENT}, "'text' is required"),
        ({"chat_id": "ai đó", "text": "chào"}, "can't parse parameter 'chat_id'"),
        ({"chat_id": RESIDENT, "text": 5}, "can't parse parameter 'text'"),
        ({"chat_id": 404, "text": "chào"}, "chat not found"),
        ({"chat_id": RESIDENT, "text": " \n "}, "message text is empty"),
        ({"chat_id": RESIDENT, "text": "<b> </b>", "parse_mode": "HTML"}, "text is empty"),
        ({"chat_id": RESIDENT, "text": "a" * 4097}, "message is too long"),
        ({"chat_id": RESIDENT, "text": "🙏" * 2049}, "message is too long"),
        ({"chat_id": RESIDENT, "text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": RESIDENT, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": RESIDENT, "text": "a</b>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": RESIDENT, "text": "<p>a</p>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": RESIDENT, "text": "<b><i>a</b></i>", "parse_mode": "HTML"}, "can't parse"),
        ({"chat_id": RESIDENT, "text": "a", "parse_mode": "Org"}, "unsupported parse_mode"),
        ({"reply_markup": "{"}, "can't parse parameter 'reply_markup'"),
        ({"reply_markup": {"keyboard": []}}, "object expected as reply markup"),
        ({"reply_markup": button(text="a", callback_data="đ" * 33)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button(text="a", callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": button(callback_data="a")}, "Text is required"),
        ({"reply_markup": button(text="a")}, "Text buttons are unallowed"),
    ],
)
async def test_the_fake_refuses_what_telegram_refuses(
    api: BotApi, params: dict[str, Any], reason: str
) -> None:
    if "reply_markup" in params:
        params = {"chat_id": RESIDENT, "text": "chào"} | params
    status, description = await call(api, "sendMessage", **params)
    assert status == 400
    assert reason in description
    assert api.sent == []


async def test_the_fake_counts_the_text_after_its_markup_is_read(api: BotApi) -> None:
    text = f"<b>{'&lt;' * 4000}</b>{'🙏' * 48}"
    status, _ = await call(api, "sendMessage", chat_id=RESIDENT, text=text, parse_mode="HTML")
    assert status == 200
    assert units(api.sent[0]["text"]) == 4096
    assert api.sent[0]["entities"] == [{"type": "bold", "offset": 0, "length": 4000}]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("setWebhook", {"url": "http://bot.example/x"}),
        ("setWebhook", {"url": "https://bot.example:8080/x"}),
        ("setWebhook", {"url": "https://bot.example/x", "secret_token": "có dấu"}),
        ("setWebhook", {"url": "https://bot.example/x", "max_connections": 101}),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "a"}]}),
        ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "b"}], "scope": {"type": "moon"}},
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "b"}], "language_code": "Việt"},
        ),
        ("getFile", {"file_id": "never-sent"}),
        ("answerInlineQuery", {"inline_query_id": "never-asked", "results": []}),
        ("sendChatAction", {"chat_id": RESIDENT, "action": "sleeping"}),
        ("answerCallbackQuery", {"callback_query_id": "1"}),
    ],
)
async def test_the_fake_refuses_other_calls_too(
    api: BotApi, method: str, params: dict[str, Any]
) -> None:
    assert (await call(api, method, **params))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "đ" * 33},
        {"title": ""},
        {"type": "hologram"},
        {"input_message_content": {}},
        {"input_message_content": {"message_text": "a < b", "parse_mode": "HTML"}},
        {"input_message_content": {"message_text": "a" * 4097}},
        {"reply_markup": button(text="a")},
    ],
)
async def test_the_fake_refuses_a_result_that_telegram_refuses(
    api: BotApi, wrong: dict[str, Any]
) -> None:
    await api.push(updates.inline_update(7, "vay", query_id="51"))
    content = {"message_text": "Vay vốn"}
    result = {"type": "article", "id": "1", "title": "Vay", "input_message_content": content}
    refused, _ = await call(
        api, "answerInlineQuery", inline_query_id="51", results=[result | wrong]
    )
    twice, _ = await call(api, "answerInlineQuery", inline_query_id="51", results=[result, result])
    assert (refused, twice, api.found) == (400, 400, {})
    await call(api, "answerInlineQuery", inline_query_id="51", results=[result | {"smell": "a"}])
    assert any("smell" in complaint for complaint in api.complaints)


async def test_a_second_fetcher_cuts_the_first_one_short(api: BotApi) -> None:
    first = asyncio.create_task(call(api, "getUpdates", timeout=20))
    await api.wait_for("getUpdates")
    await asyncio.sleep(0.02)
    assert (await call(api, "getUpdates"))[0] == 200
    status, description = await first
    assert status == 409
    assert "only one bot instance" in description


async def test_a_blocked_bot_cannot_write_until_it_is_let_in(api: BotApi) -> None:
    await api.push(updates.membership_update(RESIDENT, "member", "kicked"))
    assert (await call(api, "sendMessage", chat_id=RESIDENT, text="chào"))[0] == 403
    await api.push(updates.membership_update(RESIDENT, "kicked", "member"))
    assert (await call(api, "sendMessage", chat_id=RESIDENT, text="chào"))[0] == 200


# The judge speaks up


async def test_the_judge_complains_about_a_parameter_that_does_not_exist(api: BotApi) -> None:
    await call(api, "sendMessage", chat_id=RESIDENT, text="chào", volume=11)
    await call(api, "sendMessage", chat_id=RESIDENT, text="chào", read_timeout=1)
    assert [complaint.split("'")[1] for complaint in api.complaints] == ["volume", "read_timeout"]


async def test_the_judge_complains_about_a_method_that_does_not_exist(api: BotApi) -> None:
    assert (await call(api, "sendHug", chat_id=RESIDENT))[0] == 404
    assert len(api.complaints) == 1


async def test_the_judge_complains_about_a_button_with_an_unknown_field(api: BotApi) -> None:
    await call(
        api,
        "sendMessage",
        chat_id=RESIDENT,
        text="chào",
        reply_markup=button(text="a", url="x", smell="b"),
    )
    assert any("smell" in complaint for complaint in api.complaints)


async def test_the_judge_complains_about_an_update_that_nobody_could_read(api: BotApi) -> None:
    await api.push({"message": {"message_id": 1}})
    await api.push({"message": updates.text_update(7, "a")["message"] | {"smell": 1}})
    assert len(api.complaints) == 2
    assert "unreadable" in api.complaints[0]
    assert "smell" in api.complaints[1]


async def test_the_judge_complains_about_kinds_of_updates_that_do_not_exist(api: BotApi) -> None:
    await call(api, "getUpdates", allowed_updates=["message", "telepathy"])
    assert "telepathy" in api.complaints[0]


async def test_everything_that_the_builders_build_is_realistic(api: BotApi) -> None:
    for update in (
        updates.text_update(7, "/start@doi_thoai_thu_bot abc"),
        updates.edited_update(7, "sửa"),
        updates.photo_update(7, "đơn"),
        updates.photo_update(7),
        updates.voice_update(7),
        updates.callback_update(7, "topic:loan"),
        updates.membership_update(7, "member", "kicked"),
        updates.membership_update(7, "kicked", "member"),
        updates.group_update(7, "chào"),
        updates.file_update(7, "don.pdf"),
        updates.inline_update(7, "vay", query_id="51"),
    ):
        await api.push(update)
    assert api.complaints == []
    assert len(api.pending) == 11
