"""A room with officials and cases in it, for tests of what is done by the clock."""

from datetime import UTC, datetime
from typing import Any

from handlers.office import Office, Saying, office_of, open_case
from handlers.turn import House
from storage import cases, officials
from storage.cases import CaseRow
from storage.database import Database
from storage.officials import NewOfficial

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 8:00 in Viet Nam


class DeskRoom:
    """Officials with chats of their own, and cases that are due when a test says so."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        self.house = house

    def office(self, now: datetime = MONDAY) -> Office:
        return office_of(self.house, now)

    def official(self, login: str, role: str, unit: str = "phong-kinh-te-xa", **more: Any) -> int:
        def add(connection: Any) -> int:
            new = NewOfficial(login, login.title(), role, unit, [], [], MONDAY)
            who = officials.add(connection, new)
            officials.change(connection, who, {"channel": "telegram", "address": login, **more})
            return who

        return self.database.write(add).result()

    def case(self, due_at: datetime, unit: str = "phong-kinh-te-xa", **more: Any) -> CaseRow:
        saying = Saying(text="Đường lầy lội", kind="report", topic="livelihood", channel="web")

        def add(connection: Any) -> CaseRow:
            case, _ = open_case(connection, self.office(), saying, unit=unit)
            return cases.change(connection, case, {"due_at": due_at, "stage": "working", **more})

        return self.database.write(add).result()
