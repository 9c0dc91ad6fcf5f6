"""`doithoai channels`, and which doors the settings open."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.app import channels_of
from bot.check import problems_of
from bot.doors import doors_of, run, table_of
from bot.settings import Settings
from handlers.turn import House
from storage import residents
from storage.database import Database

TOKEN = "12345689:abc-of-a-bot-that-does-not-exist"
PUBLIC = {"public_url": "https://bot.invalid"}


def settings(**given: str) -> Settings:
    return Settings.model_validate(given)


def test_a_channel_without_its_token_is_off_and_says_what_turns_it_on() -> None:
    doors = {door.channel: door for door in doors_of(settings())}
    assert [name for name, door in doors.items() if door.is_on] == ["web"]
    assert doors["zalo_bot"].lacks == ["DOITHOAI_ZALO_BOT_TOKEN turns it on."]
    assert problems_of(settings()) == []


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({}, []),
        (PUBLIC | {"zalo_bot_secret": "12345678"}, []),
        (PUBLIC, ["DOITHOAI_ZALO_BOT_SECRET is needed when DOITHOAI_PUBLIC_URL is set."]),
        (
            {"public_url": "http://bot.invalid", "zalo_bot_secret": "12345678"},
            ["DOITHOAI_PUBLIC_URL must begin with https:// for webhooks."],
        ),
    ],
)
def test_what_a_channel_lacks_is_said(given: dict[str, str], lacks: list[str]) -> None:
    having = settings(zalo_bot_token=TOKEN, **given)
    assert [door.lacks for door in doors_of(having) if door.channel == "zalo_bot"] == [lacks]
    assert problems_of(having) == lacks


def test_what_two_channels_lack_is_a_problem_once() -> None:
    having = settings(telegram_token="1:a", zalo_bot_token=TOKEN, public_url="http://bot.invalid")
    assert len(problems_of(having)) == 3


@pytest.mark.parametrize("given", [{}, PUBLIC | {"zalo_bot_secret": "12345678"}])
def test_the_token_opens_the_door(house: House, given: dict[str, Any]) -> None:
    nowhere = Database("sqlite://")
    opened = channels_of(settings(zalo_bot_token=TOKEN, **given), house, nowhere)
    assert [door.name for door in opened] == ["web", "zalo_bot"]
    assert [door.name for door in channels_of(settings(), house, nowhere)] == ["web"]


def test_the_channels_are_listed_with_what_is_left_of_their_plans(database: Database) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    accounts = [("zalo_bot", "a"), ("zalo_bot", "b")]
    database.write(lambda c: residents.hear_many(c, dict.fromkeys(accounts, now), now)).result()
    out = Console(width=160, file=io.StringIO(), record=True)
    out.print(table_of(settings(zalo_bot_token=TOKEN, zalo_bot_monthly="20000"), database, now))
    shown = out.export_text()
    lines = {line.split()[1]: line for line in shown.splitlines() if line.startswith("│")}
    assert set(lines) == {"web", "telegram", "zalo_bot", "zalo_oa"}
    assert "0/20000 (còn 20000)" in lines["zalo_bot"]
    assert "2/50 (còn 48)" in lines["zalo_bot"]
    assert "DOITHOAI_TELEGRAM_TOKEN turns it on." in lines["telegram"]
    assert TOKEN not in shown


def test_a_new_machine_lists_its_channels_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(settings(data_dir=str(tmp_path / "data")))
    shown = capsys.readouterr().out
    assert [name for name in ("web", "telegram", "zalo_bot") if name not in shown] == []
