"""The Telegram door: reads updates from the webhook or by polling, sends texts with buttons."""

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bot.channels.channel import Outgoing, ReadError, Receive, SendError
from bot.channels.pauses import at_least, growing, until_done
from bot.channels.telegram_inline import LookUp, LookUps, results_of
from bot.channels.telegram_text import ABILITIES, parts_of
from bot.channels.telegram_updates import CHANNEL, Update, decode, number_of, read_update
from handlers.message import Attachment, Found, Incoming

if TYPE_CHECKING:
    from bot.channels.telegram_client import Client

log = logging.getLogger(__name__)

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a name, no secret

_Given = TypeVar("_Given")

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_POLL = 25  # seconds that one question for updates may wait for an answer
_ERRANDS = 64  # presses and look-ups being answered at once; nobody misses those beyond it


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
        look_up: LookUp = lambda _: (),
        timeout: float = 20.0,
    ) -> None:
        """Without `webhook_url` the door polls.

        `commands`: name and description of each, for the chat's menu. `look_up`: what is known
        about some words, for whoever types "@bot words". `timeout`: seconds for one call. Raises
        ValueError when a setting cannot work.
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
        self._tasks: set[asyncio.Task[None]] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._look_ups = LookUps(look_up)
        self._username = ""

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
            self._in_loop(self._stop_spinner, update.callback_query.id)
        if update.inline_query is not None:
            self._in_loop(self._look_ups.ask, update.inline_query)
        incoming = read_update(update, self._clock)
        return [] if incoming is None else [incoming]

    def _in_loop(self, call: Callable[[_Given], None], given: _Given) -> None:
        if self._loop is not None:  # read() may run in any thread
            self._loop.call_soon_threadsafe(call, given)

    def _stop_spinner(self, press: str) -> None:
        self._run_errand(lambda client: client.stop_spinner(press))

    def _show_found(self, query: str, found: Sequence[Found]) -> None:
        results = results_of(found, self._username)
        self._run_errand(lambda client: client.answer_look_up(query, results))

    def _run_errand(self, errand: Callable[["Client"], Awaitable[None]]) -> None:
        if self._client is None or len(self._errands) >= _ERRANDS:
            return
        task = asyncio.create_task(_forgiving(errand(self._client)))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    # Sending

    async def send(self, outgoing: Outgoing) -> str:
        """Returns the ids of the Telegram messages, "12" or "12,13"."""
        client, replaces = self._opened(), outgoing.message.replaces
        parts = parts_of(outgoing.message)
        if replaces.isdecimal() and len(parts) == 1:
            is_shown = await client.edit(outgoing.address, int(replaces), parts[0])
            if is_shown:
                return replaces
        ids: list[str] = []
        for part in parts:
            try:
                ids.append(str(await client.say(outgoing.address, part)))
            except SendError as error:
                if not ids:
                    raise
                shown = f"parts 1 to {len(ids)} of {len(parts)} were shown (ids {','.join(ids)})"
                raise SendError(f"{shown}, the next failed: {error.reason}", unknown=True) from None
        return ",".join(ids)

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        return await self._opened().download(attachment.source, limit)

    def _opened(self) -> "Client":
        if self._client is None:
            raise SendError("the Telegram door is not open", retry_in=1.0)
        return self._client

    # Opening and closing

    async def open(self, receive: Receive) -> None:
        """Returns at once; reaching Telegram is tried in the background for as long as it takes."""
        from bot.channels.telegram_client import Client  # aiogram takes seconds to import

        client = Client(self._token, api=self._api, proxy=self._proxy, timeout=self._timeout)
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._start(self._fetch_or_be_called(client, receive))
        self._start(self._look_ups.answer(self._show_found))
        name = "the bot's name"
        self._start(until_done("Telegram", name, lambda: self._learn_name(client)))
        if self._commands:
            self._start(
                until_done("Telegram", "the commands", lambda: client.set_commands(self._commands))
            )

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    async def _learn_name(self, client: "Client") -> None:
        self._username = await client.username()

    async def _fetch_or_be_called(self, client: "Client", receive: Receive) -> None:
        if self._webhook_url:
            url, secret = self._webhook_url, self._secret
            await until_done("Telegram", "the webhook", lambda: client.use_webhook(url, secret))
        else:
            await until_done("Telegram", "polling", client.use_polling)
            await self._poll(client, receive)

    async def _poll(self, client: "Client", receive: Receive) -> None:
        offset: int | None = None
        pauses = growing()
        while True:
            try:
                offset = await self._fetch(client, receive, offset)
                pauses = growing()
                continue
            except SendError as error:
                pause = at_least(next(pauses), error)
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
        tasks = self._tasks | self._errands
        self._tasks = set()
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


async def _forgiving(call: Awaitable[None]) -> None:
    try:
        await call
    except SendError as error:
        log.warning("Telegram: a press or a look-up was not answered: %s", error.reason)
