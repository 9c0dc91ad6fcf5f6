"""The casebook: what a turn may look up about cases; nothing is read unless a turn asks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from handlers.noticeboard import EmptyBoard, Noticeboard, StoredBoard
from knowledge.likeness import ALIKE, likest
from storage import cases, inbox, officials, receipts, sessions
from storage.cases import CaseRow
from storage.database import Connection, Database
from storage.receipts import ReceiptRow

GUESSES_AN_HOUR = 10
"""Codes an account may ask for within an hour that nobody has."""
_HOUR = timedelta(hours=1)
ANSWERED = ("answered", "confirmed", "closed")
"""Stages in which the reply that stands in the case was approved."""
_COMPARED = 200


class Similar(NamedTuple):
    """An open case like what is being said; `held`: the code the resident has in it already."""

    case_id: int
    title: str
    area: str
    askers: int
    held: str = ""


class Promise(NamedTuple):
    """What whoever joins an open case can be told: who holds it, and until when."""

    unit: str
    due_at: datetime | None


class Told(NamedTuple):
    """What whoever holds a code may know; `words` only of those who spoke openly."""

    code: str
    kind: str
    topic: str
    stage: str
    unit: str
    words: str
    said_at: datetime
    due_at: datetime | None = None
    outcome: str = ""
    reply: str = ""
    ground: str = ""
    promised_for: date | None = None
    is_mine: bool = False

    @property
    def can_be_judged(self) -> bool:
        """Whether its asker may say that the answer came, or is not right."""
        return self.is_mine and self.stage in ("answered", "confirmed")


class Said(NamedTuple):
    """Something an account sent."""

    at: datetime
    text: str


class Casebook(Protocol):
    """What a turn may ask; `asker` is the resident's number, 0 when we do not know them."""

    @property
    def board(self) -> Noticeboard: ...
    def new_code(self) -> str: ...
    def similar(self, text: str, topic: str, *, area: str, asker: int) -> Similar | None: ...
    def promise_of(self, case_id: int) -> Promise | None: ...
    def told(self, code: str, asker: int) -> Told | None: ...
    def of_asker(self, asker: int) -> Sequence[Told]: ...
    def to_judge(self, asker: int) -> str: ...
    def may_guess(self, asker: int, now: datetime) -> bool: ...
    def said_by(self, channel: str, address: str) -> Sequence[Said]: ...
    def is_official(self, channel: str, address: str) -> bool: ...


class NoCases:
    """The casebook of talks that are held in memory: there are no cases."""

    @property
    def board(self) -> Noticeboard:
        """Where dialogues are announced."""
        return EmptyBoard()

    def new_code(self) -> str:
        """A code like any other."""
        return receipts.new_code()

    def similar(self, text: str, topic: str, *, area: str, asker: int) -> Similar | None:
        """None is."""
        return None

    def promise_of(self, case_id: int) -> Promise | None:
        """It cannot be joined."""
        return None

    def told(self, code: str, asker: int) -> Told | None:
        """Nobody has it."""
        return None

    def of_asker(self, asker: int) -> Sequence[Told]:
        """None."""
        return ()

    def to_judge(self, asker: int) -> str:
        """None."""
        return ""

    def may_guess(self, asker: int, now: datetime) -> bool:
        """There is nothing to find."""
        return True

    def said_by(self, channel: str, address: str) -> Sequence[Said]:
        """Nothing is kept."""
        return ()

    def is_official(self, channel: str, address: str) -> bool:
        """Nobody is."""
        return False


class StoredCases(NoCases):
    """The casebook of the database; each question is a short reading of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._board = StoredBoard(database)

    @property
    def board(self) -> Noticeboard:
        """Where dialogues are announced."""
        return self._board

    def similar(self, text: str, topic: str, *, area: str, asker: int) -> Similar | None:
        """The likest of the newest open cases there, whatever topic the search gave them."""
        with self._database.read() as connection:
            near = cases.newest_open(connection, area=area, topic=topic, limit=_COMPARED)
            place, likeness = likest(text, [row.title for row in near])
            if likeness < ALIKE:
                return None
            row = near[place]
            held = receipts.held(connection, row.id, asker) or ""
        return Similar(row.id, row.title, row.area, row.asker_count, held)

    def promise_of(self, case_id: int) -> Promise | None:
        """Of the case, or the one it was merged into; None once it is not open any more."""
        with self._database.read() as connection:
            case = cases.find_last(connection, case_id)
        if case is None or case.stage not in cases.OPEN:
            return None
        return Promise(case.unit, case.due_at)

    def told(self, code: str, asker: int) -> Told | None:
        """What became of the code's case, or of the one that it was merged into."""
        with self._database.read() as connection:
            receipt = receipts.find(connection, code)
            return _told(connection, receipt, asker) if receipt else None

    def of_asker(self, asker: int) -> Sequence[Told]:
        """Everything the resident has a code for, the newest first."""
        with self._database.read() as connection:
            mine = receipts.of_resident(connection, asker)
            return [told for one in mine if (told := _told(connection, one, asker))]

    def to_judge(self, asker: int) -> str:
        """The code the resident was last asked about and has not judged since."""
        with self._database.read() as connection:
            return receipts.unjudged(connection, asker) or ""

    def may_guess(self, asker: int, now: datetime) -> bool:
        """Whether the account did not ask for too many unknown codes lately."""
        with self._database.read() as connection:
            count = sessions.count_attempts(connection, guess_key(asker), now - _HOUR)
        return count < GUESSES_AN_HOUR

    def said_by(self, channel: str, address: str) -> Sequence[Said]:
        """The last things the account sent in words, the oldest first."""
        with self._database.read() as connection:
            rows = inbox.said_by(connection, channel, address, limit=100)
        return [Said(row.received_at, row.text) for row in rows if row.text]

    def is_official(self, channel: str, address: str) -> bool:
        """Whether an official tied this account to theirs."""
        with self._database.read() as connection:
            return officials.is_in_chat(connection, channel, address)


def guess_key(asker: int) -> str:
    """What an account's guesses are counted under."""
    return f"code:{asker}"


def note_guess(connection: Connection, asker: int, now: datetime) -> None:
    """One more code was asked for that nobody has."""
    sessions.note_attempt(connection, guess_key(asker), now)


def _told(connection: Connection, receipt: ReceiptRow, asker: int) -> Told | None:
    case = cases.find_last(connection, receipt.case_id)
    is_mine = bool(asker) and receipt.resident_id == asker
    return told_of(case, receipt, is_mine=is_mine) if case else None


def told_of(case: CaseRow, receipt: ReceiptRow, *, is_mine: bool) -> Told:
    """A case as the holder of one of its codes may see it: of the reply only what was approved."""
    told = Told(
        code=receipt.code,
        kind=case.kind,
        topic=case.topic,
        stage=case.stage,
        unit=case.unit,
        words=receipt.text if receipt.openness == "open" else "",
        said_at=receipt.said_at,
        due_at=case.due_at,
        is_mine=is_mine,
    )
    if case.stage not in ANSWERED:
        return told
    return told._replace(
        outcome=case.outcome or "",
        reply=case.reply,
        ground=case.ground,
        promised_for=case.promised_for,
    )
