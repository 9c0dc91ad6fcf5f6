"""A messenger's plan: what is used of it is counted in Viet Nam's months, and told in time."""

import logging
from datetime import UTC, datetime

import pytest

from bot.plan import Plan, PlanWatch, Use, month_of, plans_of, use_of
from bot.settings import Settings
from storage import outbox, residents
from storage.database import Database
from storage.outbox import OutboxEntry, Settled
from tests.conftest import StoppedClock

MONTH = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)  # 1 November, 0:00 in Viet Nam
BEFORE = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)


def sent(
    database: Database,
    at: datetime,
    count: int = 1,
    *,
    channel: str = "zalo_bot",
    state: str = "done",
) -> None:
    """Messages that were settled at that moment, each to a resident of its own."""
    entries = [
        OutboxEntry(None, 0, channel, f"{channel}-{at}-{state}-{n}", {}, at, at)
        for n in range(count)
    ]
    database.write(lambda c: outbox.put(c, entries)).result()

    def take(c: object) -> list[outbox.OutboxRow]:
        return outbox.take(c, by="me", now=at, channel=channel, limit=count)

    rows = database.write(take).result()
    endings = [Settled(row.id, state, "id", None, at) for row in rows]
    database.write(lambda c: outbox.settle(c, endings)).result()


def met(database: Database, count: int, channel: str = "zalo_bot") -> None:
    accounts = [(channel, f"r{n}") for n in range(count)]
    database.write(lambda c: residents.hear_many(c, dict.fromkeys(accounts, MONTH), MONTH)).result()


def test_a_month_begins_at_midnight_in_viet_nam() -> None:
    assert month_of(datetime(2026, 11, 24, 2, 0, tzinfo=UTC)) == MONTH
    assert month_of(MONTH) == MONTH
    assert month_of(BEFORE) < MONTH


def test_only_what_went_out_this_month_on_this_channel_is_counted(database: Database) -> None:
    sent(database, BEFORE, 5)
    sent(database, MONTH, 3)
    sent(database, MONTH, 7, channel="telegram")
    sent(database, MONTH, 2, state="failed")
    sent(database, MONTH, 4, state="unknown")
    met(database, 6)
    met(database, 9, "telegram")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert use_of(database, "zalo_bot", now) == Use(sent=3, users=6)
    assert use_of(database, "telegram", now) == Use(sent=7, users=9)


def test_the_count_reads_an_index_and_not_the_whole_outbox(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the planner of an empty PostgreSQL rightly scans; SQLite's does not")
    with database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM outbox "
            "WHERE channel = ? AND settled_at >= ? AND state = 'done'",
            ("zalo_bot", "2026-10-31 17:00:00"),
        ).fetchall()
    assert "ix_outbox_done" in " ".join(row[3] for row in plan)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    caplog.clear()
    return told


def test_a_warning_comes_at_80_and_at_100_percent_once_a_month_each(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock = StoppedClock()
    watch = PlanWatch(database, clock, {"zalo_bot": Plan(monthly=10, users=1000)})
    sent(database, MONTH, 7)
    watch.look()
    assert warnings(caplog) == []
    sent(database, clock.at, 1)
    watch.look()
    watch.look()
    assert warnings(caplog) == [
        "zalo_bot: 80 % of the plan's messages this month are used, 8 of 10"
    ]
    clock.move(minutes=10)
    sent(database, clock.at, 3)
    watch.look()
    watch.look()
    assert warnings(caplog) == [
        "zalo_bot: 110 % of the plan's messages this month are used, 11 of 10"
    ]
    clock.move(days=30)
    watch.look()
    assert warnings(caplog) == [], "a new month, nothing sent"
    sent(database, clock.at, 9)
    watch.look()
    assert len(warnings(caplog)) == 1


def test_a_warning_comes_before_the_last_resident_too(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    watch = PlanWatch(database, StoppedClock(), {"zalo_bot": Plan(monthly=1000, users=5)})
    met(database, 4)
    watch.look()
    assert warnings(caplog) == ["zalo_bot: 80 % of the plan's residents are used, 4 of 5"]


def test_the_plan_of_zalo_bot_is_a_setting() -> None:
    assert plans_of(Settings()) == {"zalo_bot": Plan(monthly=3000, users=50)}
    paid = Settings(zalo_bot_monthly=20_000, zalo_bot_users=900)
    assert plans_of(paid)["zalo_bot"] == Plan(monthly=20_000, users=900)
