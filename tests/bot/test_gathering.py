"""Gathering: many small additions become few writes, and one bad one hurts nobody else."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from bot.gathering import Gathering
from storage import inbox
from storage.database import Database, Job
from storage.inbox import InboxEntry

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def entry(number: int, at: datetime = AT) -> InboxEntry:
    return InboxEntry("web", f"a{number}", f"m{number}", "text", "xin chào", "", False, at, at)


class Counting:
    """Makes the jobs, and remembers how many entries each was given."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, entries: Sequence[InboxEntry]) -> Job[None]:
        self.sizes.append(len(entries))
        return partial(inbox.put, entries=entries)


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(inbox.inbox)).scalar_one()


async def test_what_arrives_during_a_commit_shares_the_next_one(database: Database) -> None:
    jobs = Counting()
    gathering = Gathering(database, jobs)
    await asyncio.gather(*(gathering.add([entry(number)]) for number in range(50)))
    assert count(database) == 50
    assert sum(jobs.sizes) == 50
    assert len(jobs.sizes) <= 2


async def test_an_addition_is_durable_when_it_returns(database: Database) -> None:
    gathering = Gathering(database, Counting())
    await gathering.add([entry(1), entry(2)])
    assert count(database) == 2
    assert gathering.waiting == 0


async def test_one_that_cannot_be_written_fails_alone(database: Database) -> None:
    gathering = Gathering(database, Counting())
    naive = entry(3, AT.replace(tzinfo=None))
    additions = [gathering.add([one]) for one in (entry(1), naive, entry(2))]
    ended = await asyncio.gather(*additions, return_exceptions=True)
    assert [type(end) for end in ended] == [type(None), sa.exc.StatementError, type(None)]
    assert count(database) == 2


async def test_a_door_that_goes_away_takes_nobody_else_along(database: Database) -> None:
    gathering = Gathering(database, Counting())
    gone = asyncio.create_task(gathering.add([entry(1)]))
    stays = asyncio.create_task(gathering.add([entry(2)]))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert count(database) == 2
