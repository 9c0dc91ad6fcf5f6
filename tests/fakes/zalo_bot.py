"""Zalo's Bot API on loopback, with the habits that were reported of it, the bad ones too.

What a careful client never does is in `complaints`, which a test asserts to be empty.
"""

import asyncio
import json
import unicodedata
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

from aiohttp import ClientError, ClientSession, web

from tests.fakes.zalo_events import BOT_ID, DATE, Event

TOKEN = "12345689:abc-of-a-bot-that-does-not-exist"
Params = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """How the fake fails a call: with a refusal, a page, silence, or a cut wire after doing it.

    `http`: the status around the refusal; 0: the same as its code.
    """

    code: int = 0
    description: str = ""
    http: int = 0
    page: str = ""
    cut: Literal["", "silence", "reset"] = ""

    def __str__(self) -> str:
        return f"{self.code or self.cut or 'page'} in {self.http or self.code}"


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    params: Params


METHODS: dict[str, set[str]] = {
    "getMe": set(),
    "getUpdates": {"timeout"},
    "setWebhook": {"url", "secret_token"},
    "deleteWebhook": set(),
    "getWebhookInfo": set(),
    "sendMessage": {"chat_id", "text", "parse_mode"},
    "sendChatAction": {"chat_id", "action"},
}


class RefusedError(Exception):
    """Zalo answers with an error."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.failure = Failure(code, description)


class ZaloBotApi:
    """Zalo, for one bot: `async with ZaloBotApi() as api`, then talk to `api.url`."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.sent: list[Params] = []
        """The messages that residents see: chat_id and text."""
        self.complaints: list[str] = []
        self.webhook: Params = {}
        self.pending: list[Event] = []
        self.mirrors = True
        """Whether the HTTP status repeats the error's code; else it is 200."""
        self.replays = False
        """Whether an event that was given comes back at every question, at once."""
        self.forgets = False
        """Whether what happens while nobody asks is lost."""
        self.wraps = False
        """Whether the webhook is called with {"ok": true, "result": event}."""
        self.tries_out: Literal["", "with", "without"] = ""
        """Whether setWebhook calls the webhook before it answers, with the secret or without."""
        self.plan = 3000
        """Messages that may still go out this month."""
        self.longest_wait = 50.0
        """Seconds after which getUpdates answers 408, whatever it was asked."""
        self._given: list[Event] = []
        self._chats: set[str] = set()
        self._failures: dict[str, deque[Failure | None]] = {}
        self._polls = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # What tests do

    def meet(self, chat: str) -> None:
        """A resident has written: only then may the bot write there."""
        self._chats.add(chat)

    def fail(self, method: str, *failures: Failure | None) -> None:
        """The next calls of `method` fail like this, one after the other; None: one goes well."""
        self._failures.setdefault(method, deque()).extend(failures)

    async def push(self, event: Event) -> Event:
        """Somebody says something; it waits to be fetched or delivered."""
        self.meet(event["message"]["chat"]["id"])
        if not self.forgets or self._polls:
            self.pending.append(event)
        await self._tell()
        return event

    async def deliver(self) -> list[int]:
        """Call the webhook with all that waits; what is not answered with 200 stays waiting."""
        statuses: list[int] = []
        for event in list(self.pending):
            statuses.append(status := await self._post(event))
            if status == 200:
                self.pending.remove(event)
        return statuses

    async def _post(self, event: object, *, with_secret: bool = True) -> int:
        secret = {"X-Bot-Api-Secret-Token": self.webhook["secret_token"]} if with_secret else {}
        body = {"ok": True, "result": event} if self.wraps else event
        async with ClientSession(headers=secret) as client:
            try:
                async with client.post(self.webhook["url"], json=body) as answer:
                    return answer.status
            except ClientError:
                return 0

    async def wait_for(self, method: str, times: int = 1) -> list[Call]:
        """Wait until `method` was called so often; returns those calls."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.calls_of(method)) >= times)
        return self.calls_of(method)

    async def wait_for_sent(self, times: int) -> list[str]:
        """Wait until residents see so many texts; returns them."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= times)
        return [message["text"] for message in self.sent]

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # What Zalo does

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, given = request.match_info["method"], await self._params(request)
        self.calls.append(Call(method, given))
        await self._tell()
        failures = self._failures.get(method)
        failure = failures.popleft() if failures else None
        if failure is not None and not failure.cut:
            return self._failed(failure)
        try:
            if request.match_info["token"] != TOKEN:
                raise RefusedError(401, "Unauthorized")
            result = await self._do(method, given)
        except RefusedError as refused:
            return self._failed(refused.failure)
        finally:
            await self._tell()
        if failure is not None:
            await _cut(request, failure)
        return web.json_response({"ok": True, "result": result})

    async def _params(self, request: web.Request) -> Params:
        if request.method != "POST" or request.content_type != "application/json":
            self.complaints.append(f"{request.method} of {request.content_type}")
        return json.loads(await request.text() or "{}")

    def _failed(self, failure: Failure) -> web.Response:
        mirrored = failure.code if self.mirrors else 200
        status = failure.http or mirrored
        if failure.page:
            return web.Response(text=failure.page, status=status, content_type="text/html")
        error = {"ok": False, "error_code": failure.code, "description": failure.description}
        return web.json_response(error, status=status)

    async def _do(self, method: str, given: Params) -> Any:
        if method not in METHODS:
            self.complaints.append(f"the fake does not know {method}")
            raise RefusedError(404, "Not Found")
        if unknown := set(given) - METHODS[method]:
            self.complaints.append(f"{method} has no {sorted(unknown)}")
        does: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendChatAction": self._send_chat_action,
        }
        return await does[method](given)

    async def _get_me(self, _: Params) -> Any:
        return {
            "id": BOT_ID,
            "account_name": "bot.VDKythu",
            "account_type": "BASIC",
            "can_join_groups": False,
            "display_name": "Bot Đối Thoại",
        }

    async def _get_updates(self, params: Params) -> Any:
        if self.webhook:
            raise RefusedError(400, "Bad Request: a webhook is set")
        if self.replays and self._given and not self.pending:
            self._given.append(self._given.pop(0))
            return self._given[-1]
        self._polls += 1
        try:
            async with asyncio.timeout(min(int(params["timeout"]), self.longest_wait)):
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self.pending))
        except TimeoutError:
            raise RefusedError(408, "Request Timeout") from None
        finally:
            self._polls -= 1
        self._given.append(self.pending.pop(0))
        return self._given[-1]

    async def _set_webhook(self, params: Params) -> Any:
        if not params["url"].startswith(("https://", "http://127.0.0.1:")):
            raise RefusedError(400, "Bad Request: an HTTPS URL is needed")
        if not 8 <= len(params["secret_token"]) <= 256:
            raise RefusedError(400, "Bad Request: secret_token has 8 to 256 characters")
        self.webhook = params
        if self.tries_out:
            test = {"event_name": "webhook.test"}
            status = await self._post(test, with_secret=self.tries_out == "with")
            if status != 200:
                self.webhook = {}
                raise RefusedError(400, f"Bad Request: the webhook answered {status}")
        return {"url": params["url"], "updated_at": DATE}

    async def _delete_webhook(self, _: Params) -> Any:
        self.webhook = {}
        return {"url": "", "updated_at": DATE}

    async def _get_webhook_info(self, _: Params) -> Any:
        if not self.webhook:
            raise RefusedError(404, "Not Found")
        return {"url": self.webhook["url"], "updated_at": DATE}

    async def _send_message(self, params: Params) -> Any:
        text = params.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= 2000:
            raise RefusedError(400, "Bad Request: text has 1 to 2000 characters")
        if not unicodedata.is_normalized("NFC", text):
            self.complaints.append("a text that is not in NFC")
        if "parse_mode" in params:
            self.complaints.append("markup, which shows differently from phone to phone")
        self._require_chat(params)
        if self.plan <= 0:
            raise RefusedError(429, "Quota exceeded")
        self.plan -= 1
        self.sent.append(params)
        return {"message_id": f"{len(self.sent):020x}", "date": DATE}

    async def _send_chat_action(self, params: Params) -> Any:
        if params.get("action") != "typing":
            raise RefusedError(400, "Bad Request: action")
        self._require_chat(params)
        return True

    def _require_chat(self, params: Params) -> None:
        if not isinstance(params.get("chat_id"), str):
            raise RefusedError(400, "Bad Request: chat_id is a string")
        if params["chat_id"] not in self._chats:
            raise RefusedError(404, "Not Found: chat")


async def _cut(request: web.Request, failure: Failure) -> None:
    """Leave the caller in the dark, after its call was carried out."""
    if failure.cut == "silence":
        await asyncio.sleep(60)
    elif request.transport is not None:
        request.transport.abort()
