"""The rooms import one way; a planted import the other way fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.rules import ROOMS, ROOT


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        ignore = shutil.ignore_patterns("content", "__pycache__", "static")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_rooms_keep_their_import_rules() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("knowledge/card.py", "import storage.database"),
        ("storage/inbox.py", "import handlers.turn"),
        ("handlers/router.py", "import bot.clock"),
        ("handlers/residents/ask.py", "import handlers.residents.browse"),
        ("handlers/residents/ask.py", "import sqlalchemy"),
        ("bot/channels/terminal.py", "import storage.inbox"),
        ("bot/lane.py", "import starlette"),
        ("bot/lane.py", "import aiogram"),
        ("bot/lane.py", "import aiohttp"),
    ],
)
def test_a_planted_import_fails(copy: Path, file: str, line: str) -> None:
    path = copy / file
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    result = lint(copy)
    assert result.returncode != 0
    assert "BROKEN" in result.stdout
