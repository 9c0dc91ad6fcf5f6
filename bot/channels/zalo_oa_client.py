"""Zalo's side of the wire: our calls, and what each of their failures means for a sending."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, TypeVar

import aiohttp
import msgspec

from bot.channels.channel import SendError
from bot.channels.zalo_oa_errors import PLAINER, Alarm, Fate, RefusedError
from bot.channels.zalo_oa_text import Part
from bot.channels.zalo_signature import prove
from bot.channels.zalo_tokens import Keeper

log = logging.getLogger(__name__)

API = "https://openapi.zalo.me"

_Verb = Literal["GET", "POST"]
_Told = TypeVar("_Told")

_RETRY_IN = 5.0  # seconds, when no connection was made
_CONNECT = 10.0  # seconds; a connection that takes longer will not come
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_SLOW_DOWN = 60.0  # seconds: Zalo counts by the minute


class _Answer(msgspec.Struct):
    """Every answer: a failure comes with status 200 too, and with `error` other than 0."""

    error: int
    message: Any = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Sent(msgspec.Struct):
    message_id: str | int = ""
    msg_id: str | int = ""


class Account(msgspec.Struct):
    """What Zalo says of our Official Account."""

    oaid: str | int = ""
    name: str = ""
    is_verified: bool = True
    package_name: str | None = None
    package_valid_through_date: str | None = None


class Quota(msgspec.Struct):
    """What is left of a package's paid messages."""

    remain: str | int = ""
    total: str | int = ""


_ANSWER = msgspec.json.Decoder(_Answer, strict=False)
_SENT = msgspec.json.Decoder(_Sent, strict=False)
_ACCOUNT = msgspec.json.Decoder(Account, strict=False)
_QUOTAS = msgspec.json.Decoder(Quota | list[Quota], strict=False)


class Client:
    """An Official Account's calls. Every one raises SendError and nothing else of the wire."""

    def __init__(
        self,
        keeper: Keeper,
        app_secret: str,
        *,
        clock: Callable[[], datetime],
        api: str = API,
        timeout: float = 20.0,
    ) -> None:
        """`timeout`: seconds for one call, from connecting to the last byte of the answer."""
        self._keeper = keeper
        self._app_secret = app_secret
        self._clock = clock
        self._api = api.rstrip("/")
        limits = aiohttp.ClientTimeout(total=timeout, connect=min(_CONNECT, timeout / 2))
        self._session = aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar())
        self._alarm = Alarm()

    async def say(self, user: str, part: Part) -> str:
        """Send one part; where Zalo does not take its buttons, its numbered lines have to do."""
        try:
            return await self._say(user, _message(part))
        except RefusedError as refusal:
            if not part.buttons or refusal.code not in PLAINER:
                raise
            log.warning("sent again without buttons: %s", refusal.reason)
        return await self._say(user, {"text": part.text})

    async def _say(self, user: str, message: Mapping[str, Any]) -> str:
        body = {"recipient": {"user_id": user}, "message": message}
        sent = await self._call("POST", "/v3.0/oa/message/cs", body)
        self._alarm.calm()
        return _id_of(sent)

    async def say_template(self, user: str, template: str, data: Mapping[str, str]) -> str:
        """Send an approved template, which needs no word of the resident before it."""
        body = {"user_id": user, "template_id": template, "template_data": data}
        return _id_of(await self._call("POST", "/v3.0/oa/message/template", body))

    async def account(self) -> Account:
        """Our own account, and whether it is in order."""
        return _told(_ACCOUNT, await self._call("GET", "/v2.0/oa/getoa"))

    async def quota(self) -> Quota:
        """What is left of the package's messages after the free 48 hours."""
        asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
        told = _told(_QUOTAS, await self._call("POST", "/v3.0/oa/quota/message", asked))
        if isinstance(told, Quota):
            return told
        return told[0] if told else Quota()

    async def close(self) -> None:
        await self._session.close()

    async def _call(
        self, verb: _Verb, path: str, given: Mapping[str, Any] | None = None
    ) -> msgspec.Raw:
        try:
            return await self._with_a_token(verb, path, given)
        except RefusedError as refusal:
            self._alarm.hear(refusal)
            raise

    async def _with_a_token(
        self, verb: _Verb, path: str, given: Mapping[str, Any] | None
    ) -> msgspec.Raw:
        """With a token that Zalo does not accept: another one, and once more."""
        token = await self._keeper.access()
        try:
            return await self._ask(verb, path, given, token=token)
        except RefusedError as refusal:
            if refusal.fate is not Fate.TOKEN:
                raise
        token = await self._keeper.access(refused=token)
        return await self._ask(verb, path, given, token=token)

    async def _ask(
        self, verb: _Verb, path: str, given: Mapping[str, Any] | None, *, token: str
    ) -> msgspec.Raw:
        headers = {"access_token": token, "appsecret_proof": prove(self._app_secret, token)}
        parts: dict[str, Any] = {}
        if given is not None:
            parts["data"] = msgspec.json.encode(given)
            headers["content-type"] = "application/json"
        try:
            async with self._session.request(
                verb, self._api + path, headers=headers, allow_redirects=False, **parts
            ) as answer:
                status, content = answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            reason = f"Zalo is out of reach: {type(error).__name__}"
            raise SendError(reason, retry_in=_RETRY_IN) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"no answer from Zalo: {type(error).__name__}"
            raise SendError(reason, unknown=True) from None
        return self._data_of(status, content, token)

    def _data_of(self, status: int, content: bytes, token: str) -> msgspec.Raw:
        try:
            answer = _ANSWER.decode(content)
        except (ValueError, RecursionError):
            raise _unreadable(status) from None
        if answer.error:
            said = str(answer.message).replace(token, "***")
            raise RefusedError(answer.error, said, clock=self._clock)
        return answer.data


def _message(part: Part) -> dict[str, Any]:
    if not part.buttons:
        return {"text": part.text}
    buttons = [
        {"title": title, "type": "oa.query.hide", "payload": payload}
        for title, payload in part.buttons
    ]
    attachment = {"type": "template", "payload": {"buttons": buttons}}
    return {"text": part.text, "attachment": attachment}


def _unreadable(status: int) -> SendError:
    """A page instead of an answer: something on the way spoke, not Zalo's API."""
    reason = f"an unreadable answer with status {status}"
    if status in _BUSY:
        return SendError(reason, retry_in=_SLOW_DOWN, whole_channel=True)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendError(reason, retry_in=_SLOW_DOWN)
    return SendError(reason, unknown=True)


def _id_of(data: msgspec.Raw) -> str:
    """The message's id; "" when Zalo took it and gave none."""
    try:
        sent = _SENT.decode(data)
    except ValueError:
        return ""
    return str(sent.message_id or sent.msg_id)


def _told(decoder: msgspec.json.Decoder[_Told], data: msgspec.Raw) -> _Told:
    try:
        return decoder.decode(data)
    except ValueError:
        raise SendError("Zalo's answer has a shape that we do not know") from None
