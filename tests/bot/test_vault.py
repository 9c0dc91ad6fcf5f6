"""The key of the vault: from the setting, or a file of its own that only its owner reads."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.vault import KEY_FILE, key_of
from tests.journeys.running import settings_for


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "new", "")
    key = key_of(settings)
    path = tmp_path / "new" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_of(settings) == key == path.read_bytes()
    assert list(path.parent.iterdir()) == [path]
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_a_key_in_the_settings_leaves_no_file(tmp_path: Path) -> None:
    first, second = (
        key_of(settings_for(tmp_path, "", secret_key=word * 32)) for word in ("a", "b")
    )
    assert first != second
    assert Fernet(first)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 32 random letters") as refused:
        key_of(settings_for(tmp_path, "", secret_key="mat-khau-cua-xa"))
    assert "mat-khau" not in str(refused.value)
