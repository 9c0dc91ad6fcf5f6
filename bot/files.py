"""A folder whose files are whole or not there: written aside, forced to the disk, then named."""

import os
import secrets
from datetime import datetime
from pathlib import Path


class Folder:
    """Keeps bytes under a name; whatever moment the power fails, no half file has a name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._aside = root / "partial"

    def path_of(self, name: str) -> Path:
        """Where a file of this name (letters, digits, - and _) lies, or would."""
        return self.root / name[:2] / name

    def keep(self, name: str, content: bytes) -> None:
        """Keep this under a name that stands for its content; durable on return."""
        if not self.path_of(name).exists():
            aside = self.begin()
            aside.write_bytes(content)
            self.finish(aside, name)

    def begin(self) -> Path:
        """A new place aside to write to; then `finish`, or unlink it."""
        self._aside.mkdir(parents=True, exist_ok=True)
        return self._aside / secrets.token_hex(16)

    def finish(self, aside: Path, name: str) -> None:
        """What was written aside is whole: it gets its name, durable on return."""
        path = self.path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        _force(aside)
        aside.replace(path)
        _force(path.parent)
        _force(self.root)

    def remove(self, name: str) -> None:
        """Let go of a file, if it is there."""
        self.path_of(name).unlink(missing_ok=True)

    def sweep(self, before: datetime, *, whole: bool = False) -> None:
        """Remove what was left half written before then; with `whole`, whole files too."""
        for path in self.root.glob("*/*" if whole else "partial/*"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)


def _force(path: Path) -> None:
    """On to the disk: a file's content, or a folder's names."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
