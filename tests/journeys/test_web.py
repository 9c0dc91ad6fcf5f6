"""The web chat end to end: a question is answered live, once, and is there after a reload."""

import asyncio
import json
from pathlib import Path

import aiohttp

from bot.channels.web_chat.door import WebChat
from bot.clock import SystemClock
from handlers.turn import House
from tests.journeys.running import running, settings_for

QUESTION = "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm"
OURS = {"sec-fetch-site": "same-origin"}


async def next_message(stream: aiohttp.ClientResponse) -> dict[str, object]:
    async with asyncio.timeout(10):
        async for line in stream.content:
            if line.startswith(b"data:"):
                return json.loads(line.removeprefix(b"data:"))
    raise AssertionError("the stream ended")


async def test_a_question_is_answered_live_and_once_and_survives_a_reload(
    database_url: str, tmp_path: Path, house: House
) -> None:
    doors = [WebChat(SystemClock().now)]
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        running(settings_for(tmp_path, database_url), house, doors) as (_, address),
        aiohttp.ClientSession(address, cookie_jar=jar) as client,
    ):
        await client.get("/")
        async with client.get("/chat/stream") as stream:
            body = {"id": "abcdefgh-1", "text": QUESTION}
            for _repeat in range(2):
                posted = await client.post("/chat/messages", json=body, headers=OURS)
                assert posted.status == 202
            welcome, answer = await next_message(stream), await next_message(stream)
        assert "quyền riêng tư" in str(welcome["text"])
        for told in ("100 triệu đồng", "6,24 %/năm", "2553/QĐ-TTg", "21/11/2025"):
            assert told in str(answer["text"])
        page = await (await client.get("/")).text()
        assert page.count("6,24") == 1, page
        assert QUESTION in page
        again = {"last-event-id": str(welcome["id"])}
        async with client.get("/chat/stream", headers=again) as stream:
            assert (await next_message(stream))["id"] == answer["id"]
