"""The fake Zalo Bot API has the habits that were reported of the real one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.zalo_bot import TOKEN, Failure, ZaloBotApi
from tests.fakes.zalo_events import text_event

CHAT = "6ede9afa66b88fe6d6a9"


class Caller:
    """A client without any manners of its own."""

    def __init__(self, api: ZaloBotApi, session: aiohttp.ClientSession) -> None:
        self._api = api
        self._session = session

    async def __call__(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        url = f"{self._api.url}/bot{TOKEN}/{method}"
        async with self._session.post(url, json=params) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def api() -> AsyncIterator[ZaloBotApi]:
    async with ZaloBotApi() as api:
        api.meet(CHAT)
        yield api


@pytest.fixture
async def call(api: ZaloBotApi) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(api, session)


async def test_one_question_brings_one_event_and_no_list(api: ZaloBotApi, call: Caller) -> None:
    events = [await api.push(text_event(CHAT, text)) for text in ("một", "hai")]
    for event in events:
        assert await call("getUpdates", timeout=1) == (200, {"ok": True, "result": event})


@pytest.mark.parametrize(("mirrors", "status"), [(True, 408), (False, 200)])
async def test_nothing_new_is_408_in_both_forms(
    api: ZaloBotApi, call: Caller, mirrors: bool, status: int
) -> None:
    api.longest_wait, api.mirrors = 0.01, mirrors
    got, told = await call("getUpdates", timeout=30)
    assert (got, told["ok"], told["error_code"]) == (status, False, 408)


async def test_old_events_come_back_at_every_question(api: ZaloBotApi, call: Caller) -> None:
    api.replays = True
    event = await api.push(text_event(CHAT, "một"))
    async with asyncio.timeout(1):
        told = [(await call("getUpdates", timeout=30))[1]["result"] for _ in range(3)]
    assert told == [event] * 3


async def test_what_happens_while_nobody_asks_may_be_lost(api: ZaloBotApi, call: Caller) -> None:
    api.forgets, api.longest_wait = True, 0.01
    await api.push(text_event(CHAT, "một"))
    assert (await call("getUpdates", timeout=30))[0] == 408


async def test_without_a_webhook_its_info_is_not_found(call: Caller) -> None:
    assert (await call("getWebhookInfo"))[0] == 404
    assert (await call("deleteWebhook"))[0] == 200


async def test_a_webhook_and_questions_exclude_each_other(api: ZaloBotApi, call: Caller) -> None:
    await call("setWebhook", url="https://bot.invalid/", secret_token="12345678")
    assert (await call("getWebhookInfo"))[1]["result"]["url"] == "https://bot.invalid/"
    assert (await call("getUpdates", timeout=1))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"chat_id": CHAT, "text": "a" * 2001},
        {"chat_id": CHAT, "text": ""},
        {"chat_id": 5, "text": "a"},
        {"chat_id": CHAT},
    ],
)
async def test_a_text_that_does_not_fit_is_refused(call: Caller, wrong: dict[str, Any]) -> None:
    assert (await call("sendMessage", **wrong))[0] == 400
    assert (await call("sendMessage", chat_id=CHAT, text="a" * 2000))[0] == 200


async def test_an_unknown_chat_is_not_found(call: Caller) -> None:
    assert (await call("sendMessage", chat_id="khac", text="a"))[0] == 404


async def test_a_used_up_plan_says_429_and_not_for_how_long(api: ZaloBotApi, call: Caller) -> None:
    api.plan = 1
    assert (await call("sendMessage", chat_id=CHAT, text="a"))[0] == 200
    status, told = await call("sendMessage", chat_id=CHAT, text="b")
    assert (status, sorted(told)) == (429, ["description", "error_code", "ok"])


async def test_a_failure_is_planned_for_one_call(api: ZaloBotApi, call: Caller) -> None:
    api.fail("getMe", Failure(403, "internal server error", http=200))
    told = {"ok": False, "error_code": 403, "description": "internal server error"}
    assert await call("getMe") == (200, told)
    assert (await call("getMe"))[1]["result"]["account_type"] == "BASIC"


async def test_what_a_careful_client_never_does_is_complained_of(
    api: ZaloBotApi, call: Caller
) -> None:
    await call("sendMessage", chat_id=CHAT, text="Ho\u0323", parse_mode="markdown", silent=True)
    await call("editMessage")
    assert len(api.complaints) == 4
