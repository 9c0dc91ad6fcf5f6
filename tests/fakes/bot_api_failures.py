"""The ways in which Telegram, or what lies between it and us, fails a call."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web


@dataclass(frozen=True)
class Failure:
    """How the fake fails a call: with an answer, or with silence or a cut wire after doing it."""

    status: int = 200
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict[str, int])
    page: str = ""
    cut: Literal["", "silence", "reset"] = ""


def too_many_requests(seconds: int | None = 7) -> Failure:
    if seconds is None:
        return Failure(429, "Too Many Requests")
    waits = {"retry_after": seconds}
    return Failure(429, f"Too Many Requests: retry after {seconds}", waits)


def bad_gateway(status: int = 502) -> Failure:
    page = "<html><head><title>Bad Gateway</title></head><body>nginx</body></html>"
    return Failure(status, page=page)


SILENCE = Failure(cut="silence")
RESET = Failure(cut="reset")
BLOCKED = Failure(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = Failure(403, "Forbidden: user is deactivated")
CANNOT_PARSE = Failure(
    400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0'
)
SERVER_ERROR = Failure(500, "Internal Server Error")
UNAUTHORIZED = Failure(401, "Unauthorized")
NOT_FOUND = Failure(404, "Not Found")


def error_answer(
    status: int, description: str, parameters: dict[str, int] | None = None
) -> web.Response:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    body |= {"parameters": parameters} if parameters else {}
    return web.json_response(body, status=status)


def answer_of(failure: Failure) -> web.Response:
    if failure.page:
        return web.Response(text=failure.page, status=failure.status, content_type="text/html")
    return error_answer(failure.status, failure.description, failure.parameters)


async def cut(request: web.Request, failure: Failure) -> None:
    """Leave the caller in the dark, after its call was carried out."""
    if failure.cut == "silence":
        await asyncio.sleep(60)
    elif request.transport is not None:
        request.transport.abort()
