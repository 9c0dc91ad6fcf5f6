"""Rounds: each job once for its day or hour, over all processes, by a stopped clock."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.schedule import Job, Schedule, jobs_of
from handlers.office import Office
from handlers.turn import House
from storage import outbox
from storage import rounds as done
from storage.database import Connection, Database
from tests.conftest import StoppedClock
from tests.handlers.desk_room import MONDAY, DeskRoom

YEAR = timedelta(days=365)
CONSOLE = "https://bot.invalid/console"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(MONDAY - timedelta(hours=2))  # 6:00 on a Monday in Viet Nam


@pytest.fixture
def stopped(house: House, clock: StoppedClock) -> House:
    return replace(house, clock=clock)


def rows(database: Database) -> set[tuple[str, str]]:
    with database.read() as connection:
        found = connection.execute(sa.select(done.rounds.c.job, done.rounds.c.slot))
        return {(row.job, row.slot) for row in found if row.job != "tidy"}


def test_a_day_by_the_clock(database: Database, stopped: House, clock: StoppedClock) -> None:
    looking = Schedule(database, lambda: stopped, jobs_of(CONSOLE, YEAR))
    done_at: dict[str, list[str]] = {}
    for _ in range(48):
        for name in looking.look():
            done_at.setdefault(name, []).append(f"{clock.at + timedelta(hours=7):%a %H:%M}")
        clock.move(minutes=30)
    assert done_at["digest"] == ["Mon 07:30"]
    assert done_at["escalation"] == [f"Mon {hour:02}:00" for hour in range(7, 17)]
    assert done_at["tidy"] == ["Mon 06:00", "Tue 01:00"]


@pytest.mark.parametrize(
    ("day", "is_sent"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 8, 22), True),  # a Saturday made up for
        (date(2026, 2, 17), False),  # the first day of Tết
        (date(2026, 2, 23), True),  # the first workday after it
        (date(2026, 9, 2), False),
    ],
)
def test_digests_keep_to_workdays(
    database: Database, house: House, day: date, is_sent: bool
) -> None:
    clock = StoppedClock(datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC))
    looking = Schedule(database, lambda: replace(house, clock=clock), jobs_of(CONSOLE, YEAR))
    assert ("digest" in looking.look()) is is_sent


def test_two_processes_do_it_once(
    database: Database, stopped: House, clock: StoppedClock, house: House
) -> None:
    room = DeskRoom(database, house)
    room.official("lan", "officer")
    room.case(MONDAY - timedelta(days=3))
    other = Database(database.url.render_as_string(hide_password=False))
    clock.move(hours=2)
    first = Schedule(database, lambda: stopped, jobs_of(CONSOLE, YEAR))
    second = Schedule(other, lambda: stopped, jobs_of(CONSOLE, YEAR))
    assert first.look() == ["digest", "escalation", "verdicts", "purge", "tidy"]
    assert second.look() == []
    other.close()
    with database.read() as connection:
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(outbox.outbox)).scalar() == 1
        )
    assert rows(database) == {
        ("digest", "2026-11-16"),
        ("escalation", "2026-11-16 08"),
        ("verdicts", "2026-11-16 08"),
        ("purge", "2026-11-16"),
    }


def test_what_fails_did_not_happen_and_is_tried_again(
    database: Database, stopped: House, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []

    def fail_once(connection: Connection, office: Office) -> None:
        done.claim(connection, "trace", "x", now=office.now)
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("the printer is out of paper")

    jobs = [
        Job("printing", lambda office: "2026-11-16", fail_once),
        Job("other", lambda office: "2026-11-16", lambda connection, office: None),
    ]
    looking = Schedule(database, lambda: stopped, jobs)
    with caplog.at_level(logging.ERROR):
        assert looking.look() == ["other"]
    assert "'printing' of 2026-11-16 failed" in caplog.text
    assert rows(database) == {("other", "2026-11-16")}
    assert looking.look() == ["printing"]
    assert looking.look() == []
    assert len(tries) == 2


async def test_rounds_stop_when_told_to(database: Database, stopped: House) -> None:
    looking = Schedule(database, lambda: stopped, jobs_of(CONSOLE, YEAR))
    looking.start()
    await looking.stop()
    assert rows(database) == set()  # stopped before the first look, or with nothing to do


def test_what_was_done_long_ago_is_forgotten(
    database: Database, stopped: House, clock: StoppedClock
) -> None:
    looking = Schedule(database, lambda: stopped, jobs_of(CONSOLE, YEAR))
    clock.move(hours=2)
    looking.look()
    assert len(rows(database)) == 4
    clock.move(days=100)
    looking.look()
    assert {slot[:10] for _, slot in rows(database)} <= {"2027-02-24"}
