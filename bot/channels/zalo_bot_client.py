"""Zalo Bot's side of the wire: our calls, and what each of their failures means for a sending."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import NoReturn, TypeVar

import aiohttp
import msgspec

from bot.channels.channel import SendError
from bot.channels.pauses import REFUSED_PAUSE, Patience

log = logging.getLogger(__name__)

_CONNECT = 10.0  # seconds; a connection that takes longer will not come
_RETRY_IN = 5.0  # seconds, after a fault that passes by itself
_TRIES = 4  # of one message, at what Zalo calls an error of its own
_SHORTEST_REST, _LONGEST_REST = 30.0, 900.0  # seconds: Zalo says "too many", never for how long
_LONGER_THAN_POLL = 10.0  # seconds


_Shape = TypeVar("_Shape")


class _Answer(msgspec.Struct):
    ok: bool
    result: msgspec.Raw = msgspec.Raw()
    error_code: int | None = None
    description: str | None = None


class _Sent(msgspec.Struct):
    message_id: str


class _Me(msgspec.Struct):
    id: str


_ANSWER = msgspec.json.Decoder(_Answer)


class _RefusedError(Exception):
    """Zalo, or what stands between, answered with no success.

    `code`: Zalo's own, else the HTTP status. `by_zalo`: the answer is one of Zalo's.
    """

    def __init__(self, code: int, description: str, *, by_zalo: bool) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.by_zalo = by_zalo


class _LateError(SendError):
    """Zalo gave up waiting: for something new, or for whatever it does with our message."""


class _TooManyError(SendError):
    """The rate or the plan is used up; Zalo tells neither which nor for how long."""


class Client:
    """A bot's account at Zalo. Every call raises SendError and nothing else of the wire."""

    def __init__(self, token: str, *, api: str, timeout: float) -> None:
        """`timeout`: seconds for one call, from connecting to the last byte of the answer."""
        self._token = token
        self._base = f"{api.rstrip('/')}/bot{token}"
        self._timeout = timeout
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._patience = Patience(_SHORTEST_REST, _LONGEST_REST)
        self._is_token_refused = False

    async def say(self, chat: str, text: str, *, attempt: int) -> str:
        """Send one text; its id at Zalo. `attempt`: how often this message was tried, this too."""
        begun = self._patience.begin()
        try:
            body = {"chat_id": chat, "text": text}
            sent = await self._call("sendMessage", body, attempt=attempt)
        except _TooManyError as error:
            rest = self._patience.rest(begun)
            raise SendError(error.reason, retry_in=rest, whole_channel=True) from None
        self._patience.go_on(begun)
        return _read(sent, _Sent).message_id

    async def show_typing(self, chat: str) -> None:
        """Let the resident's screen say for some five seconds that we are writing."""
        await self._call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def fetch(self, wait: int) -> msgspec.Raw | None:
        """One event, old or new; None when `wait` seconds brought nothing."""
        try:
            seconds = wait + _LONGER_THAN_POLL
            return await self._call("getUpdates", {"timeout": wait}, seconds=seconds)
        except _LateError:
            return None

    async def find_own_id(self) -> str:
        """The bot's own id, which its own messages carry when they come back."""
        return _read(await self._call("getMe", {}), _Me).id

    async def use_webhook(self, url: str, secret: str) -> None:
        await self._call("setWebhook", {"url": url, "secret_token": secret})

    async def use_polling(self) -> None:
        await self._call("deleteWebhook", {})

    async def close(self) -> None:
        await self._session.close()

    async def _call(
        self,
        method: str,
        body: Mapping[str, object],
        *,
        attempt: int = 1,
        seconds: float | None = None,
    ) -> msgspec.Raw:
        """The result; `seconds`: for this call, where it may take longer than others."""
        try:
            result = await self._post(method, body, seconds or self._timeout)
        except _RefusedError as refused:
            failure = self._failure(refused, attempt)
        else:
            self._is_token_refused = False
            return result
        raise failure

    def _failure(self, refused: _RefusedError, attempt: int) -> SendError:
        """What a refusal means; by Zalo's own table of errors, and careful where that is silent."""
        reason = f"Zalo refused: {refused.code} {refused.description.replace(self._token, '***')}"
        match refused.code:
            case HTTPStatus.TOO_MANY_REQUESTS:
                return _TooManyError(reason, retry_in=_SHORTEST_REST, whole_channel=True)
            case HTTPStatus.UNAUTHORIZED:
                self._alarm()
                return SendError(reason, retry_in=REFUSED_PAUSE, whole_channel=True)
            case HTTPStatus.REQUEST_TIMEOUT:
                return _LateError(reason, unknown=True)
            case HTTPStatus.SERVICE_UNAVAILABLE:
                return SendError(reason, retry_in=_RETRY_IN)
            case code if not refused.by_zalo:
                return _of_a_page(code, reason)
            case HTTPStatus.NOT_FOUND:
                return SendError(reason, resident_gone=True)
            case code if code == HTTPStatus.FORBIDDEN or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # Zalo calls 403 an internal error; for somebody who blocked us it may never pass.
                return SendError(reason, retry_in=_RETRY_IN if attempt < _TRIES else None)
            case _:
                return SendError(reason)

    def _alarm(self) -> None:
        if not self._is_token_refused:
            self._is_token_refused = True
            log.critical("Zalo refuses the Zalo Bot token: nothing is sent until it is mended")

    async def _post(self, method: str, body: Mapping[str, object], seconds: float) -> msgspec.Raw:
        limits = aiohttp.ClientTimeout(total=seconds, connect=min(_CONNECT, seconds / 2))
        try:
            async with self._session.post(
                f"{self._base}/{method}",
                data=msgspec.json.encode(body),
                headers={"content-type": "application/json"},
                timeout=limits,
                allow_redirects=False,  # the token must not travel on
            ) as response:
                return _result_of(response.status, await response.read())
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ) as error:
            failure = SendError(f"Zalo is out of reach: {type(error).__name__}", retry_in=_RETRY_IN)
        except (TimeoutError, aiohttp.ClientError) as error:
            failure = SendError(f"no answer from Zalo: {type(error).__name__}", unknown=True)
        # Raised out here: as its context, aiohttp's error would carry the token along.
        raise failure


def _result_of(status: int, content: bytes) -> msgspec.Raw:
    """The `result` of a success; Zalo tells a failure by the status, by the body, or by both."""
    try:
        answer = _ANSWER.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        _refuse_page(status)
    if answer.ok and status < HTTPStatus.MULTIPLE_CHOICES:
        return answer.result
    code = answer.error_code or status
    raise _RefusedError(code, answer.description or "without a word", by_zalo=True)


def _refuse_page(status: int) -> NoReturn:
    if status == HTTPStatus.OK:  # a hotel's page, or half an answer
        raise SendError("an answer of Zalo that cannot be read", unknown=True)
    raise _RefusedError(status, "with a page of somebody else", by_zalo=False) from None


def _of_a_page(code: int, reason: str) -> SendError:
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:  # a gateway does not know what lies behind it did
        return SendError(reason, unknown=True)
    # Not the resident is missing but Zalo: the address is wrong, or a proxy is in the way.
    return SendError(reason, retry_in=REFUSED_PAUSE, whole_channel=True)


def _read(result: msgspec.Raw, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(result, type=shape)
    except (msgspec.DecodeError, RecursionError):
        raise SendError("a success of Zalo that cannot be read", unknown=True) from None
