"""What protects the web: headers on every answer, same-origin posts, limits on size and haste."""

from collections import OrderedDict, deque
from collections.abc import Collection, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SecurityHeaders:
    """ASGI middleware: adds SECURITY_HEADERS; an answer that sets its own keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(event: Message) -> None:
            if event["type"] == "http.response.start":
                event["headers"] = _complete(event.get("headers", ()))
            await send(event)

        await self._app(scope, receive, send_with_headers)


def _complete(headers: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    wanted = ((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
    return [*headers, *(pair for pair in wanted if pair[0] not in present)]


def is_same_origin(headers: Mapping[str, str], hosts: Collection[str], *, has_cookie: bool) -> bool:
    """Whether a POST comes from our own page; `headers` and `hosts` are in lower case.

    Our Referrer-Policy makes browsers send "Origin: null" with a plain form, and old ones send
    no Sec-Fetch-Site: then our SameSite cookie, which another site's POST lacks, has to do.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin", "null")
    return has_cookie if origin == "null" else _host_of(origin) in hosts


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).netloc.lower() or None
    except ValueError:
        return None


async def read_body(request: Request, limit: int) -> bytes:
    """The raw body; raises 413 as soon as it is known to be over `limit` bytes."""
    # The rest of a refused body is left unread, so the connection cannot be used again.
    too_large = HTTPException(413, headers={"connection": "close"})
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large
    body = bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > limit:
                raise too_large
    return bytes(body)


class Brake:
    """Lets each key pass `limit` times in `period`, and remembers at most `keys` of them."""

    def __init__(self, limit: int, period: timedelta, keys: int = 10_000) -> None:
        self._limit = limit
        self._period = period
        self._keys = keys
        self._passed: OrderedDict[str, deque[datetime]] = OrderedDict()

    def may_pass(self, key: str, now: datetime) -> bool:
        """Whether there is room now; what is let through counts, what is refused does not."""
        times = self._passed.setdefault(key, deque())
        self._passed.move_to_end(key)
        while times and times[0] <= now - self._period:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        if len(self._passed) > self._keys:
            self._passed.popitem(last=False)
        return True
