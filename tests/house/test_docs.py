"""The README cannot fall behind: its settings table is the settings, its commands exist."""

import re

from typer.main import get_command

from bot.cli import cli
from bot.settings import PREFIX, Settings
from handlers.status import STATUSES
from tests.house.rules import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def settings_wrong(readme: str) -> list[str]:
    """Settings whose row is not in the table as they are, and rows of no setting."""
    rows = dict(re.findall(rf"^\| `({PREFIX}\w+)` \|(.*)\|$", readme, re.MULTILINE))
    wrong = [
        name for name in rows if name.removeprefix(PREFIX).lower() not in Settings.model_fields
    ]
    for name, field in Settings.model_fields.items():
        row = rows.get(PREFIX + name.upper(), "")
        if (field.description or "?") not in row:
            wrong.append(name)
    return wrong


def test_the_settings_table_is_the_settings() -> None:
    assert settings_wrong(README) == []


def test_a_setting_without_its_row_is_found() -> None:
    planted = "\n".join(line for line in README.splitlines() if "DOITHOAI_PORT" not in line)
    assert settings_wrong(planted) == ["port"]
    assert settings_wrong(README + "\n| `DOITHOAI_NOTHING` | x |") == ["DOITHOAI_NOTHING"]


def test_every_setting_has_a_help_sentence() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_is_in_the_readme() -> None:
    commands = set(get_command(cli).commands)
    known = {"serve", "chat", "ask", "why", "check", "bank", "hygiene", "cards", "waiting"}
    known |= {"attachment"}
    assert commands == known
    assert [name for name in commands if f"doithoai {name}" not in README] == []


def test_every_answer_status_is_in_the_readme() -> None:
    assert [status for status in STATUSES if f"`{status}`" not in README] == []
