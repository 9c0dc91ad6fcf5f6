"""What the Zalo Bot door makes of what Zalo sends, as a table of recorded exchanges."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import ReadError
from bot.channels.zalo_bot import SECRET_HEADER, ZaloBot
from bot.channels.zalo_bot_updates import decode, read_event
from handlers.message import Attachment, Incoming
from tests.fakes import zalo_events as events

CHAT = "6ede9afa66b88fe6d6a9"
SECRET = "bi-mat_thu-2026"
HEADERS = {SECRET_HEADER: SECRET}
RECORDED = Path(__file__).parent / "recorded" / "zalo_bot.json"
EXCHANGES: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
EXPECTED = [one for one in EXCHANGES if "expect" in one]
REFUSED = [one for one in EXCHANGES if "refused" in one]


def door(**settings: Any) -> ZaloBot:
    given: dict[str, Any] = {"token": "123:abc", "secret": SECRET} | settings
    return ZaloBot(**given)


def read(event: object) -> list[Incoming]:
    return door().read(json.dumps(event).encode(), HEADERS)


def body_of(exchange: dict[str, Any]) -> bytes:
    body = exchange["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def name_of(exchange: dict[str, Any]) -> str:
    return exchange["name"]


def incoming_of(expected: dict[str, Any]) -> Incoming:
    fields: dict[str, Any] = expected | {"sent_at": datetime.fromisoformat(expected["sent_at"])}
    photos = tuple(Attachment(**photo) for photo in fields.pop("attachments", ()))
    return Incoming(channel="zalo_bot", attachments=photos, **fields)


@pytest.mark.parametrize("exchange", EXPECTED, ids=name_of)
def test_an_event_becomes_what_the_table_says(exchange: dict[str, Any]) -> None:
    came = door().read(body_of(exchange), exchange["headers"])
    assert came == [incoming_of(expected) for expected in exchange["expect"]]


@pytest.mark.parametrize("exchange", REFUSED, ids=name_of)
def test_a_bad_request_is_refused_with_the_status_in_the_table(exchange: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as refused:
        door().read(body_of(exchange), exchange["headers"])
    assert refused.value.status == exchange["refused"]
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("exchange", EXPECTED, ids=name_of)
def test_polling_reads_the_bare_events_of_the_table_alike(exchange: dict[str, Any]) -> None:
    body = exchange["body"]
    event = body.get("result") if body.get("ok") is True else body
    if not isinstance(event, dict):
        return
    came = read_event(decode(json.dumps(event)), own_id="")
    expected = [incoming_of(one) for one in exchange["expect"]]
    assert [came] == expected or (came is None and not expected)


def test_the_table_is_long_enough_and_every_message_in_it_has_its_own_id() -> None:
    ids = [one["external_id"] for e in EXPECTED for one in e["expect"]]
    assert len(ids) == len(set(ids)) > 20
    assert len(EXCHANGES) > 40


def test_our_own_message_is_dropped_even_where_it_is_not_marked() -> None:
    event = events.own_event(CHAT, "Xin chào bà con", is_bot=False)
    raw = decode(json.dumps(event))
    assert read_event(raw, own_id=events.BOT_ID) is None
    assert read_event(raw, own_id="") is not None, "while we do not know who we are"


def test_a_secret_in_bytes_that_are_no_text_is_refused() -> None:
    with pytest.raises(ReadError) as refused:
        door().read(b"{}", {SECRET_HEADER: "\udcff\udcfe"})
    assert refused.value.status == 401


def test_a_door_without_a_secret_lets_nobody_in() -> None:
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: "x"}):
        with pytest.raises(ReadError) as refused:
            door(secret="").read(b"{}", headers)
        assert refused.value.status == 401


@pytest.mark.parametrize("field", ["text", "of_no_use_to_us"])
def test_invalid_utf8_is_refused_even_where_nobody_looks(field: str) -> None:
    with pytest.raises(ReadError) as refused:
        door().read(b'{"event_name":"x","%s":"ch\xc3o"}' % field.encode(), HEADERS)
    assert refused.value.status == 400


@pytest.mark.parametrize("shape", [b"%s", b'{"event_name":"x","y":%s}', b'{"ok":true,"result":%s}'])
def test_a_megabyte_of_brackets_is_refused(shape: bytes) -> None:
    with pytest.raises(ReadError) as refused:
        door().read(shape % (b"[" * 500_000 + b"]" * 500_000), HEADERS)
    assert refused.value.status == 400


def test_a_megabyte_is_read_whole() -> None:
    [came] = read(events.text_event(CHAT, "đ" * 500_000))
    assert len(came.text) == 500_000


@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_read_or_refused(body: bytes) -> None:
    _read_or_refused(body)


WICKED = [None, True, -1, 0, 0.5, 10**12, 10**30, "", "\0", "x" * 200, "a b", "đ", "\ud800", [], {}]
ODD: list[Any] = [{"id": odd, "chat_type": odd} for odd in WICKED] + [{"id": CHAT}, [1], "1"]
JUNK = st.sampled_from(WICKED + ODD) | st.text(max_size=5) | st.integers()
NAMES = st.sampled_from(["text", "image", "sticker", "unsupported", "unheard_of"])
FIELDS = st.sampled_from(
    ["message_id", "date", "chat", "from", "text", "caption", "photo_url", "photo"]
)


@given(NAMES, st.dictionaries(FIELDS, JUNK, max_size=4), st.booleans())
def test_whatever_stands_in_an_event_is_read_or_refused(
    name: str, junk: dict[str, Any], wrapped: bool
) -> None:
    event = events.text_event(CHAT, "chào")
    event = {"event_name": f"message.{name}.received", "message": event["message"] | junk}
    body = json.dumps({"ok": True, "result": event} if wrapped else event)
    _read_or_refused(body.encode())


def _read_or_refused(body: bytes) -> None:
    try:
        came = door().read(body, HEADERS)
    except ReadError as refused:
        came = []
        status = refused.status
    else:
        status = 400
    assert status == 400
    for incoming in came:  # what comes through fits the inbox
        assert 1 <= len(incoming.address) <= 64
        assert 1 <= len(incoming.external_id) <= 120
        assert incoming.sent_at.tzinfo is UTC
        assert b"\\u0000" not in msgspec.json.encode(incoming)


@pytest.mark.parametrize(
    "settings",
    [
        {"webhook_url": "https://bot.example/zalo", "secret": ""},
        {"secret": "bảy chữ có dấu"},
        {"secret": "1234567"},
        {"secret": "x" * 257},
        {"token": ""},
        {"token": "12 34"},
        {"token": "12/34"},
        {"api": "bot-api.zaloplatforms.com"},
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the Zalo Bot ") as refused:
        door(**settings)
    for secret in settings.values():
        assert not secret or secret not in str(refused.value)


def test_closing_a_door_that_was_never_opened_is_fine() -> None:
    closed = door()
    asyncio.run(closed.close())
    assert closed.read(b"{}", HEADERS) == []


def test_reading_never_imports_the_http_client() -> None:
    script = (
        "import sys\n"
        "from bot.channels.zalo_bot import ZaloBot\n"
        "door = ZaloBot('1:a', secret='12345678')\n"
        "assert door.read(b'{}', {'x-bot-api-secret-token': '12345678'}) == []\n"
        "heavy = {'aiogram', 'aiohttp', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
