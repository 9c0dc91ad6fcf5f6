"""What the sender promises: no messenger delays another, replies first, the unknown stays so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels.channel import Abilities, SendError, Window
from bot.lane import IN_FLIGHT
from bot.ledger import Ledger
from bot.sender import Sender
from storage import outbox, residents
from storage.database import Database
from storage.outbox import OutboxEntry
from tests.conftest import StoppedClock
from tests.fakes.door import FakeDoor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WINDOW = Abilities(text_limit=2000, window=Window(timedelta(hours=48), timedelta(days=7)))


class Office:
    """An outbox, its clock and the sender that empties it."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database = database
        self.clock = clock

    def put(self, channel: str, *said: tuple[str, str]) -> None:
        now = self.clock.now()
        entries = [
            OutboxEntry(None, 0, channel, address, {"text": text}, now, now)
            for address, text in said
        ]
        self.database.write(lambda c: outbox.put(c, entries)).result()

    def hear(self, channel: str, address: str) -> None:
        words = {(channel, address): self.clock.now()}
        self.database.write(lambda c: residents.hear_many(c, words, self.clock.now())).result()

    def states(self) -> list[str]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(outbox.outbox.c.state).order_by("id"))
            return [state for (state,) in rows]

    @asynccontextmanager
    async def sending(self, *doors: FakeDoor, minutes: int = 0) -> AsyncIterator[Sender]:
        again = timedelta(minutes=minutes) if minutes else None
        ledger = Ledger(self.database, self.clock, "me", resend_after=again)
        sender = Sender({door.name: door for door in doors}, ledger)
        sender.start()
        for duty in sender.duties():
            await duty.begin(False)
        try:
            yield sender
        finally:
            for door in doors:
                door.let_go.set()
            await sender.stop()


@pytest.fixture
def office(database: Database, clock: StoppedClock) -> Office:
    return Office(database, clock)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_messenger_that_hangs_delays_no_other(office: Office) -> None:
    stuck, well = FakeDoor("stuck"), FakeDoor("well")
    stuck.hangs = True
    office.put("stuck", *((f"a{n}", "x") for n in range(IN_FLIGHT + 8)))
    office.put("well", *((f"a{n}", "x") for n in range(IN_FLIGHT + 8)))
    async with office.sending(stuck, well):
        await until(lambda: office.states().count("done") == IN_FLIGHT + 8)
        assert len(stuck.tried) == IN_FLIGHT
    assert office.states()[: IN_FLIGHT + 8] == ["done"] * IN_FLIGHT + ["waiting"] * 8


async def test_too_many_requests_silences_the_whole_credential_and_no_other(
    office: Office,
) -> None:
    full, well = FakeDoor("full"), FakeDoor("well")
    full.fail = [SendError("429", retry_in=60, whole_channel=True)]
    office.put("full", ("a", "một"))
    async with office.sending(full, well) as sender:
        await until(lambda: len(full.tried) == 1 and office.states() == ["waiting"])
        office.put("full", ("b", "hai"))
        office.put("well", ("b", "ba"))
        sender.ring("full")
        sender.ring("well")
        await until(lambda: office.states() == ["waiting", "waiting", "done"])
        assert len(full.tried) == 1
        office.clock.move(seconds=61)
        sender.ring("full")
        await until(lambda: office.states() == ["done"] * 3)


async def test_what_was_taken_ahead_is_given_back_when_we_stop(office: Office) -> None:
    door = FakeDoor(abilities=Abilities(text_limit=2000, per_second=20))
    office.put("post", *((f"a{n}", "x") for n in range(25)))
    # Its clock hardly moves, so that the first may go and hardly another.
    async with office.sending(door):
        await until(lambda: office.states()[:2] == ["done", "taken"])
    tried = len(door.tried)
    assert tried < 5
    assert office.states() == ["done"] * tried + ["waiting"] * (25 - tried)


async def test_outside_the_window_nothing_is_tried_until_the_resident_writes(
    office: Office,
) -> None:
    door = FakeDoor(abilities=WINDOW)
    office.hear("post", "late")
    office.clock.move(days=6)
    office.hear("post", "lately")
    office.clock.move(days=2)
    office.put("post", ("late", "một"), ("lately", "hai"), ("never", "ba"))
    async with office.sending(door):
        await until(lambda: office.states() == ["held", "done", "held"])
        assert door.tried == [("lately", "hai")]
        with office.database.read() as connection:
            held = outbox.in_trouble(connection, "held", 10)
        assert [row.reason for row in held] == ["outside window"] * 2


async def test_what_the_window_of_the_messenger_refuses_is_held_too(office: Office) -> None:
    door = FakeDoor(abilities=WINDOW)
    door.fail = [SendError("out of the window", out_of_window=True)]
    office.hear("post", "a")
    office.clock.move(hours=1)
    office.put("post", ("a", "một"))
    async with office.sending(door):
        await until(lambda: office.states() == ["held"])
    assert len(door.tried) == 1


async def test_an_unknown_outcome_stays_unknown(office: Office) -> None:
    door = FakeDoor()
    door.fail = [ConnectionResetError("gone"), SendError("silence", unknown=True)]
    office.put("post", ("a", "một"), ("b", "hai"))
    async with office.sending(door):
        await until(lambda: office.states() == ["unknown"] * 2)
    office.clock.move(hours=1)
    async with office.sending(door):
        await asyncio.sleep(0.05)
    assert len(door.tried) == 2


async def test_an_unknown_outcome_is_tried_once_more_where_that_is_wished(office: Office) -> None:
    door = FakeDoor()
    door.fail = [SendError("silence", unknown=True), SendError("silence", unknown=True)]
    office.put("post", ("a", "một"))
    for wait, tries in ((timedelta(), 1), (timedelta(minutes=11), 2), (timedelta(hours=1), 2)):
        office.clock.at += wait
        async with office.sending(door, minutes=10):
            await until(lambda tries=tries: len(door.tried) == tries)
            await until(lambda: office.states() == ["unknown"])
    assert len(door.tried) == 2
