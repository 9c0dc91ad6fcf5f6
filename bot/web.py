"""The web: the residents' chat page, its event stream, the messengers' webhooks and health."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route
from starlette.types import Lifespan, Send

from bot.assets import YEAR, serve_asset
from bot.channels.channel import Channel, ReadError
from bot.channels.web_chat.bubbles import Bubble, name_days, show, show_all
from bot.channels.web_chat.door import Stream, WebChat, post_of
from bot.channels.web_chat.pages import Pages
from bot.desk import Desk, Line
from bot.security import SECURITY_HEADERS, Brake, SecurityHeaders, is_same_origin, read_body
from handlers.message import Incoming

COOKIE = "doithoai_session"
WEBHOOK_LIMIT = 1024 * 1024
CHAT_LIMIT = 64 * 1024
LARGEST_ID = 2**63 - 1

TOO_FAST = "Bà con gửi hơi nhanh. Xin chờ một phút rồi gửi tiếp giúp."
TOO_MANY = "Đang có nhiều người hỏi cùng lúc. Bà con chờ ít phút rồi gửi lại giúp."

ROBOTS = "User-agent: *\nDisallow: /chat\nDisallow: /webhook\nDisallow: /console\n"

_log = logging.getLogger(__name__)


def build_web(
    desk: Desk,
    web_chat: WebChat,
    webhooks: Mapping[str, Channel],
    *,
    public_url: str = "",
    heartbeat: float = 20.0,
    answer_wait: float = 4.0,
    more_routes: Sequence[BaseRoute] = (),
    console_error: Callable[[int], Response] | None = None,
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """The web app; `heartbeat` and `answer_wait` in seconds, `more_routes` for the console, whose
    officials see `console_error` of a status where residents see our own page.

    `answer_wait`: how long a page without JavaScript waits for our answer before it reloads.
    """
    pages = Pages()
    errors = Errors(pages, console_error)
    chat = Chat(
        desk,
        web_chat,
        pages,
        public_url=public_url,
        heartbeat=heartbeat,
        answer_wait=answer_wait,
    )
    return Starlette(
        routes=[*chat.routes(), *Outside(desk, webhooks).routes(), *more_routes],
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={
            HTTPException: errors.say,
            ClientDisconnect: errors.say_gone,
            Exception: errors.say_failure,
        },
        lifespan=lifespan,
    )


class Json(Response):
    """JSON of dataclasses and plain data, never kept by a shared phone's browser."""

    media_type = "application/json"

    def __init__(self, content: object, status_code: int = 200) -> None:
        super().__init__(msgspec.json.encode(content), status_code, {"cache-control": "no-store"})


class EventStream(StreamingResponse):
    """Server-sent events, whose generator is closed as soon as the page goes away."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str]) -> None:
        # The second header keeps nginx from holding events back.
        super().__init__(events, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._events = events

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._events):
            await super().stream_response(send)


class Chat:
    """The routes of the residents' page."""

    def __init__(
        self,
        desk: Desk,
        web_chat: WebChat,
        pages: Pages,
        *,
        public_url: str,
        heartbeat: float,
        answer_wait: float,
    ) -> None:
        self._desk = desk
        self._web_chat = web_chat
        self._pages = pages
        self._public = urlsplit(public_url.lower())
        self._heartbeat = heartbeat
        self._answer_wait = answer_wait
        self._brake = Brake(limit=20, period=timedelta(seconds=60))
        self._upload_brake = Brake(limit=6, period=timedelta(seconds=60))

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/chat", self.post_form, methods=["POST"]),
            Route("/chat/messages", self.post_json, methods=["POST"]),
            Route("/chat/attachments", self.post_attachment, methods=["POST"]),
            Route("/chat/stream", self.stream),
            Route("/chat/history", self.history),
            Route("/static/{version}/{name}", self.static),
        ]

    async def page(self, request: Request) -> Response:
        words = request.query_params.get("hoi", "")[:200]
        return await self._page(request, self._session_of(request), draft=words)

    async def post_form(self, request: Request) -> Response:
        """A message from a page without JavaScript: wait a little, then show the page again."""
        self._require_same_origin(request)
        form = await _read_form(request)
        session = self._session_of(request) or self._web_chat.new_session()
        try:
            with self._web_chat.stream(self._web_chat.address_of(session)) as answers:
                await self._take_in(session, post_of(form))
                await self._wait_for_answer(answers)
        except ReadError as error:
            return await self._page(request, session, error, form.get("text", ""))
        return self._keep(request, session, RedirectResponse("/#moi", 303))

    async def post_json(self, request: Request) -> Response:
        """A message from the page's script: 202 once it is durable, else JSON with the reason."""
        self._require_same_origin(request)
        session = self._session_of(request) or self._web_chat.new_session()
        try:
            await self._take_in(session, await read_body(request, CHAT_LIMIT))
        except ReadError as error:
            return Json({"error": error.reason}, error.status)
        return self._keep(request, session, Json({"ok": True}, 202))

    async def post_attachment(self, request: Request) -> Response:
        """A line of JSON and a file after it: 202 once both are durable."""
        self._require_same_origin(request)
        uploads = self._web_chat.uploads
        if uploads is None:
            raise HTTPException(404)
        session = self._session_of(request) or self._web_chat.new_session()
        address = self._web_chat.address_of(session)
        try:
            self._require_pace(self._upload_brake, address)
            async with aclosing(request.stream()) as chunks:
                upload = await uploads.take_in(address, chunks)
            await self._receive([self._web_chat.read_upload(session, upload)])
        except ReadError as error:
            # The rest of a refused file is left unread.
            answer = Json({"error": error.reason}, error.status)
            answer.headers["connection"] = "close"
            return answer
        return self._keep(request, session, Json({"ok": True}, 202))

    async def static(self, request: Request) -> Response:
        """A static file: for ever under its own hash, checked again under an older one."""
        return serve_asset(request, self._pages.find_asset)

    async def history(self, request: Request) -> Response:
        """The conversation so far, for a page that may have missed something."""
        bubbles = await self._bubbles(self._require_session(request))
        return Json({"lines": bubbles})

    async def stream(self, request: Request) -> Response:
        address = self._web_chat.address_of(self._require_session(request))
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventStream(self._events(address, _as_id(after)))

    async def _events(self, address: str, after: int) -> AsyncGenerator[str]:
        """What was sent after an id, then what is sent from now on, each once."""
        told: set[int] = set()
        # Subscribe first: what is sent while the replay is read waits in the stream.
        with self._web_chat.stream(address) as live:
            # Pages reconnect at different moments after a restart.
            yield f"retry: {2000 + secrets.randbelow(4000)}\n\n"
            while lines := await self._desk.sent_after(self._web_chat.name, address, after):
                for line in lines:
                    told.add(line.id)
                    yield _as_event(show(line))
                after = lines[-1].id
            async for event in self._live_events(live, told):
                yield event

    async def _live_events(self, live: Stream, told: set[int]) -> AsyncGenerator[str]:
        while True:
            try:
                async with asyncio.timeout(self._heartbeat):
                    outgoing = await anext(live)
            except TimeoutError:
                yield ":\n\n"
            except StopAsyncIteration:
                return
            else:
                if outgoing.id not in told:
                    told.add(outgoing.id)
                    now = self._web_chat.clock()
                    yield _as_event(show(Line(outgoing.id, now, False, outgoing.message)))

    async def _take_in(self, session: str, body: bytes) -> None:
        """Read, brake, receive; raises ReadError with a reason fit for the resident."""
        incomings = self._web_chat.read(body, {"x-session": session})
        self._require_pace(self._brake, self._web_chat.address_of(session))
        await self._receive(incomings)

    def _require_pace(self, brake: Brake, address: str) -> None:
        if not brake.may_pass(address, self._web_chat.clock()):
            raise ReadError(TOO_FAST, 429)

    async def _receive(self, incomings: Sequence[Incoming]) -> None:
        try:
            await self._desk.receive(incomings)
        except ReadError as error:
            raise ReadError(TOO_MANY, error.status) from error

    async def _wait_for_answer(self, answers: Stream) -> None:
        with suppress(TimeoutError, StopAsyncIteration):
            async with asyncio.timeout(self._answer_wait):
                await anext(answers)

    async def _page(
        self,
        request: Request,
        session: str | None,
        notice: ReadError | None = None,
        draft: str = "",
    ) -> Response:
        bubbles = await self._bubbles(session) if session else []
        reason = notice.reason if notice else ""
        uploads = self._web_chat.uploads
        limit = uploads.limit if uploads else 0
        text = self._pages.chat(bubbles, notice=reason, draft=draft, largest=limit)
        status = notice.status if notice else 200
        answer = HTMLResponse(text, status, {"cache-control": "no-store"})
        return self._keep(request, session or self._web_chat.new_session(), answer)

    async def _bubbles(self, session: str) -> list[Bubble]:
        address = self._web_chat.address_of(session)
        lines = await self._desk.history(self._web_chat.name, address, limit=100)
        return name_days(show_all(lines), self._web_chat.clock())

    def _session_of(self, request: Request) -> str | None:
        session = request.cookies.get(COOKIE, "")
        return session if self._web_chat.is_session(session) else None

    def _require_session(self, request: Request) -> str:
        session = self._session_of(request)
        if session is None:
            raise HTTPException(401)
        return session

    def _require_same_origin(self, request: Request) -> None:
        hosts = {request.headers.get("host", "").lower(), self._public.netloc} - {""}
        has_cookie = self._session_of(request) is not None
        if not is_same_origin(request.headers, hosts, has_cookie=has_cookie):
            raise HTTPException(403)

    def _keep(self, request: Request, session: str, answer: Response) -> Response:
        """Keep the session in the browser for another year."""
        secure = request.url.scheme == "https" or self._public.scheme == "https"
        answer.set_cookie(
            COOKIE, session, max_age=YEAR, secure=secure, httponly=True, samesite="lax"
        )
        return answer


class Errors:
    """What a resident or an official sees, and a machine gets, when something cannot be done."""

    def __init__(self, pages: Pages, console: Callable[[int], Response] | None) -> None:
        self._pages = pages
        self._console = console

    async def say(self, request: Request, error: Exception) -> Response:
        status, headers = 500, dict[str, str]()
        if isinstance(error, HTTPException):
            status, headers = error.status_code, dict(error.headers or {})
        if request.url.path.startswith("/webhook/"):
            return PlainTextResponse(f"{status}\n", status, headers)
        if self._console is not None and _is_console(request.url.path):
            answer = self._console(status)
            answer.headers.update(headers)
            return answer
        headers["cache-control"] = "no-store"
        return HTMLResponse(self._pages.error(status), status, headers)

    async def say_gone(self, request: Request, error: Exception) -> Response:
        """The sender went away in the middle of its request: nobody reads this answer."""
        return PlainTextResponse("", 400)

    async def say_failure(self, request: Request, error: Exception) -> Response:
        """Starlette answers for a bug outside our middleware: the headers are added here."""
        answer = await self.say(request, error)
        for name, value in SECURITY_HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer


class Outside:
    """The routes for machines: messengers, monitors and search engines."""

    def __init__(self, desk: Desk, webhooks: Mapping[str, Channel]) -> None:
        self._desk = desk
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        return [
            Route("/webhook/{channel}", self.webhook, methods=["POST"]),
            Route("/health", self.health),
            Route("/robots.txt", self.robots),
        ]

    async def webhook(self, request: Request) -> Response:
        """200 only when all of it is durable: with anything else the messenger sends it again."""
        name = request.path_params["channel"]
        channel = self._webhooks.get(name)
        if channel is None:
            raise HTTPException(404)
        body = await read_body(request, WEBHOOK_LIMIT)
        try:
            incomings = channel.read(body, request.headers)
            if incomings:
                await self._desk.receive(incomings)
        except ReadError as error:
            _log.warning("%s refused a webhook (%d): %s", name, error.status, error.reason)
            later = {"retry-after": "30"} if error.status == 503 else None
            raise HTTPException(error.status, headers=later) from error
        return PlainTextResponse("ok\n")

    async def health(self, request: Request) -> Response:
        try:
            state = await self._desk.health()
        except Exception:
            _log.exception("health could not be read")
            state = {"ok": False}
        return Json(state, 503 if state.get("ok") is False else 200)

    async def robots(self, request: Request) -> Response:
        return PlainTextResponse(ROBOTS)


async def _read_form(request: Request) -> dict[str, str]:
    try:
        text = (await read_body(request, CHAT_LIMIT)).decode()
        fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: values[-1] for name, values in fields.items()}


def _is_console(path: str) -> bool:
    return path == "/console" or path.startswith("/console/")


def _as_event(bubble: Bubble) -> str:
    return f"id: {bubble.id}\ndata: {msgspec.json.encode(bubble).decode()}\n\n"


def _as_id(text: str) -> int:
    """An outbox id from outside; anything else means: from the beginning."""
    return min(int(text[:19]), LARGEST_ID) if text.isdecimal() else 0
