"""The vault: what must not be readable in a stolen copy of the database is sealed with a key."""

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.settings import Settings

KEY_FILE = "secret.key"
SHORTEST_KEY = 32
"""Letters of a key that somebody chose; a shorter one could be guessed."""


class Vault:
    """Seals and unseals with one key, as `key_of` gives it."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def seal(self, plain: bytes) -> bytes:
        """What the database may keep."""
        return self._fernet.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed; raises ValueError when it was with another key, or is damaged."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise ValueError("sealed with another key than this one, or damaged") from None


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
