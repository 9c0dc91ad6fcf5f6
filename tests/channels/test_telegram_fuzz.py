"""Whatever comes through the webhook, the door reads it or refuses it; it never breaks."""

import json
import unicodedata
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.channel import ReadError
from bot.channels.telegram import SECRET_HEADER, Telegram
from handlers.message import Extras, Incoming, extras_of

SECRET = "bi-mat"
RECORDED = Path(__file__).parent / "recorded" / "telegram.json"
BODIES: list[dict[str, Any]] = [
    exchange["body"]
    for exchange in json.loads(RECORDED.read_text(encoding="utf-8"))
    if isinstance(exchange["body"], dict)
]
DOOR = Telegram("123:abc", clock=lambda: datetime(2026, 11, 24, tzinfo=UTC), secret=SECRET)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def read(body: bytes) -> list[Incoming] | None:
    """What the door makes of it; None: it was refused."""
    try:
        return DOOR.read(body, {SECRET_HEADER: SECRET})
    except ReadError:
        return None


def spots_of(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside a JSON value at which another value could stand."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = [(value, key) for key in value]
    elif isinstance(value, list):
        inside = [(value, at) for at in range(len(value))]
    return inside + [spot for holder, key in inside for spot in spots_of(holder[key])]


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_an_update_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    update = deepcopy(data.draw(st.sampled_from(BODIES)))
    holder, key = data.draw(st.sampled_from(spots_of(update)))
    holder[key] = data.draw(ANYTHING)
    for came in read(json.dumps(update).encode()) or []:
        assert came.channel == "telegram"
        assert came.address.lstrip("-").isdecimal()
        assert unicodedata.is_normalized("NFC", came.text)
        kept = msgspec.json.decode(msgspec.json.encode(extras_of(came) or {}))
        assert msgspec.convert(kept, Extras).attachments == came.attachments
        assert "\0" not in came.text + repr(kept)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert read(body) in (None, [])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BODIES), st.integers(0, 2_000), st.binary(max_size=4))
def test_an_update_damaged_on_the_way_is_read_or_refused(
    update: dict[str, Any], at: int, noise: bytes
) -> None:
    body = json.dumps(update, ensure_ascii=False).encode()
    came = read(body[:at] + noise + body[at + len(noise) :])
    assert came is None or len(came) <= 1
