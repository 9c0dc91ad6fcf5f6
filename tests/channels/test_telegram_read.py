"""What the Telegram door makes of what Telegram sends, as a table of recorded exchanges."""

import asyncio
import json
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import telegram as judge

from bot.channels.channel import ReadError
from bot.channels.telegram import SECRET_HEADER, Telegram
from handlers.message import Incoming
from tests.fakes import updates

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
SECRET = "bi-mat_thu-2026"
RECORDED = Path(__file__).parent / "recorded" / "telegram.json"
EXCHANGES: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
UPDATES = [one for one in EXCHANGES if "expect" in one and "not exist yet" not in one["name"]]


def door(**settings: Any) -> Telegram:
    given: dict[str, Any] = {"secret": SECRET} | settings
    return Telegram("123:abc", clock=lambda: NOW, **given)


def read(update: dict[str, Any]) -> list[Incoming]:
    body = json.dumps({"update_id": 1} | update).encode()
    return door().read(body, {SECRET_HEADER: SECRET})


def body_of(exchange: dict[str, Any]) -> bytes:
    body = exchange["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def name_of(exchange: dict[str, Any]) -> str:
    return exchange["name"]


def incoming_of(expected: dict[str, Any]) -> Incoming:
    at = NOW if expected["sent_at"] == "now" else expected["sent_at"]
    return msgspec.convert(expected | {"sent_at": at, "channel": "telegram"}, Incoming)


@pytest.mark.parametrize("exchange", [e for e in EXCHANGES if "expect" in e], ids=name_of)
def test_an_update_becomes_what_the_table_says(exchange: dict[str, Any]) -> None:
    came = door().read(body_of(exchange), exchange["headers"])
    assert came == [incoming_of(expected) for expected in exchange["expect"]]


@pytest.mark.parametrize("exchange", [e for e in EXCHANGES if "refused" in e], ids=name_of)
def test_a_bad_request_is_refused_with_the_status_in_the_table(exchange: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as refused:
        door().read(body_of(exchange), exchange["headers"])
    assert refused.value.status == exchange["refused"]
    assert SECRET not in str(refused.value)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize("exchange", UPDATES, ids=name_of)
def test_another_library_reads_every_recorded_update_whole(exchange: dict[str, Any]) -> None:
    update = judge.Update.de_json(exchange["body"], None)
    assert not update.api_kwargs
    if update.message is not None:
        assert not update.message.api_kwargs
    for expected in exchange["expect"]:
        assert update.effective_chat is None or str(update.effective_chat.id) == expected["address"]
        assert update.effective_user is not None


def test_every_recorded_update_has_its_own_number() -> None:
    ids = [one["external_id"] for e in EXCHANGES for one in e.get("expect", [])]
    assert len(ids) == len(set(ids)) > 30


def test_texts_come_in_one_unicode_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Hộ nghèo được miễn học phí không ạ?")
    [came] = read(updates.text_update(5, decomposed))
    assert came.text == unicodedata.normalize("NFC", decomposed) != decomposed


def test_a_letter_that_the_database_cannot_store_is_dropped() -> None:
    [came] = read(updates.text_update(5, "vay\0 vốn"))
    assert came.text == "vay vốn"


def test_a_number_given_out_again_after_a_silent_week_is_a_new_message() -> None:
    week = 8 * 24 * 3600
    [first] = read(updates.text_update(5, "chào", update_id=9))
    [second] = read(updates.text_update(5, "chào", update_id=9, date=updates.DATE + week))
    assert first.external_id != second.external_id


def test_the_same_update_delivered_twice_has_the_same_id() -> None:
    update = updates.callback_update(5, "topic:loan", update_id=9)
    assert read(update) == read(update)


def test_a_secret_in_bytes_that_are_no_text_is_refused() -> None:
    with pytest.raises(ReadError) as refused:
        door().read(b"{}", {SECRET_HEADER: "\udcff\udcfe"})
    assert refused.value.status == 401


def test_a_door_without_a_secret_lets_nobody_in() -> None:
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: "x"}):
        with pytest.raises(ReadError) as refused:
            door(secret="").read(b'{"update_id": 1}', headers)
        assert refused.value.status == 401


@pytest.mark.parametrize("field", ["text", "of_no_use_to_us"])
def test_invalid_utf8_is_refused_even_where_nobody_looks(field: str) -> None:
    message = b'{"date":1,"chat":{"id":5,"type":"private"},"%s":"ch\xc3o"}' % field.encode()
    with pytest.raises(ReadError) as refused:
        door().read(b'{"update_id":1,"message":%s}' % message, {SECRET_HEADER: SECRET})
    assert refused.value.status == 400


def test_a_megabyte_is_read_whole() -> None:
    [came] = read(updates.text_update(5, "đ" * 500_000))
    assert len(came.text) == 500_000


def test_a_megabyte_of_brackets_is_refused() -> None:
    deep = b'{"update_id":1,"x":' + b"[" * 500_000 + b"]" * 500_000 + b"}"
    with pytest.raises(ReadError) as refused:
        door().read(deep, {SECRET_HEADER: SECRET})
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "settings",
    [
        {"webhook_url": "https://bot.example/telegram", "secret": ""},
        {"secret": "có dấu"},
        {"secret": "x" * 257},
        {"proxy": "socks5://127.0.0.1:1080"},
        {"token": "no-number"},
        {"token": ""},
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(settings: dict[str, Any]) -> None:
    token = settings.pop("token", "123:abc-xyz")
    with pytest.raises(ValueError, match="the Telegram ") as refused:
        Telegram(token, clock=lambda: NOW, **settings)
    assert not token or token not in str(refused.value)


def test_closing_a_door_that_was_never_opened_is_fine() -> None:
    asyncio.run(door().close())


def test_reading_never_imports_aiogram() -> None:
    script = (
        "import sys\n"
        "from datetime import datetime\n"
        "from bot.channels.telegram import Telegram\n"
        "door = Telegram('1:a', clock=datetime.now, secret='s')\n"
        'body = b\'{"update_id":1,"message":{"date":1,"text":"a",'
        '"chat":{"id":5,"type":"private"}}}\'\n'
        "assert door.read(body, {'x-telegram-bot-api-secret-token': 's'})[0].text == 'a'\n"
        "heavy = {'aiogram', 'aiohttp', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
