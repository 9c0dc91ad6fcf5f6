"""A Zalo Official Account end to end, against a Zalo on loopback: signed in, answered out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App, channels_of
from bot.settings import Settings
from bot.zalo_account import vault_of
from handlers.turn import House
from storage.database import Database
from storage.inbox import inbox
from storage.migrate import migrate
from storage.outbox import outbox
from storage.questions import questions
from tests.channels.zalo_room import pair_of
from tests.conftest import StoppedClock
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, RESIDENT, ZaloOa
from tests.fakes.zalo_webhook import event, post, raw, signed, text_event
from tests.journeys.running import running, settings_for, until_quiet

QUESTION = "hộ nghèo được vay bao nhiêu, lãi mấy phần trăm"
now = StoppedClock().now
"""The clock of the house that every test has: what comes is as old as the house thinks."""


@asynccontextmanager
async def bot(
    folder: Path, database_url: str, house: House, zalo: ZaloOa
) -> AsyncIterator[tuple[App, str]]:
    """A bot whose operator has logged in, and the address of its webhook."""
    settings = settings_for(
        folder,
        database_url,
        zalo_app_id=APP_ID,
        zalo_app_secret=APP_SECRET,
        zalo_oa_secret=OA_SECRET,
        zalo_oa_id=OA_ID,
        zalo_api=zalo.url,
        zalo_oauth=zalo.url,
    )
    await log_in(settings, zalo)
    database = Database(settings.url_of_database())
    doors = channels_of(settings, house, database)
    async with running(settings, house, doors) as (app, address):
        yield app, f"{address}/webhook/zalo_oa"
    database.close()


async def log_in(settings: Settings, zalo: ZaloOa) -> None:
    database = Database(settings.url_of_database())
    migrate(database)
    await vault_of(settings, database, now).put(pair_of(zalo, now))
    database.close()


def statuses(app: App) -> list[str]:
    with app.database.read() as connection:
        rows = connection.execute(sa.select(questions.c.status).order_by(questions.c.id))
        return [status for (status,) in rows]


async def test_a_signed_question_is_answered_once_however_often_it_is_delivered(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloOa(now) as zalo, bot(tmp_path, database_url, house, zalo) as (app, hook):
        zalo.meet()
        body = raw(text_event(QUESTION, now(), msg_id="96d3cdf3af150460909"), odd=True)
        for retry in range(3):
            assert await post(hook, body, signed(body), retry=retry) == 200
        await until_quiet(app, "zalo_oa", RESIDENT)
        [answer] = [m for m in zalo.sent if "6,24 %/năm" in m["text"]]
        assert answer["user"] == RESIDENT
        assert "100 triệu đồng" in answer["text"]
        assert statuses(app) == ["answered"]
        with app.database.read() as connection:
            ids = set(connection.execute(sa.select(outbox.c.provider_id)).scalars())
        assert f"m{1:019d}" in ids
        assert zalo.complaints == []


async def test_a_number_and_a_press_of_a_button_mean_the_same(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloOa(now) as zalo, bot(tmp_path, database_url, house, zalo) as (app, hook):
        for user in ("1001", "1002"):
            zalo.meet(user)
            body = raw(text_event(QUESTION, now(), msg_id=f"q{user}", user=user))
            assert await post(hook, body, signed(body)) == 200
            await until_quiet(app, "zalo_oa", user)
        with app.database.read() as connection:
            bodies = list(connection.execute(sa.select(outbox.c.body)).scalars())
        value = bodies[-1]["choices"][1]["value"]
        for user, text in (("1001", f"#:{value}"), ("1002", "2")):
            body = raw(text_event(text, now(), msg_id=f"p{user}", user=user))
            assert await post(hook, body, signed(body)) == 200
            await until_quiet(app, "zalo_oa", user)
        assert statuses(app).count("followup_answered") == 2
        last = {user: [m["text"] for m in zalo.sent if m["user"] == user][-1] for user in
                ("1001", "1002")}  # fmt: skip
        assert last["1001"] == last["1002"]
        assert zalo.complaints == []


async def test_a_token_that_ended_in_the_night_is_renewed_on_the_way(
    database_url: str, tmp_path: Path, house: House
) -> None:
    async with ZaloOa(now) as zalo, bot(tmp_path, database_url, house, zalo) as (app, hook):
        zalo.meet()
        zalo.forget("access-1-s3cret")
        body = raw(event("follow", now(), sender=None, follower={"id": RESIDENT}, oa_id=OA_ID))
        assert await post(hook, body, signed(body)) == 200
        await until_quiet(app, "zalo_oa", RESIDENT)
        assert zalo.sent
        assert zalo.rotations == 2
        body = raw(event("unfollow", now(), sender=None, follower={"id": RESIDENT}, oa_id=OA_ID))
        assert await post(hook, body, signed(body)) == 200
        await until_quiet(app, "zalo_oa", RESIDENT)
        assert zalo.complaints == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_else_comes_gets_its_code_and_leaves_nothing(
    database_url: str, tmp_path: Path, house: House
) -> None:
    good = raw(text_event("chào", now(), msg_id="m1"))
    echo = raw(event("oa_send_text", now(), message={"text": "Dạ", "msg_id": "m2"}))
    async with ZaloOa(now) as zalo, bot(tmp_path, database_url, house, zalo) as (app, hook):
        assert await post(hook, b"{}", {}) == 200
        assert await post(hook, b"{} ", {}) == 401
        assert await post(hook, good, {}) == 401
        assert await post(hook, good + b" ", signed(good)) == 401
        assert await post(hook, b"x" * (1024 * 1024 + 1), {}) == 413
        assert await post(hook, echo, signed(echo)) == 200
        with app.database.read() as connection:
            assert connection.execute(sa.select(inbox)).all() == []
        assert zalo.sent == []
        assert zalo.complaints == []
