"""The Telegram door: reads updates from the webhook or by polling, sends texts with buttons."""

import asyncio
import gc
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from bot.channels.channel import Outgoing, ReadError, Receive, SendError
from bot.channels.telegram_text import ABILITIES, parts_of
from bot.channels.telegram_updates import CHANNEL, Update, decode, number_of, read_update
from handlers.message import Attachment, Incoming

if TYPE_CHECKING:
    from bot.channels.telegram_client import Client

log = logging.getLogger(__name__)

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a name, no secret

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_POLL = 25  # seconds that one question for updates may wait for an answer
_LONGEST_PAUSE = 60.0  # seconds between attempts while Telegram is out of reach
_REFUSED_PAUSE = 600.0  # seconds, when Telegram said no: somebody has to mend something
_PRESSES = 64  # spinners being stopped at once; those beyond it stop by themselves


class Telegram:
    """The door to residents on Telegram; see Channel for what each method promises."""

    name = CHANNEL
    abilities = ABILITIES

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], datetime],
        secret: str = "",
        webhook_url: str = "",
        api: str = "https://api.telegram.org",
        proxy: str = "",
        commands: Sequence[tuple[str, str]] = (),
        timeout: float = 20.0,
    ) -> None:
        """Without `webhook_url` the door polls.

        `commands`: name and description of each, for the chat's menu. `timeout`: seconds for one
        call. Raises ValueError when a setting cannot work.
        """
        _check_settings(token, secret, webhook_url=webhook_url, proxy=proxy)
        self._token = token
        self._clock = clock
        self._secret = secret
        self._webhook_url = webhook_url
        self._api = api
        self._proxy = proxy
        self._commands = list(commands)
        self._timeout = timeout
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._spinners: set[asyncio.Task[None]] = set()

    # Reading

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        self._check_secret(headers.get(SECRET_HEADER, ""))
        try:
            # Decoded whole: msgspec does not look for bad UTF-8 in fields that it skips.
            update = decode(body.decode())
        except ValueError:
            raise ReadError("this is not an update of Telegram") from None
        return self._incoming_of(update)

    def _check_secret(self, given: str) -> None:
        # As bytes: compare_digest refuses a text with letters beyond ASCII.
        same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._secret.encode())
        if not (self._secret and same):
            raise ReadError("the secret of the Telegram webhook is wrong or missing", status=401)

    def _incoming_of(self, update: Update) -> list[Incoming]:
        if update.callback_query is not None:
            self._stop_spinner(update.callback_query.id)
        incoming = read_update(update, self._clock)
        return [] if incoming is None else [incoming]

    def _stop_spinner(self, press: str) -> None:
        if self._loop is not None:  # read() may run in any thread
            self._loop.call_soon_threadsafe(self._start_stopping, press)

    def _start_stopping(self, press: str) -> None:
        if self._client is None or len(self._spinners) >= _PRESSES:
            return
        task = asyncio.create_task(_forgiving(self._client.stop_spinner(press)))
        self._spinners.add(task)
        task.add_done_callback(self._spinners.discard)

    # Sending

    async def send(self, outgoing: Outgoing) -> str:
        """Returns the ids of the Telegram messages, "12" or "12,13"."""
        if self._client is None:
            raise SendError("the Telegram door is not open", retry_in=1.0)
        parts = parts_of(outgoing.message)
        ids: list[str] = []
        for part in parts:
            try:
                ids.append(str(await self._client.say(outgoing.address, part)))
            except SendError as error:
                if not ids:
                    raise
                shown = f"parts 1 to {len(ids)} of {len(parts)} were shown (ids {','.join(ids)})"
                raise SendError(f"{shown}, the next failed: {error.reason}", unknown=True) from None
        return ",".join(ids)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        raise SendError("the Telegram door fetches no files yet")

    # Opening and closing

    async def open(self) -> None:
        """Returns at once, without reaching Telegram."""
        from bot.channels.telegram_client import Client  # aiogram takes seconds to import

        client = Client(self._token, api=self._api, proxy=self._proxy, timeout=self._timeout)
        self._client = client
        self._loop = asyncio.get_running_loop()
        _tune_gc()

    async def listen(self, receive: Receive) -> None:
        """Reaching Telegram is tried for as long as it takes."""
        client = self._client
        if client is None:
            raise RuntimeError("the Telegram door is not open")
        async with asyncio.TaskGroup() as work:
            if self._commands:
                menu = self._commands
                work.create_task(_until_done("the commands", lambda: client.set_commands(menu)))
            work.create_task(self._fetch_or_be_called(client, receive))

    async def _fetch_or_be_called(self, client: "Client", receive: Receive) -> None:
        if self._webhook_url:
            url, secret = self._webhook_url, self._secret
            await _until_done("the webhook", lambda: client.use_webhook(url, secret))
        else:
            await _until_done("polling", client.use_polling)
            await self._poll(client, receive)

    async def _poll(self, client: "Client", receive: Receive) -> None:
        offset: int | None = None
        pauses = _pauses()
        while True:
            try:
                offset = await self._fetch(client, receive, offset)
                pauses = _pauses()
                continue
            except SendError as error:
                pause = _at_least(next(pauses), error)
                log.warning("Telegram gave no updates, again in %.1f s: %s", pause, error.reason)
            except Exception:
                # Not confirmed, so Telegram brings the same updates again.
                pause = next(pauses)
                log.exception("Telegram's updates were not received, again in %.1f s", pause)
            await asyncio.sleep(pause)

    async def _fetch(self, client: "Client", receive: Receive, offset: int | None) -> int | None:
        """Fetch and hand over one batch; returns the offset that confirms it."""
        updates = await client.fetch(offset, wait=_POLL)
        fresh = [incoming for raw in updates for incoming in self._read_raw(raw)]
        if fresh:
            await receive(fresh)
        if not updates:
            # All is confirmed. After a silent week the numbers start anywhere: an old offset
            # that is higher would throw the new updates away unseen.
            return None
        return max(number_of(raw) for raw in updates) + 1

    def _read_raw(self, raw: msgspec.Raw) -> list[Incoming]:
        try:
            return self._incoming_of(decode(raw))
        except ValueError:
            # Refusing it would bring it for ever, with everybody's messages behind it.
            log.error("an update of Telegram was left out: it has a shape that we do not know")
            return []

    async def close(self) -> None:
        client, self._client, self._loop = self._client, None, None
        tasks = tuple(self._spinners)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if client is not None:
            await client.close()


def _check_settings(token: str, secret: str, *, webhook_url: str, proxy: str) -> None:
    if not _TOKEN.fullmatch(token):
        raise ValueError("the Telegram token must look like 123456:letters-and-digits")
    if webhook_url and not secret:
        raise ValueError("the Telegram webhook needs a secret: without one anybody could call it")
    if secret and not _SECRET.fullmatch(secret):
        raise ValueError("the Telegram secret may have 1 to 256 of A-Z, a-z, 0-9, _ and -")
    if proxy and not proxy.startswith(("http://", "https://")):
        raise ValueError("the Telegram proxy must be an http:// or https:// address")


def _tune_gc() -> None:
    """Keep the collector away from aiogram's half million lasting objects (118 → 14 ms at p99)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def _pauses() -> Iterator[float]:
    pause = 0.2
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE)


def _at_least(pause: float, error: SendError) -> float:
    """Our own pauses grow from short ones; only what Telegram itself asks for is longer."""
    asked = error.retry_in if error.whole_channel else None
    return max(pause, asked or 0.0)


async def _until_done(what: str, call: Callable[[], Awaitable[None]]) -> None:
    for pause in _pauses():
        try:
            await call()
            return
        except SendError as error:
            passes = error.unknown or error.retry_in is not None
            wait = _at_least(pause, error) if passes else _REFUSED_PAUSE
            log.warning("Telegram: %s not set up, again in %.1f s: %s", what, wait, error.reason)
        await asyncio.sleep(wait)


async def _forgiving(call: Awaitable[None]) -> None:
    with suppress(SendError):  # too old to be answered: the spinner has stopped long ago
        await call
