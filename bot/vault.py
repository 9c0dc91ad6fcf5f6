"""The vault: what must not be readable in a stolen copy of the database is sealed with a key."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_FILE = "secret.key"


class Vault:
    """Seals and opens with one key (32 bytes in URL-safe base64)."""

    def __init__(self, key: str) -> None:
        """Raises ValueError for a key of another shape."""
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


def open_vault(key: str, data_dir: Path) -> Vault:
    """The vault of the given key, or of one made once and kept in the data folder.

    Raises ValueError when the key has the wrong shape.
    """
    try:
        return Vault(key or _kept_key(data_dir / KEY_FILE))
    except ValueError:
        raise ValueError("the secret key must be 32 bytes in URL-safe base64") from None


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(made, "wb") as file:
        file.write(Fernet.generate_key())
    return path.read_text("ascii").strip()
