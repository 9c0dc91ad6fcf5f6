"""The event stream, under a real server: nothing missed, nothing twice, and it stops at once."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest
import uvicorn

from bot.channels.channel import Outgoing
from bot.desk import Line
from bot.web import COOKIE, build_web
from handlers.message import Choice, Message
from tests.bot.web_room import SESSION, Room


@dataclass
class Event:
    id: str
    data: dict[str, object]


class Server(uvicorn.Server):
    """Leaves the signals to pytest; ends the streams first, as `doithoai serve` does."""

    def __init__(self, config: uvicorn.Config, room: Room) -> None:
        super().__init__(config)
        self._room = room

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._room.chat.close()
        await super().shutdown(sockets)


@asynccontextmanager
async def serving(room: Room) -> AsyncGenerator[tuple[str, Server]]:
    app = build_web(room.desk, room.chat, {}, heartbeat=0.05)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = Server(uvicorn.Config(app, log_config=None, lifespan="off"), room)
    serve = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        async with asyncio.timeout(5):
            await serve
        listener.close()


@asynccontextmanager
async def watching(
    base: str, *, path: str = "/chat/stream", last: str = ""
) -> AsyncGenerator[AsyncIterator[str]]:
    headers = {"last-event-id": last} if last else {}
    client = httpx2.AsyncClient(base_url=base, cookies={COOKIE: SESSION})
    async with client, client.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-security-policy" in answer.headers
        assert "content-encoding" not in answer.headers
        yield answer.aiter_lines()


async def take(lines: AsyncIterator[str], count: int) -> list[Event]:
    """The next events, heartbeats left out."""
    events: list[Event] = []
    number = ""
    async with asyncio.timeout(5):
        while len(events) < count:
            field, _, value = (await anext(lines)).partition(": ")
            if field == "id":
                number = value
            elif field == "data":
                events.append(Event(number, json.loads(value)))
    return events


async def nothing_more(lines: AsyncIterator[str]) -> bool:
    """Whether two heartbeats pass without an event."""
    async with asyncio.timeout(5):
        seen = 0
        while seen < 2:
            line = await anext(lines)
            if line.startswith(("id", "data")):
                return False
            seen += line == ":"
    return True


async def until(condition: Callable[[], bool]) -> None:
    """What happens inside the server tells nobody: look until it has happened."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def until_watched(room: Room, count: int = 1) -> None:
    await until(lambda: room.chat.stream_count == count)


@pytest.fixture
def room() -> Room:
    return Room()


async def test_an_answer_arrives_live_with_all_that_the_page_shows(room: Room) -> None:
    async with serving(room) as (base, _), watching(base) as lines:
        await until_watched(room)
        message = Message("Dòng 1\nDòng 2", "Tiêu đề", (Choice("Giấy tờ", "c:1"),))
        await room.desk.say(room.address, message)
        (event,) = await take(lines, 1)
    assert event.id == "1"
    assert event.data["id"] == 1
    assert event.data["at"] == "2026-11-24T02:15:00Z"
    assert event.data["heading"] == "Tiêu đề"
    assert event.data["text"] == "Dòng 1\nDòng 2"
    assert event.data["choices"] == [{"label": "Giấy tờ", "value": "c:1"}]


@pytest.mark.parametrize(
    ("path", "last", "expected"),
    [
        ("/chat/stream", "", ["1", "2", "3"]),
        ("/chat/stream?after=1", "", ["2", "3"]),
        ("/chat/stream?after=1", "2", ["3"]),
        ("/chat/stream?after=x", "", ["1", "2", "3"]),
        ("/chat/stream?after=²", "", ["1", "2", "3"]),
    ],
)
async def test_a_page_that_comes_back_gets_what_it_missed(
    room: Room, path: str, last: str, expected: list[str]
) -> None:
    for text in ("một", "hai", "ba"):
        room.desk.commit(room.address, Message(text))
    async with serving(room) as (base, _), watching(base, path=path, last=last) as lines:
        assert [event.id for event in await take(lines, len(expected))] == expected
        assert await nothing_more(lines)


@pytest.mark.parametrize("after", ["9" * 19, "9" * 40, "-1", "1e9", "%00"])
async def test_a_made_up_id_breaks_nothing(room: Room, after: str) -> None:
    path = f"/chat/stream?after={after}"
    async with serving(room) as (base, _), watching(base, path=path) as lines:
        assert await nothing_more(lines)


async def test_what_is_sent_while_the_page_catches_up_is_neither_missed_nor_doubled(
    room: Room,
) -> None:
    room.desk.commit(room.address, Message("một"))
    read = room.desk.sent_after
    during: list[Outgoing] = []

    async def slow_read(channel: str, address: str, outbox_id: int) -> list[Line]:
        if not during:
            # One is committed before the reading and sent during it, one comes after it.
            during.append(await room.desk.say(address, Message("hai")))
            lines = await read(channel, address, outbox_id)
            during.append(await room.desk.say(address, Message("ba")))
            return lines
        return []

    room.desk.sent_after = slow_read
    async with serving(room) as (base, _), watching(base) as lines:
        assert [event.data["text"] for event in await take(lines, 3)] == ["một", "hai", "ba"]
        assert await nothing_more(lines)


async def test_a_message_sent_again_by_the_worker_is_shown_once(room: Room) -> None:
    async with serving(room) as (base, _), watching(base) as lines:
        await until_watched(room)
        outgoing = await room.desk.say(room.address, Message("một"))
        await room.chat.send(outgoing)
        assert [event.id for event in await take(lines, 1)] == ["1"]
        assert await nothing_more(lines)


async def test_two_tabs_get_the_same_and_another_resident_gets_nothing(room: Room) -> None:
    async with serving(room) as (base, _), watching(base) as one, watching(base) as two:
        await until_watched(room, 2)
        await room.desk.say("somebody else", Message("riêng"))
        await room.desk.say(room.address, Message("chung"))
        assert [event.data["text"] for event in await take(one, 1)] == ["chung"]
        assert [event.data["text"] for event in await take(two, 1)] == ["chung"]


async def test_a_page_that_goes_away_is_let_go(room: Room) -> None:
    async with serving(room) as (base, _):
        async with watching(base):
            await until_watched(room)
        await until_watched(room, 0)


async def test_the_server_stops_at_once_though_pages_are_open(room: Room) -> None:
    loop = asyncio.get_running_loop()
    async with serving(room) as (base, server), watching(base) as lines:
        await until_watched(room)
        server.should_exit = True
        began = loop.time()
        with contextlib.suppress(StopAsyncIteration):
            async with asyncio.timeout(5):
                while True:
                    await anext(lines)
        assert loop.time() - began < 2
    assert room.chat.stream_count == 0


async def test_a_page_without_javascript_gets_the_answer_with_its_redirect(room: Room) -> None:
    room.desk.answer = None
    async with serving(room) as (base, _), httpx2.AsyncClient(base_url=base) as client:
        client.cookies.set(COOKIE, SESSION)
        form = asyncio.create_task(client.post("/chat", data={"id": "x" * 22, "text": "hỏi"}))
        await until_watched(room)
        await until(lambda: bool(room.desk.received))
        assert not form.done()
        await room.desk.say(room.address, Message("đáp"))
        assert (await form).status_code == 303
        assert "đáp" in (await client.get("/")).text
