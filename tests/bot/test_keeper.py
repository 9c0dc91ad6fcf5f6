"""The keeper, before a database whose locks the test hands out: what begins, ends, begins again."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.keeper import ASK_EVERY, Duty, Keeper
from storage.locks import Locks


class HandedLocks(Locks):
    """Holds what the test says."""

    def __init__(self, *names: str) -> None:
        super().__init__(sa.make_url("sqlite://"))
        self.names = frozenset(names)

    def hold(self, names: frozenset[str]) -> frozenset[str]:
        return names & self.names


class Told:
    """A duty that writes down what it is told; it fails as often as it should."""

    def __init__(self, failures: int = 0) -> None:
        self.said: list[str] = []
        self.failures = failures

    def duty(self) -> Duty:
        return Duty("send post", begin=self.begin, end=self.end)

    async def begin(self, after_another: bool) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("planted")
        self.said.append("after another" if after_another else "begun")

    async def end(self) -> None:
        self.said.append("ended")


async def until(told: Told, said: list[str]) -> None:
    async with asyncio.timeout(10 * ASK_EVERY):
        while told.said != said:
            await asyncio.sleep(0.01)


async def test_what_is_free_begins_at_once_and_ends_with_us() -> None:
    told, keeper = Told(), Keeper(HandedLocks("send post"))
    await keeper.start([told.duty()])
    assert told.said == ["begun"]
    await keeper.stop()
    assert told.said == ["begun", "ended"]


async def test_what_another_lets_go_begins_and_what_is_lost_ends() -> None:
    told, locks = Told(), HandedLocks()
    keeper = Keeper(locks)
    await keeper.start([told.duty()])
    assert told.said == []
    locks.names = frozenset({"send post"})
    await until(told, ["after another"])
    locks.names = frozenset()
    await until(told, ["after another", "ended"])
    await keeper.stop()


async def test_what_fails_to_begin_is_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    told, locks = Told(failures=1), HandedLocks()
    keeper = Keeper(locks)
    await keeper.start([told.duty()])
    locks.names = frozenset({"send post"})
    await until(told, ["after another"])
    await keeper.stop()
    assert "keeping stumbled" in caplog.text
