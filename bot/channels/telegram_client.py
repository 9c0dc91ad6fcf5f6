"""Telegram's side of the door: our calls, and what each of their failures means for a sending."""

import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import msgspec
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
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
    AnswerInlineQuery,
    DeleteWebhook,
    EditMessageText,
    GetFile,
    GetMe,
    GetUpdates,
    SendMessage,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, Message

from bot.channels.channel import SendError
from bot.channels.telegram_session import LeanSession, NothingSentError
from bot.channels.telegram_text import Part, Row

log = logging.getLogger(__name__)

UPDATE_KINDS = ["message", "edited_message", "callback_query", "my_chat_member", "inline_query"]
"""What we ask for: without an explicit list Telegram keeps whatever was asked before."""

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of the largest file that Telegram gives to a bot."""

_RETRY_IN = 5.0  # seconds, after a fault that passes by itself

_CACHE_SECONDS = 300  # for so long Telegram itself answers the same look-up

_UNEDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")

_Result = TypeVar("_Result")

# They stand for every such call in aiogram's errors, which want to know what failed.
_SAYING = SendMessage(chat_id=0, text="-")
_EDITING = EditMessageText(text="-")
_LOOKING_UP = AnswerInlineQuery(inline_query_id="-", results=[])


class _MovedError(SendError):
    """The chat has a new id, to which the message may go at once."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat moved and moved again")
        self.chat = chat


class _MisformattedError(SendError):
    """Telegram cannot read our markup; the plain words may go at once."""


class _UnchangedError(SendError):
    """The message shows already what it was to show."""


class _UneditableError(SendError):
    """The message is gone, or was never ours to change."""


class _TooLateError(SendError):
    """Whoever pressed or looked something up does not wait any more."""


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
        case TelegramServerError() | NothingSentError():
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
    if "message is not modified" in said:
        return _UnchangedError(description)
    if any(words in said for words in _UNEDITABLE):
        return _UneditableError(description)
    if "query is too old" in said:
        return _TooLateError(description)
    if "temporarily unavailable" in said:  # of a file
        return SendError(description, retry_in=_RETRY_IN)
    return SendError(f"Telegram refused the message: {description}")


class Client:
    """A bot's account at Telegram. Every call raises SendError and nothing else of the wire."""

    def __init__(self, token: str, *, api: str, proxy: str, timeout: float) -> None:
        """`timeout`: seconds for one call, from connecting to the last byte of the answer."""
        self._token = token
        self._timeout = timeout
        self._session = LeanSession(api, proxy, timeout)
        self._bot = Bot(token, session=self._session)

    async def say(self, chat: str, part: Part) -> int:
        """Send one part; returns its number."""
        return (await self._show(_SAYING, chat, part)).message_id

    async def edit(self, chat: str, message: int, part: Part) -> bool:
        """Show a part in the place of a message of ours; False when that cannot be changed."""
        try:
            await self._show(_EDITING, chat, part, message_id=message)
        except _UnchangedError:
            return True
        except _UneditableError:
            return False
        except SendError as error:
            # Shown twice in one place is shown once.
            raise _harmless(error, is_gone=error.resident_gone) from None
        return True

    async def _show(
        self, method: TelegramMethod[Any], chat: str, part: Part, **also: Any
    ) -> Message:
        """When the chat moved or our markup is bad, once more and better."""
        shown = {**also, "text": part.html, "parse_mode": "HTML"}
        if part.rows:
            shown["reply_markup"] = {"inline_keyboard": _keyboard(part.rows)}
        try:
            return await self._post(method, {"chat_id": chat, **shown})
        except _MovedError as moved:
            chat = moved.chat
        except _MisformattedError as fault:
            log.error("our markup is wrong, sending plain words instead: %s", fault.reason)
            shown["text"] = part.plain
            del shown["parse_mode"]
        return await self._post(method, {"chat_id": chat, **shown})

    async def answer_look_up(self, query: str, results: Sequence[dict[str, Any]]) -> None:
        """Show what was found to whoever typed "@bot …"; the same for everybody who types it."""
        params = {"inline_query_id": query, "results": results, "cache_time": _CACHE_SECONDS}
        with suppress(_TooLateError):
            await self._post(_LOOKING_UP, params)

    async def download(self, file_id: str, limit: int) -> bytes:
        """A file that a resident sent, at most `limit` bytes; never `unknown`, nobody is gone."""
        limit = min(limit, LARGEST_FILE)
        try:
            file = await self._call(GetFile(file_id=file_id))
            if (file.file_size or 0) > limit:
                raise SendError(f"the file has {file.file_size} bytes, more than {limit}")
            if not file.file_path or file.file_path.startswith("/"):
                raise SendError("the Bot API server hands out no files: it runs with --local")
            return await self._plainly(self._session.download(self._bot, file.file_path, limit))
        except SendError as error:
            raise _harmless(error) from None

    async def username(self) -> str:
        """The bot's own name, as it stands in links."""
        return (await self._call(GetMe())).username or ""

    async def stop_spinner(self, press: str) -> None:
        """Tell the resident's screen that the press of a button has arrived."""
        with suppress(_TooLateError):
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
        """`commands`: each with its description, as the menu of a resident's chat shows them.

        For residents whose program speaks Vietnamese, too: a list that somebody once set for
        them alone would hide this one.
        """
        menu = [BotCommand(command=name, description=about) for name, about in commands]
        scope = BotCommandScopeAllPrivateChats()
        for language in (None, "vi"):
            await self._call(SetMyCommands(commands=menu, scope=scope, language_code=language))

    async def close(self) -> None:
        await self._bot.session.close()

    async def _call(self, method: TelegramMethod[_Result], seconds: int | None = None) -> _Result:
        return await self._plainly(self._bot(method, request_timeout=seconds))

    async def _post(self, method: TelegramMethod[_Result], params: dict[str, Any]) -> _Result:
        return await self._plainly(self._session.carry_json(self._bot, method, params))

    async def _plainly(self, call: Awaitable[_Result]) -> _Result:
        try:
            return await call
        except AiogramError as error:
            failure = _failure(error)
        # Raised out here: as its context, the error of aiogram could carry the token along.
        failure.reason = failure.reason.replace(self._token, "***")
        failure.args = (failure.reason,)
        raise failure


def _harmless(error: SendError, *, is_gone: bool = False) -> SendError:
    """What may be done twice is tried again where its outcome is not known."""
    retry_in = _RETRY_IN if error.unknown else error.retry_in
    return SendError(
        error.reason,
        retry_in=retry_in,
        resident_gone=is_gone,
        whole_channel=error.whole_channel,
    )


def _keyboard(rows: tuple[Row, ...]) -> list[list[dict[str, str]]]:
    return [[{"text": shown, "callback_data": value} for shown, value in row] for row in rows]
