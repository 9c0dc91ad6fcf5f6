"""The token vault: tokens of our accounts, sealed before the database sees them."""

import asyncio
import logging
import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.channels.zalo_tokens import LOG_IN, Tokens
from bot.vault import Vault
from storage import tokens
from storage.database import Database, Job, Result
from storage.tokens import Pair, Trouble

log = logging.getLogger(__name__)

_CLAIM = timedelta(seconds=60)  # longer than a renewal's one call may take


class _Secrets(msgspec.Struct):
    access: str
    refresh: str


class TokenVault:
    """Keeps one account's tokens; see TokenStore for what each method promises."""

    def __init__(
        self, database: Database, vault: Vault, account: str, *, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._vault = vault
        self._account = account
        self._clock = clock
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"

    async def load(self) -> Tokens | None:
        return self._open(await asyncio.to_thread(self._find))

    async def claim(self) -> Tokens | None:
        now = self._clock()
        job = partial(
            tokens.claim, account=self._account, by=self._name, now=now, until=now + _CLAIM
        )
        return self._open(await self._write(job))

    async def put(self, fresh: Tokens) -> None:
        """The pair of a new consent, whatever was there before; durable when it returns."""
        await self._write(partial(tokens.put, pair=self._seal(fresh)))

    async def save(self, fresh: Tokens, after: Tokens) -> None:
        is_kept = await self._write(
            partial(tokens.renew, pair=self._seal(fresh), after=after.version)
        )
        if not is_kept:
            log.warning("renewed tokens of %s came too late: newer ones are there", self._account)

    async def give_up(self, claimed: Tokens, failure: str) -> None:
        await self._write(partial(tokens.let_go, account=self._account, by=self._name))
        if failure:
            trouble = Trouble(self._clock(), failure)
            job = partial(
                tokens.note_failure,
                account=self._account,
                trouble=trouble,
                after=claimed.version,
            )
            await self._write(job)

    async def trouble(self) -> Trouble | None:
        """Why the last renewal failed, for whoever asks how things are."""
        return await asyncio.to_thread(self._find_trouble)

    async def _write(self, job: Job[Result]) -> Result:
        return await asyncio.wrap_future(self._database.write(job))

    def _find(self) -> Pair | None:
        with self._database.read() as connection:
            return tokens.find(connection, self._account)

    def _find_trouble(self) -> Trouble | None:
        with self._database.read() as connection:
            return tokens.find_trouble(connection, self._account)

    def _seal(self, pair: Tokens) -> Pair:
        plain = msgspec.json.encode(_Secrets(pair.access, pair.refresh))
        sealed = self._vault.seal(plain).decode()
        times = pair.received_at, pair.expires_at, pair.refresh_until
        return Pair(self._account, sealed, *times, version=pair.version)

    def _open(self, pair: Pair | None) -> Tokens | None:
        if pair is None:
            return None
        try:
            plain = self._vault.unseal(pair.sealed.encode())
        except ValueError:
            log.error("the tokens of %s were sealed with another key: %s", pair.account, LOG_IN)
            return None
        opened = msgspec.json.decode(plain, type=_Secrets)
        times = pair.received_at, pair.expires_at, pair.refresh_until
        return Tokens(opened.access, opened.refresh, *times, version=pair.version)
