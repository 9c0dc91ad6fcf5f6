"""The demo: a commune with cases in every stage, in which each role signs in; never in use."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa
import yaml
from pyotp.totp import TOTP

from bot.demo import SCRIPT, play, run
from bot.settings import Settings
from storage import cases, happenings, outbox, questions
from storage.cases import Stage
from storage.officials import Role
from tests.console.hall import Hall

STORY = yaml.safe_load(SCRIPT.read_text("utf-8"))


def test_a_commune_stands_there_in_which_each_role_signs_in(hall: Hall) -> None:
    play(hall.database, hall.house, STORY, vault=hall.desk.vault)
    with hall.database.read() as connection:
        rows = connection.execute(sa.select(cases.cases)).all()
        asked = connection.execute(sa.select(questions.questions.c.status)).scalars().all()
        waiting = outbox.count(connection)
        lines = [happenings.of_case(connection, row.id) for row in rows]
    assert len(rows) == 60
    assert set(Counter(row.stage for row in rows)) == set(get_args(Stage))
    assert all(row.unit and row.opened_at < hall.clock.at for row in rows)
    assert all(row.reply for row in rows if row.stage in ("review", "answered", "closed"))
    assert all(told[0].what == "opened" and told[-1].at <= hall.clock.at for told in lines)
    assert len(asked) == len(STORY["said"])
    assert {"answered", "refused"} <= set(asked)
    assert waiting == {}, "nothing is left that would be sent to somebody"
    assert {one["role"] for one in STORY["officials"]} == set(get_args(Role))
    for one in STORY["officials"]:
        browser = hall.browser()
        browser.post(
            "/console/sign-in", data={"login": one["login"], "password": STORY["password"]}
        )
        code = TOTP(STORY["totp"]).at(hall.clock.at)
        assert browser.post("/console/sign-in/code", data={"code": code}).status_code == 303
        assert one["name"] in browser.get("/console").text


def test_the_demo_is_printed_and_refuses_what_is_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, database_url="", public_url="", port=8123)
    assert run(settings) == 0
    told = capsys.readouterr().out
    for word in ("quantri", "truongap", STORY["password"], "http://127.0.0.1:8123/console"):
        assert word in told
    assert run(settings) == 1
    assert "not empty" in capsys.readouterr().err


def test_the_demo_refuses_an_address_that_others_reach(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path / "x", database_url="", public_url="https://bot.invalid")
    assert run(settings) == 1
    assert "others reach" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
