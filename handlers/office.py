"""The office: how a resident's words become a case with a unit and a date, and are told of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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
_CLOSES_AT = time(17, 0)
"""Offices close; what is due on a day is due by then."""


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
        return self.now.astimezone(VIETNAM).date()

    def due_at(self, kind: Kind) -> datetime:
        """When a case that begins now is to be answered."""
        day = self.workdays.after(self.today, self.days[kind])
        return datetime.combine(day, _CLOSES_AT, VIETNAM)

    def waking(self) -> datetime:
        """Now, or the next morning's first decent moment to write to people unasked."""
        local = self.now.astimezone(VIETNAM)
        if local.time() < _WAKES:
            return datetime.combine(local.date(), _WAKES, VIETNAM)
        if local.time() >= _SLEEPS:
            return datetime.combine(local.date() + timedelta(days=1), _WAKES, VIETNAM)
        return self.now


_WAKES, _SLEEPS = time(6, 30), time(20, 30)
"""Between these hours people are told things they did not just ask for."""


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


def office_of(house: House, now: datetime) -> Office:
    """The office at that moment, with as many workdays for each kind as content/kinds.yaml says."""
    days: dict[str, int] = {kind.id: kind.days for kind in house.library.kinds.values()}
    return Office(house.library, house.workdays, days, now)


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
    held = receipts.of_case(connection, case_id)
    code = _give_receipt(connection, office, saying, case_id=case_id)
    if code not in {receipt.code for receipt in held}:
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
    """What stands for a case in lists when these words opened it."""
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
