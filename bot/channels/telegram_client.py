"""Telegram's side of the wire: our calls, and what each of their failures means for a sending.

Only this module knows aiogram; importing it costs seconds, so the door imports it when opened.
"""

import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, TypeVar, cast

import aiohttp
import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    GetUpdates,
    Response,
    SendMessage,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand

from bot.channels.channel import SendError
from bot.channels.telegram_text import Part, Row

log = logging.getLogger(__name__)

UPDATE_KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
"""What we ask for: without an explicit list Telegram keeps whatever was asked before."""

_RETRY_IN = 5.0  # seconds, after a fault that passes by itself
_SLOW_DOWN = 30  # seconds, when Telegram asks us to slow down without saying for how long
_CONNECT = 10.0  # seconds; a connection that takes longer will not come

_Result = TypeVar("_Result")


class _Sent(msgspec.Struct):
    message_id: int


class _SentAnswer(msgspec.Struct):
    ok: bool
    result: _Sent


class _UpdatesAnswer(msgspec.Struct):
    ok: bool
    result: list[msgspec.Raw]


_LEAN: dict[type[TelegramMethod[Any]], msgspec.json.Decoder[_SentAnswer | _UpdatesAnswer]] = {
    SendMessage: msgspec.json.Decoder(_SentAnswer),
    GetUpdates: msgspec.json.Decoder(_UpdatesAnswer),
}
"""Answers of which we need little: checking them whole would cost most of a sending."""


_SAYING = SendMessage(chat_id=0, text="-")
"""Stands for every sendMessage in aiogram's errors, which want to know what failed."""


class _NothingSentError(TelegramNetworkError):
    """The request never left: no connection to Telegram could be made."""


class _MovedError(SendError):
    """The chat has a new id, to which the message may go at once."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat moved and moved again")
        self.chat = chat


class _MisformattedError(SendError):
    """Telegram cannot read our markup; the plain words may go at once."""


class _LeanSession(AiohttpSession):
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

    async def say(self, bot: Bot, message: dict[str, Any]) -> int:
        """sendMessage as the JSON it is: half of a sending went into aiogram's forms and models."""
        sent = await self._carry(bot, _SAYING, _json(message))
        return sent.message_id

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
        total = self.timeout if seconds is None else seconds
        limits = aiohttp.ClientTimeout(total=total, connect=min(_CONNECT, total / 2))
        try:
            async with session.post(
                url, data=data, timeout=limits, proxy=self._http_proxy
            ) as answer:
                status, content = answer.status, await answer.text(errors="replace")
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
            aiohttp.InvalidURL,
        ) as error:
            raise _NothingSentError(method, type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None
        response = self.check_response(bot, method, status, content)
        return cast("_Result", response.result)

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


def _json(message: dict[str, Any]) -> aiohttp.BytesPayload:
    return aiohttp.BytesPayload(msgspec.json.encode(message), content_type="application/json")


def _read_lean(
    method: TelegramMethod[Any], status: int, content: str
) -> _Sent | list[msgspec.Raw] | None:
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


def _failure(error: AiogramError) -> SendError:
    """What a failed call means for the message that it carried."""
    match error:
        case TelegramRetryAfter():
            reason = "Telegram asks us to slow down"
            return SendError(reason, retry_in=float(error.retry_after), whole_channel=True)
        case TelegramMigrateToChat():
            return _MovedError(str(error.migrate_to_chat_id))
        case TelegramForbiddenError():
            return SendError(error.message, resident_gone=True)
        case TelegramBadRequest():
            return _bad_request(error.message)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return SendError(f"Telegram does not accept the bot's token: {error.message}")
        case TelegramConflictError():
            return SendError(f"another program fetches with this token: {error.message}")
        case TelegramServerError() | _NothingSentError():
            return SendError(f"Telegram is out of reach: {error.message}", retry_in=_RETRY_IN)
        case TelegramEntityTooLarge():  # a network error by descent, but it never passes
            return SendError(f"too large for Telegram: {error.message}")
        case TelegramNetworkError():
            return SendError(f"no answer from Telegram: {error.message}", unknown=True)
        case _:
            return SendError(f"Telegram refused: {error}")


def _bad_request(description: str) -> SendError:
    said = description.lower()
    if "chat not found" in said:
        return SendError(description, resident_gone=True)
    if "can't parse entities" in said:
        return _MisformattedError(description)
    return SendError(f"Telegram refused the message: {description}")


class Client:
    """A bot's account at Telegram. Every call raises SendError and nothing else of the wire."""

    def __init__(self, token: str, *, api: str, proxy: str, timeout: float) -> None:
        """`timeout`: seconds for one call, from connecting to the last byte of the answer."""
        self._token = token
        self._timeout = timeout
        self._session = _LeanSession(api, proxy, timeout)
        self._bot = Bot(token, session=self._session)

    async def say(self, chat: str, part: Part) -> int:
        """Send one part; when the chat moved or our markup is bad, once more and better."""
        try:
            return await self._send(chat, part.html, rows=part.rows, markup="HTML")
        except _MovedError as moved:
            chat, text, markup = moved.chat, part.html, "HTML"
        except _MisformattedError as fault:
            log.error("our markup is wrong, sending plain words instead: %s", fault.reason)
            text, markup = part.plain, None
        return await self._send(chat, text, rows=part.rows, markup=markup)

    async def _send(
        self, chat: str, text: str, *, rows: tuple[Row, ...], markup: str | None
    ) -> int:
        message: dict[str, Any] = {"chat_id": chat, "text": text}
        if markup:
            message["parse_mode"] = markup
        if rows:
            message["reply_markup"] = {"inline_keyboard": _keyboard(rows)}
        return await self._plainly(self._session.say(self._bot, message))

    async def stop_spinner(self, press: str) -> None:
        """Tell the resident's screen that the press of a button has arrived."""
        await self._call(AnswerCallbackQuery(callback_query_id=press))

    async def fetch(self, offset: int | None, *, wait: int) -> list[msgspec.Raw]:
        """The updates from `offset` on, which confirms the earlier ones; waits up to `wait` s."""
        method = GetUpdates(offset=offset, timeout=wait, allowed_updates=UPDATE_KINDS)
        updates = await self._call(method, seconds=wait + int(self._timeout) + 1)
        return cast("list[msgspec.Raw]", updates)  # as the lean session left them

    async def use_webhook(self, url: str, secret: str) -> None:
        await self._call(
            SetWebhook(
                url=url,
                secret_token=secret,
                allowed_updates=UPDATE_KINDS,
                drop_pending_updates=False,
            )
        )

    async def use_polling(self) -> None:
        await self._call(DeleteWebhook(drop_pending_updates=False))

    async def set_commands(self, commands: list[tuple[str, str]]) -> None:
        """`commands`: each with its description, as the menu of the chat shows them."""
        menu = [BotCommand(command=name, description=about) for name, about in commands]
        await self._call(SetMyCommands(commands=menu))

    async def close(self) -> None:
        await self._bot.session.close()

    async def _call(self, method: TelegramMethod[_Result], seconds: int | None = None) -> _Result:
        return await self._plainly(self._bot(method, request_timeout=seconds))

    async def _plainly(self, call: Awaitable[_Result]) -> _Result:
        try:
            return await call
        except AiogramError as error:
            failure = _failure(error)
        # Raised out here: as its context, the error of aiogram could carry the token along.
        failure.reason = failure.reason.replace(self._token, "***")
        failure.args = (failure.reason,)
        raise failure


def _keyboard(rows: tuple[Row, ...]) -> list[list[dict[str, str]]]:
    return [[{"text": shown, "callback_data": value} for shown, value in row] for row in rows]
