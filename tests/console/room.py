"""A room with officials, residents and their cases, on a database, without pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from handlers.office import Office, Saying, join_case, office_of, open_case
from handlers.officials.casework import Hand, Sheet
from handlers.officials.replying import Draft
from handlers.turn import House
from storage import cases, happenings, officials, outbox, receipts, residents
from storage.cases import CaseRow
from storage.database import Database
from storage.officials import NewOfficial, OfficialRow
from storage.receipts import ReceiptRow
from tests.conftest import StoppedClock

UNIT = "phong-kinh-te-xa"
"""Here nobody else signs."""
SIGNED = "phong-vhxh-xa"
"""Here a second person does."""
WORDS = "Đường vô ấp 3 lầy lội, xe cứu thương không vô được"
SOLVED = Draft(outcome="solved", text="Đường vô ấp 3 đã đổ đá xong, xe vô được.")
_T = TypeVar("_T")


class Room:
    """Who is there, and what they do."""

    def __init__(self, database: Database, house: House, clock: StoppedClock) -> None:
        self.database = database
        self.house = house
        self.clock = clock

    @property
    def office(self) -> Office:
        return office_of(self.house, self.clock.now())

    def official(self, login: str, role: str = "officer", unit: str = UNIT, **more: Any) -> Hand:
        """An official, with hands to work."""
        new = NewOfficial(
            login, login.title(), role, unit, more.get("areas", []), more.get("topics", []),
            self.clock.now(),
        )  # fmt: skip
        official_id = self.write(lambda c: officials.add(c, new))
        return self.hand(official_id)

    def hand(self, official_id: int) -> Hand:
        with self.database.read() as connection:
            row = officials.find(connection, official_id)
        assert row is not None
        return Hand(row, self.office)

    def resident(self, address: str, channel: str = "web") -> int:
        account = channel, address
        now = self.clock.now()
        return self.write(lambda c: residents.hear_many(c, {account: now}, now))[account].id

    def open(self, who: int | None = None, unit: str = UNIT, **more: Any) -> CaseRow:
        """A case; its asker is `who`, or somebody new."""
        given = {"text": WORDS, "kind": "report", "topic": "livelihood", "channel": "web", **more}
        saying = Saying(resident_id=who or self.resident(f"{id(given)}-{self.count()}"), **given)
        return self.write(lambda c: open_case(c, self.office, saying, unit=unit))[0]

    def join(self, case: CaseRow, who: int | None, text: str = WORDS, **more: Any) -> str:
        saying = Saying(
            text=text, kind="report", topic="livelihood", channel="web", resident_id=who, **more
        )
        return self.write(lambda c: join_case(c, self.office, saying, case_id=case.id))

    def count(self) -> int:
        with self.database.read() as connection:
            return connection.execute(
                sa.select(sa.func.count()).select_from(residents.residents)
            ).scalar_one()

    def write(self, job: Callable[[sa.Connection], _T]) -> _T:
        return self.database.write(job).result()

    def do(self, deed: Callable[..., Any], hand: Hand, case: CaseRow, **more: Any) -> Any:
        """What an official does with a case as it is now."""
        fresh = Hand(hand.official, self.office)
        sheet = self.sheet(case)
        return self.write(lambda c: deed(c, fresh, sheet, **more))

    def sheet(self, case: CaseRow) -> Sheet:
        return Sheet(case.id, self.case(case).version)

    def case(self, case: CaseRow | int) -> CaseRow:
        number = case if isinstance(case, int) else case.id
        with self.database.read() as connection:
            found = cases.find(connection, number)
        assert found is not None
        return found

    def askers(self, case: CaseRow) -> list[ReceiptRow]:
        with self.database.read() as connection:
            return receipts.of_case(connection, case.id)

    def timeline(self, case: CaseRow) -> list[str]:
        with self.database.read() as connection:
            return [line.what for line in happenings.of_case(connection, case.id)]

    def sent(self) -> list[tuple[str, str, str]]:
        """What went out: channel, address, text."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(outbox.outbox).order_by(outbox.outbox.c.id)).all()
        return [(row.channel, row.address, row.body["text"]) for row in rows]

    def told_at(self) -> list[datetime]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(outbox.outbox.c.due_at)).scalars())


__all__ = ["SIGNED", "SOLVED", "UNIT", "WORDS", "OfficialRow", "Room"]
