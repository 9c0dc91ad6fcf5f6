"""A town: residents who write, and the bot that answers them, without a clock or a door."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from handlers.answering import Decided, decide_all, remember
from handlers.casebook import Casebook, StoredCases
from handlers.message import Message
from handlers.office import office_of, tell
from handlers.turn import House
from knowledge.personal import mask
from storage import cases, inbox, outbox, receipts, residents
from storage.cases import CaseRow
from storage.database import Database
from storage.inbox import InboxEntry


class Town:
    """Residents who write, and the bot that answers them, without a clock or a door."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        self.house = house
        self._count = 0

    def write(self, text: str = "", **how: Any) -> None:
        """Put one message into the inbox."""
        self.write_many([{"text": text, **how}])

    def write_many(self, messages: Sequence[dict[str, Any]]) -> None:
        """Put messages into the inbox, in one commit."""
        entries = [self._entry(**message) for message in messages]
        self.database.write(lambda c: inbox.put(c, entries)).result()

    def _entry(
        self,
        text: str = "",
        *,
        address: str = "a",
        kind: str = "text",
        choice: str = "",
        extras: dict[str, Any] | None = None,
        channel: str = "web",
    ) -> InboxEntry:
        self._count += 1
        now = self.house.clock.now()
        masked, found = mask(text)
        name, kind = f"m{self._count}", "choice" if choice else kind
        return InboxEntry(channel, address, name, kind, masked, choice, found, now, now, extras)

    def answer(self, casebook: Casebook | None = None) -> list[Decided]:
        now = self.house.clock.now()
        rows = self.database.write(lambda c: inbox.take(c, by="me", now=now)).result()
        with self.database.read() as connection:
            known = residents.find_many(connection, [(r.channel, r.address) for r in rows])
        casebook = casebook or StoredCases(self.database)
        decided = decide_all(self.house, rows, known, casebook=casebook)
        self.database.write(lambda c: remember(c, decided, now)).result()
        return decided

    def hear(self, text: str = "", **how: Any) -> str:
        """Write and be answered: the status."""
        self.write(text, **how)
        (one,) = self.answer()
        return one.ending.status

    def say(self, text: str = "", **how: Any) -> str:
        """Write and be answered: what is said last."""
        self.hear(text, **how)
        return self.said()[-1]

    def opine(self, text: str, openness: str = "open", **how: Any) -> str:
        """Give an opinion, a place not named is skipped, nothing joined: its code."""
        self.hear(choice="opine", **how)
        if "ở đâu" in self.say(text, **how):
            self.hear(choice="say:place:", **how)
        self.hear(choice="say:new", **how)
        self.hear(choice=f"say:{openness}", **how)
        return self.rows(receipts.receipts)[-1].code

    def answer_case(self, case_id: int, reply: str, **more: Any) -> CaseRow:
        """An official's approved answer goes out to everybody in the case."""

        def job(connection: sa.Connection) -> CaseRow:
            case = cases.find(connection, case_id)
            assert case is not None
            now = self.house.clock.now()
            values = {"stage": "answered", "outcome": "solved", "reply": reply, "answered_at": now}
            return cases.change(connection, case, {**values, **more})

        case = self.database.write(job).result()
        self.tell(case, reply)
        return case

    def tell(self, case: CaseRow, reply: str) -> None:
        """Everybody in the case is told, as far as they were not."""

        def job(connection: sa.Connection) -> None:
            there = receipts.of_case(connection, case.id)
            said = {one.id: Message(f"{one.code}: {reply}") for one in there}
            tell(connection, office_of(self.house, self.house.clock.now()), case, said=said)

        self.database.write(job).result()

    def rows(self, table: sa.Table) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.id)))

    def said(self) -> list[str]:
        return [row.body.get("text", "") for row in self.rows(outbox.outbox)]
