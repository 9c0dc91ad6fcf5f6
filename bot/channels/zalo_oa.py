"""The door of a Zalo Official Account: reads signed events, sends consultation messages."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.channel import Outgoing, ReadError, Receive, SendError
from bot.channels.download import Download
from bot.channels.zalo_hosts import FILE_HOSTS
from bot.channels.zalo_oa_client import API, Account, Client
from bot.channels.zalo_oa_errors import TEMPLATED, Fate, RefusedError
from bot.channels.zalo_oa_events import CHANNEL, Envelope, open_envelope, read_event, time_of
from bot.channels.zalo_oa_text import ABILITIES, Part, line_of, parts_of
from bot.channels.zalo_signature import mac_of, sign
from bot.channels.zalo_tokens import LOG_IN, Keeper
from handlers.message import Attachment, Incoming

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "x-zevent-signature"
TIMESTAMP_HEADER = "x-zevent-timestamp"

PROBE = b"{}"
"""What Zalo posts, unsigned, when somebody saves the webhook's address in its console."""
OLDEST = timedelta(days=1)
"""Zalo's own retries end within two hours; what is older was kept by somebody else."""

_NOT_AS_TEMPLATE = frozenset({Fate.NEVER, Fate.HUMAN, Fate.WINDOW})
_PACKAGE_WARNING = timedelta(days=14)
_LOOK = 60.0  # seconds between looks whether the tokens have to be renewed
_PROVIDER_ID = 120  # letters that the outbox keeps


class ZaloOA:
    """The door to residents on Zalo; see Channel for what each method promises."""

    name = CHANNEL
    abilities = ABILITIES

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        oa_secret: str,
        *,
        keeper: Keeper,
        clock: Callable[[], datetime],
        oa_id: str = "",
        api: str = API,
        template: tuple[str, str] | None = None,
        files: Download | None = None,
        timeout: float = 20.0,
    ) -> None:
        """`template`: id and parameter of the approved template for those out of the window.

        `timeout`: seconds for one call. Raises ValueError when a setting cannot work.
        """
        _check_settings(app_id, app_secret, oa_secret, api=api)
        self._app_id = app_id
        self._app_secret = app_secret
        self._oa_secret = oa_secret
        self._keeper = keeper
        self._clock = clock
        self._oa_id = oa_id
        self._api = api
        self._template = template
        self._files = files or Download(FILE_HOSTS)
        self._timeout = timeout
        self._client: Client | None = None
        self._tasks: list[asyncio.Task[None]] = []

    # Reading

    def read(self, body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
        given = headers.get(SIGNATURE_HEADER, "")
        if body == PROBE and not given:
            return []
        if not (mac := mac_of(given)):
            raise ReadError("the signature of the Zalo webhook is missing", status=401)
        try:
            # Decoded whole: msgspec does not look for bad UTF-8 in fields that it skips.
            text = body.decode()
            envelope = open_envelope(text)
        except ValueError:
            raise ReadError("this is not an event of Zalo") from None
        self._check_signature(body, envelope, mac=mac, at=headers.get(TIMESTAMP_HEADER, ""))
        sent_at = self._time_of(envelope.timestamp or headers.get(TIMESTAMP_HEADER, ""))
        incoming = read_event(envelope.event_name, text, at=sent_at, oa_id=self._oa_id)
        return [] if incoming is None else [incoming]

    def _check_signature(self, body: bytes, envelope: Envelope, *, mac: str, at: str) -> None:
        # The timestamp of a header is what some have seen signed; Zalo's own events carry it.
        times = [str(envelope.timestamp)] + ([at] if at.isascii() and at.isdecimal() else [])
        if not any(self._is_signed(body, mac, timestamp) for timestamp in times):
            raise ReadError("the signature of the Zalo webhook is wrong", status=401)
        if str(envelope.app_id) != self._app_id:
            raise ReadError("the event is for another Zalo app", status=401)

    def _is_signed(self, body: bytes, mac: str, timestamp: str) -> bool:
        ours = sign(self._app_id, body, timestamp=timestamp, secret=self._oa_secret)
        return hmac.compare_digest(ours, mac)

    def _time_of(self, timestamp: str | int) -> datetime:
        try:
            sent_at = time_of(timestamp)
        except ValueError:
            raise ReadError("the event of Zalo says no time") from None
        if abs(self._clock() - sent_at) > OLDEST:
            raise ReadError("the event of Zalo is too old to be Zalo's own retry", status=401)
        return sent_at

    # Sending

    async def send(self, outgoing: Outgoing) -> str:
        """Returns the ids of the Zalo messages, "8f2a" or "8f2a,90bc"."""
        client = self._client
        if client is None:
            raise SendError("the Zalo door is not open", retry_in=1.0)
        first, *rest = parts_of(outgoing.message)
        try:
            ids = [await client.say(outgoing.address, first)]
        except RefusedError as refusal:
            if self._template is None or refusal.code not in TEMPLATED:
                raise
            return await self._send_template(client, outgoing, self._template)
        for part in rest:
            ids.append(await _say_next(client, outgoing.address, part, ids=ids))
        return ",".join(ids)[-_PROVIDER_ID:]

    async def _send_template(
        self, client: Client, outgoing: Outgoing, template: tuple[str, str]
    ) -> str:
        """Outside the window: the first words in an approved template, which may always go."""
        id_, parameter = template
        data = {parameter: line_of(outgoing.message)}
        try:
            return await client.say_template(outgoing.address, id_, data)
        except RefusedError as refusal:
            if refusal.fate not in _NOT_AS_TEMPLATE:
                raise
            # What is wrong with the template is no reason to hold other messages back.
            raise SendError(refusal.reason, out_of_window=True) from None

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        return await self._files.read(attachment.source, limit)

    # Opening and closing

    async def open(self) -> None:
        """Returns at once; the account is looked at and its tokens are kept in the background."""
        self._client = Client(
            self._keeper,
            self._app_secret,
            clock=self._clock,
            api=self._api,
            timeout=self._timeout,
        )
        self._tasks = [
            asyncio.create_task(self._look_at_account(self._client)),
            asyncio.create_task(self._keep_tokens()),
        ]

    async def listen(self, receive: Receive) -> None:
        """Nothing to take in: Zalo calls our webhook, which its console knows."""

    async def _look_at_account(self, client: Client) -> None:
        try:
            self._tell_of(await client.account())
            quota = await client.quota()
        except SendError as error:
            log.warning("Zalo does not tell how our account is: %s", error.reason)
            return
        left = quota.remain or "?", quota.total or "?"
        log.info("Zalo OA: beyond the 48 hours %s of %s messages are left", *left)

    def _tell_of(self, account: Account) -> None:
        package = account.package_name or "(none)"
        log.info(
            "Zalo OA: %s, verified: %s, package %s", account.name, account.is_verified, package
        )
        for problem in _problems_of(account, self._oa_id, self._clock()):
            log.error("the Zalo OA: %s", problem)

    async def _keep_tokens(self) -> None:
        """A quiet account's tokens are renewed too: nobody asks for them for days."""
        while True:
            with suppress(SendError):  # the keeper has logged why
                await self._keeper.access()
            await asyncio.sleep(_LOOK)

    async def close(self) -> None:
        client, self._client = self._client, None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._keeper.close()
        if client is not None:
            await client.close()


async def _say_next(client: Client, address: str, part: Part, *, ids: Sequence[str]) -> str:
    """A later part: when it fails, the resident has seen the beginning already."""
    try:
        return await client.say(address, part)
    except SendError as error:
        shown = f"{len(ids)} parts were shown (ids {','.join(ids)})"
        raise SendError(f"{shown}, the next failed: {error.reason}", unknown=True) from None


def _check_settings(app_id: str, app_secret: str, oa_secret: str, *, api: str) -> None:
    if not (app_id and app_secret):
        raise ValueError("the Zalo door needs the app's id and secret of developers.zalo.me")
    if not oa_secret:
        raise ValueError(
            "the Zalo door needs the secret key of the Official Account: without it anybody "
            "could speak for a resident"
        )
    if not api.startswith(("http://", "https://")):
        raise ValueError("the address of Zalo's API must begin with https://")


def _problems_of(account: Account, oa_id: str, now: datetime) -> Iterator[str]:
    if oa_id and str(account.oaid) not in ("", oa_id):
        yield f"the tokens belong to another account ({account.oaid}): {LOG_IN}"
    if not account.is_verified:
        yield "it is not verified, so Zalo lets it write to nobody: ask for it at oa.zalo.me"
    try:
        # A calendar day in Viet Nam: only the day is used.
        ends = datetime.strptime(account.package_valid_through_date or "", "%d/%m/%Y")  # noqa: DTZ007
    except ValueError:
        return
    if ends.date() < (now + _PACKAGE_WARNING).date():
        yield f"its package ends on {account.package_valid_through_date}"
