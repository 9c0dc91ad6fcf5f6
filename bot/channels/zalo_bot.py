"""The Zalo Bot door: reads events from the webhook or by polling, sends plain texts."""

import asyncio
import hmac
import logging
import re
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.channels.channel import Outgoing, ReadError, Receive, SendError
from bot.channels.pauses import at_least, growing, until_done
from bot.channels.seen import Seen
from bot.channels.zalo_bot_text import ABILITIES, parts_of
from bot.channels.zalo_bot_updates import CHANNEL, Event, decode, decode_webhook, read_event
from bot.channels.zalo_hosts import FILE_HOSTS
from handlers.message import Attachment, Incoming

if TYPE_CHECKING:
    from bot.channels.download import Download
    from bot.channels.zalo_bot_client import Client

log = logging.getLogger(__name__)

SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105 - a name, no secret
_TOKEN = re.compile(r"[!-.0-~]+")  # of an unknown shape, but a part of an address
_SECRET = re.compile(r"[!-~]{8,256}")
_POLL = 25  # seconds that one question for an event may wait for an answer
_TYPINGS = 64  # "is writing" being told at once; beyond it nobody is told
_SEEN = 10_000  # events whose return is not handed over again; the inbox knows all of them
_LISTENS_AFTER = 1.0  # seconds


class ZaloBot:
    """The door to residents on Zalo Bot; see Channel for what each method promises."""

    name = CHANNEL
    abilities = ABILITIES

    def __init__(
        self,
        token: str,
        *,
        secret: str = "",
        webhook_url: str = "",
        api: str = "https://bot-api.zaloplatforms.com",
        files: "Download | None" = None,
        timeout: float = 20.0,
        floor: float = 1.0,
    ) -> None:
        """Without `webhook_url` the door polls: for trying out, Zalo may lose what is sent between.

        `files` fetches photos; from FILE_HOSTS unless another is given. `timeout`: seconds for one
        call. `floor`: the least seconds from one question that brought nothing new to the next.
        Raises ValueError when a setting cannot work.
        """
        _check_settings(token, secret, webhook_url=webhook_url, api=api)
        self._token = token
        self._secret = secret
        self._webhook_url = webhook_url
        self._api = api
        self._files = files
        self._timeout = timeout
        self._floor = floor
        self._own_id = ""
        self._is_tried_out = False
        self._seen = Seen(_SEEN)
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._typings: set[asyncio.Task[None]] = set()

    # Reading

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        if not self._is_secret(headers.get(SECRET_HEADER, "")):
            if self._is_tried_out:
                return []
            raise ReadError("the secret of the Zalo Bot webhook is wrong or missing", status=401)
        try:
            # Decoded whole: msgspec does not look for bad UTF-8 in fields that it skips.
            return self._incoming_of(decode_webhook(body.decode()))
        except ValueError:
            raise ReadError("this is not an event of Zalo Bot") from None

    def _is_secret(self, given: str) -> bool:
        # As bytes: compare_digest refuses a text with letters beyond ASCII.
        same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._secret.encode())
        return bool(self._secret) and same

    def _incoming_of(self, event: Event) -> list[Incoming]:
        incoming = read_event(event, self._own_id)
        if incoming is None or incoming.external_id in self._seen:
            return []
        if incoming.kind == "text" and self._loop is not None:  # read() may run in any thread
            self._loop.call_soon_threadsafe(self._start_typing, incoming.address)
        return [incoming]

    def _start_typing(self, chat: str) -> None:
        if self._client is None or len(self._typings) >= _TYPINGS:
            return
        task = asyncio.create_task(_show_typing(self._client, chat))
        self._typings.add(task)
        task.add_done_callback(self._typings.discard)

    # Sending

    async def send(self, outgoing: Outgoing) -> str:
        """Returns Zalo's id of the first part."""
        if self._client is None:
            raise SendError("the Zalo Bot door is not open", retry_in=1.0)
        parts = parts_of(outgoing.message)
        ids: list[str] = []
        for part in parts:
            try:
                ids.append(await self._client.say(outgoing.address, part, attempt=outgoing.attempt))
            except SendError as error:
                if not ids:
                    raise
                shown = f"parts 1 to {len(ids)} of {len(parts)} were shown"
                raise SendError(f"{shown}, the next failed: {error.reason}", unknown=True) from None
        return ids[0]

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """A photo; its address at Zalo does not live for long."""
        if self._files is None:
            from bot.channels.download import Download

            self._files = Download(FILE_HOSTS)
        return await self._files.read(attachment.source, limit)

    # Opening and closing

    async def open(self) -> None:
        """Returns at once, without reaching Zalo."""
        from bot.channels.zalo_bot_client import Client  # aiohttp is slow to import

        client = Client(self._token, api=self._api, timeout=self._timeout)
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._start(until_done("Zalo Bot", "the bot's own id", lambda: self._find_own_id(client)))

    async def listen(self, receive: Receive) -> None:
        """Reaching Zalo is tried for as long as it takes."""
        if self._client is None:
            raise RuntimeError("the Zalo Bot door is not open")
        await self._fetch_or_be_called(self._client, receive)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    async def _fetch_or_be_called(self, client: "Client", receive: Receive) -> None:
        if self._webhook_url:
            # Zalo tries the address out at once, and our web server listens a moment later.
            await asyncio.sleep(_LISTENS_AFTER)
            await until_done("Zalo Bot", "the webhook", lambda: self._use_webhook(client))
        else:
            await until_done("Zalo Bot", "polling", client.use_polling)
            await self._poll(client, receive)

    async def _find_own_id(self, client: "Client") -> None:
        self._own_id = await client.find_own_id()

    async def _use_webhook(self, client: "Client") -> None:
        # Zalo tries the address out before it takes it; nothing says whether it knows the secret
        # by then. So a call without it is accepted meanwhile, and nothing in it is believed.
        self._is_tried_out = True
        try:
            await client.use_webhook(self._webhook_url, self._secret)
        finally:
            self._is_tried_out = False

    async def _poll(self, client: "Client", receive: Receive) -> None:
        """Fetch for ever. Zalo may bring an event once or at every question: both are fine.

        Of several processes that poll with one token each gets some events or all of them; as
        long as they share a database, its inbox takes each only once.
        """
        time = asyncio.get_running_loop().time
        pauses = growing()
        while True:
            begun = time()
            try:
                fresh = await self._fetch(client)
                pauses = growing()
            except SendError as error:
                pause = at_least(next(pauses), error)
                log.warning("Zalo gave no events, again in %.1f s: %s", pause, error.reason)
                await asyncio.sleep(max(pause, self._floor))
                continue
            if fresh:
                await self._hand_over(fresh, receive)
            else:
                await asyncio.sleep(begun + self._floor - time())

    async def _fetch(self, client: "Client") -> list[Incoming]:
        event = await client.fetch(_POLL)
        try:
            return [] if event is None else self._incoming_of(decode(event))
        except ValueError:
            log.error("an event of Zalo Bot was left out: it has a shape that we do not know")
            return []

    async def _hand_over(self, fresh: list[Incoming], receive: Receive) -> None:
        """Until they are durable: Zalo may not bring them again."""
        for pause in growing():
            try:
                await receive(fresh)
                break
            except Exception:
                log.exception("Zalo's events were not received, again in %.1f s", pause)
            await asyncio.sleep(pause)
        self._seen.add(incoming.external_id for incoming in fresh)

    async def close(self) -> None:
        client, self._client, self._loop = self._client, None, None
        tasks = self._tasks | self._typings
        self._tasks = set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if client is not None:
            await client.close()


def _check_settings(token: str, secret: str, *, webhook_url: str, api: str) -> None:
    if not _TOKEN.fullmatch(token):
        raise ValueError("the Zalo Bot token must be given, without spaces or slashes")
    if webhook_url and not secret:
        raise ValueError("the Zalo Bot webhook needs a secret: without one anybody could call it")
    if secret and not _SECRET.fullmatch(secret):
        raise ValueError("the Zalo Bot secret may have 8 to 256 ASCII letters, digits and signs")
    if not api.startswith(("http://", "https://")):
        raise ValueError("the Zalo Bot API must be an http:// or https:// address")


async def _show_typing(client: "Client", chat: str) -> None:
    with suppress(SendError):  # the answer says more
        await client.show_typing(chat)
