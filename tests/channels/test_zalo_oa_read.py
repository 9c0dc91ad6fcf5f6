"""What the Zalo OA door makes of what Zalo sends, as a table of recorded exchanges."""

import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.channel import ReadError
from bot.channels.zalo_signature import challenge_of, mac_of, prove, sign, verifier_from
from handlers.message import Attachment, Incoming, Place
from tests.channels.zalo_room import reading_door
from tests.conftest import StoppedClock
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, RESIDENT
from tests.fakes.zalo_webhook import event, raw, signed, stamp, text_event

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded" / "zalo_oa_in.json"
EXCHANGES: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))


def now() -> datetime:
    return NOW


def body_of(exchange: dict[str, Any]) -> bytes:
    body = exchange["body"]
    return body.encode() if isinstance(body, str) else raw(body)


def headers_of(exchange: dict[str, Any], body: bytes) -> dict[str, str]:
    if not exchange.get("signed", True):
        return exchange.get("headers", {})
    secret, first = exchange.get("secret", OA_SECRET), exchange.get("first", APP_ID)
    return signed(body, secret=secret, app_id=first)


def name_of(exchange: dict[str, Any]) -> str:
    return exchange["name"]


def incoming_of(expected: dict[str, Any], body: bytes) -> Incoming:
    fields: dict[str, Any] = expected | {"sent_at": datetime.fromisoformat(expected["sent_at"])}
    if fields["external_id"] == "sha256":
        fields["external_id"] = hashlib.sha256(body).hexdigest()
    fields["attachments"] = tuple(Attachment(**one) for one in fields.get("attachments", ()))
    if "place" in fields:
        fields["place"] = Place(**fields["place"])
    return Incoming(channel="zalo_oa", **fields)


@pytest.mark.parametrize("exchange", [e for e in EXCHANGES if "expect" in e], ids=name_of)
def test_an_event_becomes_what_the_table_says(exchange: dict[str, Any]) -> None:
    body = body_of(exchange)
    came = reading_door(now).read(body, headers_of(exchange, body))
    assert came == [incoming_of(expected, body) for expected in exchange["expect"]]


@pytest.mark.parametrize("exchange", [e for e in EXCHANGES if "refused" in e], ids=name_of)
def test_a_bad_request_is_refused_with_the_status_in_the_table(exchange: dict[str, Any]) -> None:
    body = body_of(exchange)
    with pytest.raises(ReadError) as refused:
        reading_door(now).read(body, headers_of(exchange, body))
    assert refused.value.status == exchange["refused"]
    assert OA_SECRET not in str(refused.value)


# The signature


def test_the_vector_of_the_reference_is_signed_as_written_there() -> None:
    body = (
        '{"app_id":"1234567890123456789","sender":{"id":"5551112223334445556"},'
        '"user_id_by_app":"7770001112223334445","recipient":{"id":"9998887776665554443"},'
        '"event_name":"user_send_text",'
        '"message":{"text":"Xin chào","msg_id":"96d3cdf3af150460909"},'
        '"timestamp":"1754000000000"}'
    ).encode()
    assert len(body) == 270
    mac = "d6fb1842ad41223a4365fd7b7538ebd1e25a50455bb53d029dd4c0b948543cbd"
    given_ = "1754000000000"
    assert sign(APP_ID, body, timestamp=given_, secret="OaSecretKey-Example") == mac
    then = datetime(2025, 8, 1, tzinfo=UTC)
    [came] = reading_door(lambda: then).read(body, {"x-zevent-signature": f"mac={mac}"})
    assert (came.text, came.external_id) == ("Xin chào", "96d3cdf3af150460909")


def test_the_other_vectors_of_the_reference_hold() -> None:
    proof = "2e2b9904b3e58aecdef31853b34ba6a6db82323ca1c5517d4bbf25d2938de838"
    assert prove("AppSecretExample", "AccessTokenExample") == proof
    challenge = challenge_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ")
    assert challenge == "RqIZl4LIgn8KxW9QO-nTnv7pf0CnNrksx9fF-CXP2FE"


def test_a_verifier_is_the_same_at_every_start_and_tells_nothing_of_the_secret() -> None:
    verifier = verifier_from(APP_SECRET)
    assert verifier == verifier_from(APP_SECRET) != verifier_from("another secret")
    assert len(verifier) == 43
    assert APP_SECRET not in verifier


@pytest.mark.parametrize("shape", ["mac={}", "MAC={}", " {} ", "mac= {}"])
def test_a_signature_is_read_however_it_is_dressed(shape: str) -> None:
    body = raw(text_event("chào", NOW, msg_id="m1"))
    mac = mac_of(signed(body)["x-zevent-signature"])
    for written in (mac, mac.upper()):
        assert reading_door(now).read(body, {"x-zevent-signature": shape.format(written)})


def test_odd_spaces_and_orders_are_signed_as_they_came() -> None:
    body = raw(text_event("chào", NOW, msg_id="m1"), odd=True)
    assert [one.text for one in reading_door(now).read(body, signed(body))] == ["chào"]


@pytest.mark.parametrize("in_body", [True, False])
def test_a_timestamp_of_the_header_is_tried_after_the_bodys(in_body: bool) -> None:
    what = text_event("chào", NOW, msg_id="m1")
    if not in_body:
        del what["timestamp"]
    body, at = raw(what), stamp(NOW - timedelta(seconds=3))
    mac = sign(APP_ID, body, timestamp=at, secret=OA_SECRET)
    headers = {"x-zevent-signature": f"mac={mac}", "x-zevent-timestamp": at}
    assert [one.text for one in reading_door(now).read(body, headers)] == ["chào"]


def test_zalos_own_retries_pass_for_two_hours_and_keep_their_id() -> None:
    clock = StoppedClock(NOW)
    body = raw(text_event("chào", NOW, msg_id="m1"))
    door = reading_door(clock.now)
    first = door.read(body, signed(body))
    for minutes in (0.5, 5, 15, 30, 60):
        clock.move(minutes=minutes)
        assert door.read(body, signed(body) | {"num_retry": "1"}) == first
    clock.move(days=1)
    with pytest.raises(ReadError, match="too old"):
        door.read(body, signed(body))


def test_without_the_accounts_id_every_event_of_the_app_is_read() -> None:
    body = raw(text_event("chào", NOW, msg_id="m1", recipient={"id": "another"}))
    assert reading_door(now).read(body, signed(body)) == []
    assert len(reading_door(now, oa_id="").read(body, signed(body))) == 1


def test_what_is_of_no_use_is_logged_by_its_name_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    body = raw(event("user_told_a_secret", NOW, message={"text": "riêng tư"}))
    assert reading_door(now).read(body, signed(body)) == []
    assert "user_told_a_secret" in caplog.text
    assert "riêng tư" not in caplog.text
    assert RESIDENT not in caplog.text


# Whatever comes


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"event_name":"user_send_text","x":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b'{"event_name":"user_send_text","app_id":' + b"9" * 10_000 + b"}",
        b'{"event_name":"user_send_text","timestamp":' + b"9" * 10_000 + b"}",
        b'{"event_name":"\\ud800"}',
        b'{"event_name":"ch\xc3o"}',
    ],
    ids=["brackets", "a deep event", "a huge app", "a huge time", "half a letter", "no UTF-8"],
)
def test_junk_is_refused_without_ado(body: bytes) -> None:
    with pytest.raises(ReadError) as refused:
        reading_door(now).read(body, {"x-zevent-signature": "mac=" + "0" * 64})
    assert refused.value.status in (400, 401)


def test_a_megabyte_is_read_whole() -> None:
    body = raw(text_event("đ" * 500_000, NOW, msg_id="m1"))
    [came] = reading_door(now).read(body, signed(body))
    assert len(came.text) == 500_000


def test_a_huge_number_inside_a_signed_event_is_no_reason_to_refuse_it() -> None:
    place = {"coordinates": {"latitude": 10**400, "longitude": "1e999"}}
    message = {"msg_id": "m1", "attachments": [{"payload": place}]}
    body = raw(event("user_send_location", NOW, message=message))
    [came] = reading_door(now).read(body, signed(body))
    assert came.kind == "unreadable"


EVENTS = sorted({e["body"]["event_name"] for e in EXCHANGES if isinstance(e["body"], dict)})
SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
VALUE = SCALAR | st.lists(SCALAR, max_size=2) | st.fixed_dictionaries({"id": SCALAR})
PLACE = st.fixed_dictionaries({"latitude": SCALAR, "longitude": SCALAR})
PAYLOAD = st.fixed_dictionaries(
    {}, optional={"url": VALUE, "name": VALUE, "size": VALUE, "coordinates": PLACE | VALUE}
)
ATTACHED = st.lists(st.fixed_dictionaries({"payload": PAYLOAD}), max_size=2)
MESSAGE = st.fixed_dictionaries(
    {}, optional={"text": VALUE, "msg_id": VALUE, "attachments": ATTACHED | VALUE}
)
SIDES = ["sender", "recipient", "follower", "oa_id", "info", "timestamp", "app_id"]
PARTS = st.fixed_dictionaries({"message": MESSAGE | VALUE}, optional=dict.fromkeys(SIDES, VALUE))


@settings(deadline=None)
@given(st.sampled_from(EVENTS), PARTS)
@example("user_send_text", {"timestamp": 10**30})
@example("user_send_text", {"sender": {"id": 10**30}})
def test_any_signed_event_is_a_list_or_a_refusal(name: str, parts: dict[str, Any]) -> None:
    body = json.dumps(event(name, NOW) | parts).encode()
    try:
        came = reading_door(now).read(body, signed(body))
    except ReadError as refused:
        assert refused.status in (400, 401)  # noqa: PT017 - or a list
        return
    assert all(isinstance(one, Incoming) and one.address and one.external_id for one in came)
    assert all(len(one.address) <= 64 and len(one.external_id) <= 64 for one in came)


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=80), st.text(max_size=20))
def test_any_bytes_are_a_list_or_a_refusal(body: bytes, mac: str, at: str) -> None:
    try:
        headers = {"x-zevent-signature": mac, "x-zevent-timestamp": at}
        assert reading_door(now).read(body, headers) == []
    except ReadError as refused:
        assert refused.status in (400, 401)  # noqa: PT017 - or a list


# Settings


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"app_id": ""}, "id and secret of developers"),
        ({"api": "openapi.zalo.me"}, "must begin with https"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(given_: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        reading_door(now, **given_)
    assert APP_SECRET not in str(refused.value)


def test_the_accounts_id_is_not_taken_for_a_resident() -> None:
    body = raw(event("follow", NOW, sender=None, follower={"id": OA_ID}))
    assert reading_door(now).read(body, signed(body)) == []
