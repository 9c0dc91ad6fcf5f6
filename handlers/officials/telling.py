"""Telling: everybody in a case learns of it, on their own channel or from a cadre by mouth."""

import sqlalchemy as sa

from handlers.message import Message
from handlers.office import tell
from handlers.officials.casework import CHIEFS, Hand, write_down
from handlers.refusal import Refusal
from storage import cases, errands, officials
from storage.cases import CaseRow
from storage.errands import NewErrand
from storage.officials import OfficialRow
from storage.receipts import ReceiptRow

_QUOTED = 90
"""Letters of somebody's own words by which they know what we write about."""


def tell_all(
    connection: sa.Connection, hand: Hand, case: CaseRow, *, said: dict[int, Message]
) -> None:
    """Tell each asker (by receipt id); whom no channel reaches, a named cadre tells by mouth."""
    missed = tell(connection, hand.office, case, said=said)
    # Who asked from the console reads it in the console.
    if missed and case.kind != "internal":
        _give_errands(connection, hand, case, missed=missed, said=said)


def quoted(text: str) -> str:
    """The beginning of somebody's words, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[:_QUOTED].rsplit(" ", 1)[0] + "…"


def _give_errands(
    connection: sa.Connection,
    hand: Hand,
    case: CaseRow,
    *,
    missed: list[ReceiptRow],
    said: dict[int, Message],
) -> None:
    nearby = _cadre_of(connection, hand, case)
    errands.give(
        connection,
        [
            NewErrand(
                case.id,
                receipt.id,
                _writer_of(connection, receipt) or nearby,
                said[receipt.id].text,
                hand.office.now,
            )
            for receipt in missed
        ],
    )


def _writer_of(connection: sa.Connection, receipt: ReceiptRow) -> int | None:
    """The cadre who wrote the words down knows who said them."""
    if receipt.official_id is None:
        return None
    writer = officials.find(connection, receipt.official_id)
    return writer.id if writer and writer.disabled_at is None else None


def _cadre_of(connection: sa.Connection, hand: Hand, case: CaseRow) -> int:
    """A cadre of the place, else one of the unit, else whoever answers."""

    def nearness(one: OfficialRow) -> tuple[bool, bool]:
        return bool(case.area) and case.area in one.areas, one.unit == case.unit

    everyone = officials.everyone(connection)
    cadres = [one for one in everyone if one.role == "cadre" and one.disabled_at is None]
    near = [one for one in cadres if any(nearness(one))]
    return max(near, key=nearness).id if near else (case.holder_id or hand.official.id)


def note_told(connection: sa.Connection, hand: Hand, errand_id: int) -> None:
    """The cadre told it."""
    errand = errands.find(connection, errand_id)
    me = hand.official
    if errand is None or (errand.official_id != me.id and me.role not in CHIEFS):
        raise Refusal("errand_not_yours")
    if errand.told_at is not None:
        return
    errands.note_told(connection, errand.id, hand.office.now)
    case = cases.find(connection, errand.case_id)
    assert case is not None
    write_down(connection, hand, case, what="told", receipt_id=errand.receipt_id)
