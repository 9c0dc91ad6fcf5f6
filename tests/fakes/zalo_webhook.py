"""Zalo's side of a webhook: events as it writes them, signed over their raw bytes, and posted."""

import io
import json
import time
from datetime import datetime
from typing import Any

import aiohttp

from bot.channels.zalo_signature import sign
from tests.fakes.zalo_oa import APP_ID, OA_ID, OA_SECRET, RESIDENT

ANSWER_WITHIN = 2.0
"""Seconds: what is not answered by then counts as failed."""


def event(name: str, at: datetime, *, user: str = RESIDENT, **parts: Any) -> dict[str, Any]:
    """A user's event; `parts` stand beside or in place of the envelope's."""
    return {
        "app_id": APP_ID,
        "sender": {"id": user},
        "user_id_by_app": "7770001112223334445",
        "recipient": {"id": OA_ID},
        "event_name": name,
        "timestamp": stamp(at),
    } | parts


def text_event(
    text: str, at: datetime, *, msg_id: str, user: str = RESIDENT, **parts: Any
) -> dict[str, Any]:
    message = {"text": text, "msg_id": msg_id}
    return event("user_send_text", at, user=user, message=message, **parts)


def stamp(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def raw(what: dict[str, Any], *, odd: bool = False) -> bytes:
    """As bytes; `odd`: in an order and with spaces that no other encoder would make."""
    if odd:
        turned = dict(reversed(what.items()))
        return json.dumps(turned, indent=3, separators=(" ,", ":  ")).encode()
    return json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()


def signed(body: bytes, *, secret: str = OA_SECRET, app_id: str = APP_ID) -> dict[str, str]:
    """The header that goes with a body."""
    timestamp = str(json.loads(body).get("timestamp", ""))
    return {"x-zevent-signature": f"mac={sign(app_id, body, timestamp=timestamp, secret=secret)}"}


async def post(url: str, body: bytes, headers: dict[str, str], *, retry: int = 0) -> int:
    """Deliver once; the status. An answer later than Zalo waits for fails the test."""
    told = headers | {"content-type": "application/json"}
    if retry:
        told["num_retry"] = str(retry)
    began = time.monotonic()
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=io.BytesIO(body), headers=told) as got,
    ):
        status = got.status
    assert time.monotonic() - began < ANSWER_WITHIN
    return status
