"""The vault: tokens of our accounts, encrypted before the database sees them."""

import asyncio
import base64
import hashlib
import logging
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from bot.channels.zalo_tokens import LOG_IN, Tokens
from bot.settings import Settings
from storage import tokens
from storage.database import Database, Job, Result
from storage.tokens import Pair, Trouble

log = logging.getLogger(__name__)

KEY_FILE = "secret.key"
SHORTEST_KEY = 32
"""Letters of a key that somebody chose; a shorter one could be guessed."""

_CLAIM = timedelta(seconds=60)  # longer than a renewal's one call may take


class _Secrets(msgspec.Struct):
    access: str
    refresh: str


class Vault:
    """Keeps one account's tokens; see TokenStore for what each method promises."""

    def __init__(
        self, database: Database, key: bytes, account: str, *, clock: Callable[[], datetime]
    ) -> None:
        """`key`: as `key_of` gives it."""
        self._database = database
        self._fernet = Fernet(key)
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
        sealed = self._fernet.encrypt(plain).decode()
        times = pair.received_at, pair.expires_at, pair.refresh_until
        return Pair(self._account, sealed, *times, version=pair.version)

    def _open(self, pair: Pair | None) -> Tokens | None:
        if pair is None:
            return None
        try:
            plain = self._fernet.decrypt(pair.sealed.encode())
        except InvalidToken:
            log.error("the tokens of %s were sealed with another key: %s", pair.account, LOG_IN)
            return None
        opened = msgspec.json.decode(plain, type=_Secrets)
        times = pair.received_at, pair.expires_at, pair.refresh_until
        return Tokens(opened.access, opened.refresh, *times, version=pair.version)


def key_of(settings: Settings) -> bytes:
    """The key of the vault: from the setting, else from a file that is made at first.

    Raises ValueError when the setting is too short to be safe.
    """
    given = settings.secret_key.get_secret_value()
    if not given:
        return _key_in(settings.data_dir)
    if len(given) < SHORTEST_KEY:
        raise ValueError(f"DOITHOAI_SECRET_KEY needs at least {SHORTEST_KEY} random letters")
    return base64.urlsafe_b64encode(hashlib.sha256(given.encode()).digest())


def _key_in(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make_key(path)
    return path.read_bytes().strip()


def _make_key(path: Path) -> None:
    """Whole or not at all, readable by its owner only; of two at once the first one's stays."""
    draft = path.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
