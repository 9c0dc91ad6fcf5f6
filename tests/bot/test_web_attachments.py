"""Attaching on the page: what is taken in, what is refused, and what is left behind: nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.channels.channel import Holder, ReadError, SendError
from bot.channels.web_chat.uploads import KEEP, ROOM, Uploads
from handlers.message import Attachment
from tests.bot.web_room import Room
from tests.fakes.desk import NOW

LIMIT = 1024**2
HEAD = {"id": "abcd1234", "kind": "photo", "name": "nhà tui.jpg", "type": "image/jpeg"}
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = Room()
    room.chat.uploads = Uploads(tmp_path / "uploads", LIMIT)
    return room


@pytest.fixture
def browser(room: Room) -> Iterator[TestClient]:
    with room.browser() as client:
        yield client


def packed(head: object = HEAD, content: bytes = b"\xff\xd8\xffpicture") -> bytes:
    return json.dumps(head).encode() + b"\n" + content


def post(browser: TestClient, body: bytes, **headers: str) -> int:
    answer = browser.post("/chat/attachments", content=body, headers=OURS | headers)
    return answer.status_code


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


async def test_a_photo_with_words_becomes_one_message_and_can_be_fetched(
    room: Room, browser: TestClient
) -> None:
    assert post(browser, packed({**HEAD, "text": " giấy này nộp đâu "})) == 202
    (incoming,) = room.desk.received
    assert (incoming.kind, incoming.text) == ("attachment", "giấy này nộp đâu")
    assert incoming.external_id == f"{room.address}:abcd1234"
    (attached,) = incoming.attachments
    assert (attached.kind, attached.name, attached.size) == ("photo", "nhà tui.jpg", 10)
    assert await room.chat.fetch(attached, LIMIT) == b"\xff\xd8\xffpicture"
    with pytest.raises(SendError):
        await room.chat.fetch(attached, 5)


async def test_a_settled_upload_is_let_go(room: Room, browser: TestClient, tmp_path: Path) -> None:
    post(browser, packed())
    assert isinstance(room.chat, Holder)
    (attached,) = room.desk.received[0].attachments
    room.chat.let_go(attached)
    assert files(tmp_path) == []
    with pytest.raises(SendError) as caught:
        await room.chat.fetch(attached, LIMIT)
    assert caught.value.retry_in is None


def test_a_repeat_leaves_one_file_and_one_message(
    room: Room, browser: TestClient, tmp_path: Path
) -> None:
    assert [post(browser, packed()) for _ in range(2)] == [202, 202]
    assert len(files(tmp_path)) == len(room.desk.received) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (packed(content=b"x" * LIMIT), 202),
        (packed(content=b"x" * (LIMIT + 1)), 413),
        (packed(content=b""), 400),
        (b"", 400),
        (b"no json\nx", 400),
        (b"{" * 40_000, 413),
        (packed({**HEAD, "id": "../../etc"}), 400),
        (packed({**HEAD, "kind": "program"}), 400),
        (packed({**HEAD, "name": "x" * 301}), 400),
        (packed({**HEAD, "text": "x" * 2001}), 413),
    ],
)
def test_what_is_too_large_or_broken_is_refused(
    room: Room, browser: TestClient, body: bytes, status: int
) -> None:
    assert post(browser, body) == status
    assert len(room.desk.received) == (1 if status == 202 else 0)


def test_a_refused_file_leaves_nothing(browser: TestClient, tmp_path: Path) -> None:
    answer = browser.post(
        "/chat/attachments", content=packed(content=b"x" * (LIMIT + 1)), headers=OURS
    )
    assert answer.headers["connection"] == "close"
    assert "1 MB" in answer.json()["error"]
    assert files(tmp_path) == []


def test_it_is_guarded_like_the_other_posts(browser: TestClient) -> None:
    assert post(browser, packed(), **{"sec-fetch-site": "cross-site"}) == 403
    taken = [post(browser, packed({**HEAD, "id": f"abcd123{n}"})) for n in range(7)]
    assert taken == [202] * 6 + [429]


def test_without_a_folder_the_page_offers_nothing(tmp_path: Path) -> None:
    with Room().browser() as browser:
        assert 'id="clip"' not in browser.get("/").text
        assert post(browser, packed()) == 404


def test_the_page_has_a_button_that_a_screen_reader_can_read(browser: TestClient) -> None:
    page = browser.get("/").text
    assert 'aria-label="Gửi ảnh, ghi âm"' in page
    assert page.count('type="file"') == 3
    assert f'data-largest="{LIMIT}"' in page


async def test_what_nobody_fetches_is_swept_after_a_day(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", LIMIT)

    async def chunks() -> AsyncIterator[bytes]:
        # A line that comes in pieces, as a weak network brings it.
        for byte in packed():
            await asyncio.sleep(0)
            yield bytes([byte])

    upload = await uploads.take_in("a", chunks())
    made = files(tmp_path)[0].stat().st_mtime
    now = NOW.fromtimestamp(made, NOW.tzinfo)
    uploads.sweep(now + KEEP / 2)
    assert await uploads.fetch(upload.source, LIMIT) == b"\xff\xd8\xffpicture"
    uploads.sweep(now + KEEP + timedelta(minutes=1))
    assert files(tmp_path) == []


async def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", limit=2**60)

    async def chunks() -> AsyncIterator[bytes]:
        yield packed()

    with pytest.raises(ReadError) as caught:
        await uploads.take_in("a", chunks())
    assert caught.value.status == 503
    assert ROOM > 0
    assert files(tmp_path) == []


async def test_a_door_without_uploads_says_so() -> None:
    with pytest.raises(SendError):
        await Room().chat.fetch(Attachment(kind="photo", source="x"), 5)
