"""Telegram's wire: aiogram's HTTP session with lean answers, truer failures and no token in them.

Only this module and the client know aiogram; importing it costs seconds.
"""

from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote

import aiohttp
import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    EditMessageText,
    GetFile,
    GetUpdates,
    Response,
    SendMessage,
    TelegramMethod,
)

_SLOW_DOWN = 30  # seconds, when Telegram asks us to slow down without saying for how long
_CONNECT = 10.0  # seconds; a connection that takes longer will not come
_FILE_SECONDS = 120.0  # seconds in which the largest file is here even over a slow line
_CHUNK = 64 * 1024  # bytes of a file read at once

_Result = TypeVar("_Result")


class Sent(msgspec.Struct):
    """Of a message that was sent or edited we need only the number."""

    message_id: int


class _SentAnswer(msgspec.Struct):
    ok: bool
    result: Sent


class _UpdatesAnswer(msgspec.Struct):
    ok: bool
    result: list[msgspec.Raw]


_LEAN: dict[type[TelegramMethod[Any]], msgspec.json.Decoder[_SentAnswer | _UpdatesAnswer]] = {
    SendMessage: msgspec.json.Decoder(_SentAnswer),
    EditMessageText: msgspec.json.Decoder(_SentAnswer),
    GetUpdates: msgspec.json.Decoder(_UpdatesAnswer),
}
"""Answers of which we need little: checking them whole would cost most of a sending."""


class NothingSentError(TelegramNetworkError):
    """The request never left: no connection to Telegram could be made."""


class LeanSession(AiohttpSession):
    """aiogram's session, with short answers read shortly and failures told apart."""

    def __init__(self, api: str, proxy: str, timeout: float) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api), timeout=timeout)
        # aiogram's own proxy needs aiohttp-socks; an HTTP proxy needs only aiohttp.
        self._http_proxy = proxy or None

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[_Result],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram calls it so
    ) -> _Result:
        """Like the original, but knows a request that never left and quotes no address."""
        form = self.build_form_data(bot=bot, method=method)
        return await self._carry(bot, method, form, seconds=timeout)

    async def carry_json(
        self, bot: Bot, method: TelegramMethod[_Result], params: dict[str, Any]
    ) -> _Result:
        """A call as the JSON it is: half of a sending went into aiogram's forms and models.

        `method` only names the call, and stands for it in aiogram's errors.
        """
        body = msgspec.json.encode(params)
        data = aiohttp.BytesPayload(body, content_type="application/json")
        return await self._carry(bot, method, data)

    async def _carry(
        self,
        bot: Bot,
        method: TelegramMethod[_Result],
        data: Any,
        *,
        seconds: int | None = None,
    ) -> _Result:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        limits = _limits(self.timeout if seconds is None else seconds)
        try:
            async with session.post(
                url, data=data, timeout=limits, proxy=self._http_proxy
            ) as answer:
                status, content = answer.status, await answer.text(errors="replace")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _network_error(method, error) from None
        response = self.check_response(bot, method, status, content)
        return cast("_Result", response.result)

    async def download(self, bot: Bot, path: str, limit: int) -> bytes:
        """A file at most `limit` bytes long, by the path that getFile gave."""
        session, method = await self.create_session(), GetFile(file_id=path)
        url = self.api.file_url(token=bot.token, path=quote(path))
        try:
            async with session.get(
                url,
                timeout=_limits(_FILE_SECONDS),
                proxy=self._http_proxy,
                allow_redirects=False,  # the address holds the token: it goes nowhere else
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    raise _no_file(method, answer.status)
                return await _read(answer, method, limit)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _network_error(method, error) from None

    def check_response(
        self, bot: Bot, method: TelegramMethod[_Result], status_code: int, content: str
    ) -> Response[_Result]:
        lean = _read_lean(method, status_code, content)
        if lean is not None:
            return Response[Any].model_construct(ok=True, result=lean)
        try:
            return super().check_response(bot, method, status_code, content)
        except (ClientDecodeError, TypeError):
            # A page instead of JSON, or JSON without a description (aiogram trips over that).
            raise _unreadable(method, status_code) from None
        except TelegramAPIError as error:
            error.message = error.message or f"status {status_code} without a word"
            raise _told_apart(error, status_code) from None

    async def close(self) -> None:
        # aiohttp waits by itself until its connections are closed; the original sleeps besides.
        if self._session is not None:
            await self._session.close()


def _limits(total: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total, connect=min(_CONNECT, total / 2))


def _network_error(method: TelegramMethod[Any], error: Exception) -> TelegramNetworkError:
    """Only the name of the error: its words quote the address, and with it the token."""
    never_left = (
        aiohttp.ClientConnectorError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientHttpProxyError,
        aiohttp.InvalidURL,
    )
    kind = NothingSentError if isinstance(error, never_left) else TelegramNetworkError
    return kind(method, type(error).__name__)


async def _read(answer: aiohttp.ClientResponse, method: TelegramMethod[Any], limit: int) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise TelegramEntityTooLarge(method, f"the file has more than {limit} bytes")
    return bytes(content)


def _no_file(method: TelegramMethod[Any], status: int) -> TelegramAPIError:
    message = f"status {status} instead of the file"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TelegramRetryAfter(method, message, _SLOW_DOWN)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TelegramServerError(method, message)
    return TelegramAPIError(method, message)


def _read_lean(
    method: TelegramMethod[Any], status: int, content: str
) -> Sent | list[msgspec.Raw] | None:
    decoder = _LEAN.get(type(method))
    if decoder is None or status != HTTPStatus.OK:
        return None
    try:
        answer = decoder.decode(content)
    except msgspec.DecodeError:
        return None
    return answer.result if answer.ok else None


def _told_apart(error: TelegramAPIError, status: int) -> TelegramAPIError:
    """The same error, or a truer one where aiogram's choice hides what we must know."""
    if status == HTTPStatus.GATEWAY_TIMEOUT:  # it may have been carried out
        return TelegramNetworkError(error.method, error.message)
    if status == HTTPStatus.TOO_MANY_REQUESTS and not isinstance(error, TelegramRetryAfter):
        return TelegramRetryAfter(error.method, error.message, _SLOW_DOWN)
    return error


def _unreadable(method: TelegramMethod[Any], status: int) -> TelegramAPIError:
    message = f"an unreadable answer with status {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TelegramRetryAfter(method, message, _SLOW_DOWN)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TelegramEntityTooLarge(method, message)
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.GATEWAY_TIMEOUT:
        return TelegramNetworkError(method, message)
    # Something on the way refused, not Telegram, which answers in JSON: this passes.
    return TelegramServerError(method, message)
