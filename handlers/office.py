"""The office: how a resident's words become a case with a unit and a date, and are told of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from handlers.message import Message
from handlers.turn import VIETNAM, House
from knowledge.library import Library
from knowledge.text import fold
from knowledge.workdays import Workdays
from storage import cases, happenings, outbox, receipts, residents
from storage.cases import CaseRow, Kind, NewCase
from storage.happenings import Happening
from storage.receipts import NewReceipt, Openness, ReceiptRow

_TITLE = 120
"""Letters of the asker's own words that stand for a case in lists."""


@dataclass(frozen=True, slots=True)
class Office:
    """What every decision about cases has at hand; `days`: workdays to answer, by kind."""

    library: Library
    workdays: Workdays
    days: dict[str, int]
    now: datetime

    @property
    def today(self) -> date:
        """The calendar day in Viet Nam."""
        return self.day_of(self.now)

    @staticmethod
    def day_of(moment: datetime) -> date:
        """The calendar day in Viet Nam of a moment."""
        return moment.astimezone(VIETNAM).date()

    def closing(self, day: date) -> datetime:
        """What is due on a day is due when the offices close."""
        return datetime.combine(day, self.library.casework.settings.working.until, VIETNAM)

    def due_at(self, kind: str) -> datetime:
        """When a case that begins now is to be answered."""
        return self.closing(self.workdays.after(self.today, self.days[kind]))

    def waking(self) -> datetime:
        """Now, or the next morning's first decent moment to write to people unasked."""
        hours = self.library.casework.settings.waking
        local = self.now.astimezone(VIETNAM)
        if hours.hold(local.time()):
            return self.now
        day = local.date() + timedelta(days=local.time() >= hours.until)
        return datetime.combine(day, hours.since, VIETNAM)

    def is_working(self) -> bool:
        """Whether officials are at work now."""
        local = self.now.astimezone(VIETNAM)
        hours = self.library.casework.settings.working
        return self.workdays.is_workday(local.date()) and hours.hold(local.time())


def office_of(house: House, now: datetime) -> Office:
    """The office of this house at that moment (UTC), by its calendar and content/casework.yaml."""
    library = house.library
    return Office(library, library.workdays, library.casework.days, now)


Light = Literal["", "green", "amber", "red"]


def light(case: CaseRow, office: Office) -> Light:
    """How near a case is to its date: red is late; "" when nobody owes an answer by any date.

    While a resident is asked the clock stands, so that it keeps the light it had.
    """
    if case.due_at is None or case.stage not in cases.OPEN:
        return ""
    moment = case.paused_at or office.now
    if moment > case.due_at:
        return "red"
    left = office.workdays.between(office.day_of(moment), office.day_of(case.due_at))
    return "amber" if left <= office.library.casework.settings.soon else "green"


def pause(office: Office) -> dict[str, Any]:
    """What changes in a case when the resident is asked something: its clock stands."""
    return {"stage": "asked", "paused_at": office.now}


def resume(office: Office, case: CaseRow) -> dict[str, Any]:
    """What changes when the resident answered: the workdays that it stood are added to its date."""
    values: dict[str, Any] = {"stage": "working", "paused_at": None}
    if case.due_at is not None and case.paused_at is not None:
        stood = office.workdays.between(office.day_of(case.paused_at), office.today)
        values["due_at"] = office.closing(office.workdays.after(office.day_of(case.due_at), stood))
    return values


def late_by(case: CaseRow, office: Office) -> int:
    """How many workdays ago a case was to be answered; 0 when that is still to come."""
    if case.due_at is None or office.now <= case.due_at:
        return 0
    return office.workdays.between(office.day_of(case.due_at), office.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What somebody said, and how they want it known; a place is an id of the base and a name.

    `code`: the one they were told already; "": a new one is made.
    """

    text: str
    kind: Kind
    topic: str
    channel: str
    area: str = ""
    hamlet: str = ""
    openness: Openness = "open"
    resident_id: int | None = None
    inbox_id: int | None = None
    official_id: int | None = None
    code: str = ""


def open_case(
    connection: sa.Connection, office: Office, saying: Saying, *, unit: str = ""
) -> tuple[CaseRow, str]:
    """A new case with its first asker's receipt: the case and the code."""
    key = fold(saying.text)
    new = NewCase(
        kind=saying.kind,
        topic=saying.topic,
        area=saying.area,
        hamlet=saying.hamlet,
        unit=unit,
        channel=saying.channel,
        is_sealed=saying.openness == "sealed",
        title=title_of(saying.text),
        words=key,
        opened_at=office.now,
        due_at=office.due_at(saying.kind),
    )
    case_id = cases.open_case(connection, new)
    code = _give_receipt(connection, office, saying, case_id=case_id)
    happenings.add(connection, [Happening(case_id, office.now, "opened", data={"code": code})])
    case = cases.find(connection, case_id)
    assert case is not None
    return case, code


def join_case(connection: sa.Connection, office: Office, saying: Saying, *, case_id: int) -> str:
    """One more person asks the same: their own code."""
    who = saying.resident_id
    held = receipts.held(connection, case_id, who) if who is not None else None
    code = _give_receipt(connection, office, saying, case_id=case_id)
    if held is None:
        cases.join(connection, case_id, fold(saying.text))
        happenings.add(connection, [Happening(case_id, office.now, "joined", data={"code": code})])
    return code


def _give_receipt(
    connection: sa.Connection, office: Office, saying: Saying, *, case_id: int
) -> str:
    new = NewReceipt(
        case_id=case_id,
        resident_id=saying.resident_id,
        inbox_id=saying.inbox_id,
        openness=saying.openness,
        text=saying.text,
        text_key=fold(saying.text),
        said_at=office.now,
        official_id=saying.official_id,
        code=saying.code,
    )
    return receipts.add(connection, new)


def title_of(text: str) -> str:
    """The asker's own words, as short as a line of a list."""
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[:_TITLE].rsplit(" ", 1)[0] + "…"


def tell(
    connection: sa.Connection, office: Office, case: CaseRow, *, said: dict[int, Message]
) -> list[ReceiptRow]:
    """Put into the outbox what each asker is told (by receipt id), within waking hours.

    Each is told of a version of the case once. Returns those who cannot be reached: they are
    told by mouth.
    """
    asked = [
        receipt
        for receipt in receipts.of_case(connection, case.id)
        if receipt.id in said and receipt.told_version < case.version
    ]
    found = residents.accounts(connection, [r.resident_id for r in asked if r.resident_id])
    reached = [receipt for receipt in asked if receipt.resident_id in found]
    due_at = office.waking()
    entries: list[outbox.OutboxEntry] = []
    for receipt in reached:
        channel, address = found[receipt.resident_id or 0]
        body = msgspec.to_builtins(said[receipt.id])
        entries.append(outbox.OutboxEntry(None, 0, channel, address, body, office.now, due_at))
    outbox.put(connection, entries)
    receipts.note_told(connection, [receipt.id for receipt in asked], case.version)
    return [receipt for receipt in asked if receipt not in reached]
