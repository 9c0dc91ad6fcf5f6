"""A folder of whole files: nothing half written ever has a name."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.files import Folder

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def names(folder: Folder) -> list[str]:
    return sorted(path.name for path in folder.root.rglob("*") if path.is_file())


def test_what_is_kept_lies_under_its_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep("abcd", b"one")
    assert (tmp_path / "ab" / "abcd").read_bytes() == b"one"
    assert names(folder) == ["abcd"]


def test_the_same_name_is_written_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.keep("abcd", b"one")
    first = folder.path_of("abcd").stat().st_ino
    folder.keep("abcd", b"one")
    assert folder.path_of("abcd").stat().st_ino == first


def test_a_crash_before_the_end_leaves_no_named_file_and_is_swept(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    aside = folder.begin()
    aside.write_bytes(b"hal")
    assert not folder.path_of("abcd").exists()
    old = (NOW - timedelta(hours=2)).timestamp()
    os.utime(aside, (old, old))
    folder.keep("abcd", b"whole")
    os.utime(folder.path_of("abcd"), (old, old))
    folder.sweep(NOW - timedelta(hours=1))
    assert names(folder) == ["abcd"]
    folder.sweep(NOW - timedelta(hours=1), whole=True)
    assert names(folder) == []


def test_what_cannot_be_forced_to_the_disk_gets_no_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    aside = folder.begin()
    with pytest.raises(FileNotFoundError):
        folder.finish(aside, "abcd")
    assert not folder.path_of("abcd").exists()
