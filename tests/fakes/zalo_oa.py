"""A Zalo on loopback for one Official Account: insists on what Zalo insists on.

What no caller of Zalo may ever do is in `complaints`, which a test asserts to be empty.
"""

import asyncio
import json
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from aiohttp import web

from bot.channels.zalo_signature import challenge_of, prove

APP_ID = "1234567890123456789"
APP_SECRET = "AppSecret-of-an-app-that-does-not-exist"
OA_ID = "9998887776665554443"
OA_SECRET = "OaSecretKey-Example"
RESIDENT = "5551112223334445556"

ACCESS_LIFE = timedelta(seconds=90_000)
REFRESH_LIFE = timedelta(days=90)
BUTTON_TYPES = {"oa.query.show", "oa.query.hide", "oa.open.url", "oa.open.phone", "oa.open.sms"}
STOPPED = {"/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion"}


class RefusedError(Exception):
    """Zalo's no: status 200 with a code."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code, self.message = code, message or f"error {code}"


@dataclass
class Failure:
    """How a call goes wrong, after `seconds`: an answer of its own or none; `done`: carried out."""

    status: int = 200
    body: Any = None
    silent: bool = False
    done: bool = False
    seconds: float = 0.0


@dataclass
class Call:
    path: str
    body: Any
    headers: dict[str, str] = field(repr=False)


class ZaloOa:
    """`async with ZaloOa(clock) as zalo`, then talk to `zalo.url`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.sent: list[dict[str, Any]] = []
        """What residents see: {"user", "text", "buttons"} or {"user", "template", "data"}."""
        self.complaints: list[str] = []
        self.per_minute = 4000
        self.buttons_allowed = 5
        self.templates = {"317001": {"noi_dung"}}
        self.heard_at: dict[str, datetime | None] = {}
        """When each user last wrote, followed or pressed; None: never."""
        self.gone: set[str] = set()
        self.account = {
            "oaid": OA_ID, "name": "UBND phường Thử", "is_verified": True,
            "package_name": "Nâng cao", "package_valid_through_date": "31/12/2027",
        }  # fmt: skip
        self.codes: dict[str, str] = {}
        """Consent codes, each with the challenge that was shown with it."""
        self.rotations = 0
        self.slow_rotation = 0.0
        self.grant_is_dead = False
        self._clock = clock
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, datetime] = {}
        self._failures: dict[str, deque[Failure | None]] = {}
        self._minute = ("", 0)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v4/oa/access_token", self._tokens)
        app.router.add_route("*", "/{path:.*}", self._api)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # What tests do

    def meet(self, user: str = RESIDENT) -> None:
        """The user writes, follows or presses: now we may write for two days, or seven."""
        self.heard_at[user] = self._clock()

    def fail(self, path: str, *failures: int | Failure | None) -> None:
        """The next calls of `path` fail so, one by one: a code, or worse; None: one goes well."""
        queue = self._failures.setdefault(path, deque())
        for one in failures:
            coded = Failure(body=_refusal(one)) if isinstance(one, int) else one
            queue.append(coded)

    def issue(self) -> tuple[str, str]:
        """A new pair, as after a consent."""
        self.rotations += 1
        access, refresh = f"access-{self.rotations}-s3cret", f"refresh-{self.rotations}-s3cret"
        self._access[access] = self._clock() + ACCESS_LIFE
        self._refresh[refresh] = self._clock() + REFRESH_LIFE
        return access, refresh

    def forget(self, access: str) -> None:
        """Zalo drops an access token before its time."""
        self._access.pop(access)

    def calls_of(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    # The consent server

    async def _tokens(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append(Call(request.path, form, dict(request.headers)))
        if request.content_type != "application/x-www-form-urlencoded" or "secret_key" in form:
            self.complaints.append("tokens are asked for with a form and a header")
        failure = self._next_failure(request.path)
        if failure and not failure.done:
            return await self._go_wrong(request, failure)
        try:
            pair = self._grant(form, request.headers.get("secret_key", ""))
        except RefusedError as no:
            return web.json_response(
                {"error": no.code, "error_name": no.message, "error_reason": "", "ref_doc": ""}
            )
        await asyncio.sleep(self.slow_rotation)
        if failure:
            return await self._go_wrong(request, failure)
        seconds = str(int(ACCESS_LIFE.total_seconds()))
        return web.json_response(
            {"access_token": pair[0], "refresh_token": pair[1], "expires_in": seconds}
        )

    def _grant(self, form: dict[str, str], secret: str) -> tuple[str, str]:
        if secret != APP_SECRET or form.get("app_id") != APP_ID:
            raise RefusedError(-14001, "Invalid app")
        if form.get("grant_type") == "authorization_code":
            challenge = self.codes.pop(form.get("code", ""), None)
            if challenge is None:
                raise RefusedError(-14011, "Invalid authorization code")
            if challenge != challenge_of(form.get("code_verifier", "")):
                raise RefusedError(-14003, "Invalid code verifier")
        elif self.grant_is_dead:
            raise RefusedError(-14014, "Invalid refresh token")
        else:
            # Popped: a refresh token is good for one use.
            ends = self._refresh.pop(form.get("refresh_token", ""), None)
            if ends is None or ends <= self._clock():
                raise RefusedError(-118, "Refresh token is invalid")
        return self.issue()

    # The API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        body = await self._body_of(request)
        self.calls.append(Call(path, body, dict(request.headers)))
        failure = self._next_failure(path)
        if failure and not failure.done:
            return await self._go_wrong(request, failure)
        try:
            self._count()
            self._check_headers(request)
            data = self._do(request.method, path, body)
        except RefusedError as no:
            return self._answer(_refusal(no.code, no.message))
        if failure:
            return await self._go_wrong(request, failure)
        return self._answer({"error": 0, "message": "Success", "data": data})

    def _answer(self, body: Any) -> web.Response:
        remain = str(max(0, self.per_minute - self._minute[1]))
        headers = {"X-RateLimit-Limit": str(self.per_minute), "X-RateLimit-Remain": remain}
        return web.json_response(body, headers=headers)

    async def _body_of(self, request: web.Request) -> Any:
        if request.method == "GET":
            if set(request.query) - {"data"}:
                self.complaints.append(f"{request.path}: arguments of a GET go as data=")
            return json.loads(request.query.get("data", "{}"))
        if request.content_type != "application/json":
            self.complaints.append(f"{request.path}: not JSON but {request.content_type}")
        return await request.json()

    def _count(self) -> None:
        minute = self._clock().strftime("%Y%m%d%H%M")
        used = self._minute[1] + 1 if self._minute[0] == minute else 1
        self._minute = (minute, used)
        if used > self.per_minute:
            raise RefusedError(-32, "Your application reached limit call api")

    def _check_headers(self, request: web.Request) -> None:
        if "Authorization" in request.headers:
            self.complaints.append("Zalo knows no Authorization header")
        token = request.headers.get("access_token", "")
        if token not in self._access:
            raise RefusedError(-216, "Access token is invalid")
        if self._access[token] <= self._clock():
            raise RefusedError(-220, "Access token has expired")
        proof = request.headers.get("appsecret_proof")
        if proof is not None and proof != prove(APP_SECRET, token):
            raise RefusedError(-242, "appsecret_proof is invalid")

    def _do(self, method: str, path: str, body: Any) -> Any:
        if path in STOPPED or path == "/v2.0/oa/message":
            self.complaints.append(f"{path} was stopped")
            raise RefusedError(-240, "This API was closed")
        routes = {
            ("POST", "/v3.0/oa/message/cs"): self._say,
            ("POST", "/v3.0/oa/message/template"): self._say_template,
            ("POST", "/v3.0/oa/quota/message"): self._quota,
            ("GET", "/v2.0/oa/getoa"): lambda _: self.account,
        }
        if (method, path) not in routes:
            self.complaints.append(f"the fake does not know {method} {path}")
            raise RefusedError(-201, "not supported")
        return routes[method, path](body)

    def _say(self, body: Any) -> Any:
        user, message = body["recipient"]["user_id"], body["message"]
        text, buttons = message["text"], self._buttons(message.get("attachment"))
        if not text.strip() or set(message) - {"text", "attachment", "quote_message_id"}:
            raise RefusedError(-201, "message is invalid")
        if unicodedata.normalize("NFC", text) != text:
            self.complaints.append("a text is not in NFC")
        if len(text) > 2000:
            raise RefusedError(-210, "text is over 2000")
        self._check_user(user)
        self._check_window(user)
        self.sent.append({"user": user, "text": text, "buttons": buttons})
        return {"message_id": f"m{len(self.sent):019d}", "user_id": user}

    def _buttons(self, attachment: Any) -> list[dict[str, Any]]:
        if attachment is None:
            return []
        payload = attachment["payload"]
        if attachment["type"] != "template" or set(payload) != {"buttons"}:
            raise RefusedError(-201, "attachment is invalid")
        buttons = payload["buttons"]
        if not 1 <= len(buttons) <= self.buttons_allowed:
            raise RefusedError(-201, "buttons is invalid")
        for button in buttons:
            if set(button) != {"title", "type", "payload"} or button["type"] not in BUTTON_TYPES:
                raise RefusedError(-201, "button is invalid")
            if len(button["title"]) > 100 or len(str(button["payload"])) > 1000:
                raise RefusedError(-210, "button is over its limit")
        return buttons

    def _check_user(self, user: str) -> None:
        if user not in self.heard_at:
            raise RefusedError(-201, "user_id is invalid")
        if user in self.gone:
            raise RefusedError(-213, "User has not followed OA")

    def _check_window(self, user: str) -> None:
        heard_at = self.heard_at[user]
        if heard_at is None:
            raise RefusedError(-232, "User has not interacted with the OA")
        if self._clock() - heard_at > timedelta(days=7):
            raise RefusedError(-230, "User has not interacted with the OA in the past 7 days")

    def _say_template(self, body: Any) -> Any:
        fields = self.templates.get(body["template_id"])
        if fields is None:
            raise RefusedError(-109, "Template is invalid")
        if set(body["template_data"]) != fields:
            raise RefusedError(-1122, "Template data is missing parameter")
        if any(len(value) > 400 or "\n" in value for value in body["template_data"].values()):
            raise RefusedError(-1121, "Template data is over length")
        self._check_user(body["user_id"])
        sent = {"user": body["user_id"], "template": body["template_id"]}
        self.sent.append(sent | {"data": body["template_data"]})
        return {"message_id": f"t{len(self.sent):019d}", "sent_time": "0", "quota": {}}

    def _quota(self, body: Any) -> Any:
        if body.get("quota_owner") != "OA" or body.get("product_type") != "cs":
            raise RefusedError(-201, "quota_owner is invalid")
        return [{"quota_type": "sub_quota", "remain": 480, "total": 500}]

    # What goes wrong

    def _next_failure(self, path: str) -> Failure | None:
        queue = self._failures.get(path)
        return queue.popleft() if queue else None

    async def _go_wrong(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        await asyncio.sleep(failure.seconds)
        if failure.silent:
            assert request.transport is not None
            request.transport.close()
        if isinstance(failure.body, (bytes, str)):
            body = failure.body.encode() if isinstance(failure.body, str) else failure.body
            return web.Response(status=failure.status, body=body)
        return web.json_response(failure.body, status=failure.status)


def _refusal(code: int, message: str = "") -> dict[str, Any]:
    return {"error": code, "message": message or f"error {code}"}
