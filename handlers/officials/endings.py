"""Endings: cases are closed, and opened again when the answer was not the end of it."""

import sqlalchemy as sa

from handlers.message import Message
from handlers.officials.casework import CHIEFS, Hand, Sheet, change, held
from handlers.officials.telling import tell_all
from handlers.refusal import Refusal
from storage import receipts
from storage.cases import OPEN, CaseRow

_ENDED = ("answered", "confirmed", "closed")


def close(connection: sa.Connection, hand: Hand, sheet: Sheet, *, why: str = "") -> CaseRow:
    """Put an answered case away.

    Without an answer only a coordinator or leader may, with a reason that the askers read.
    """
    case = held(connection, hand, sheet)
    if case.stage in ("closed", "merged"):
        raise Refusal("case_closed_already")
    is_unanswered = case.stage in OPEN
    if is_unanswered and hand.official.role not in CHIEFS:
        raise Refusal("close_unanswered")
    if is_unanswered and not why:
        raise Refusal("close_no_reason")
    values = {"stage": "closed", "closed_at": hand.office.now, "paused_at": None}
    closed = change(connection, hand, case, what="closed", values=values, text=why)
    if is_unanswered:
        said = {
            receipt.id: Message(hand.say("case_closed_told", code=receipt.code, why=why))
            for receipt in receipts.of_case(connection, case.id)
        }
        tell_all(connection, hand, closed, said=said)
    return closed


def reopen(connection: sa.Connection, hand: Hand, sheet: Sheet, *, why: str) -> CaseRow:
    """Work on it again, with a new date; the askers are told."""
    case = held(connection, hand, sheet)
    if case.stage not in _ENDED:
        raise Refusal("reopen_not_ended")
    if not why:
        raise Refusal("reopen_no_reason")
    due_at = hand.office.due_at(case.kind)
    values = {
        "stage": "working",
        "reopened": case.reopened + 1,
        "outcome": None,
        "promised_for": None,
        "answered_at": None,
        "closed_at": None,
        "drafted_by": None,
        "approved_by": None,
        "due_at": due_at,
    }
    opened = change(connection, hand, case, what="reopened", values=values, text=why)
    due = hand.office.day_of(due_at)
    said = {
        receipt.id: Message(hand.say("case_reopened_told", code=receipt.code, due=due))
        for receipt in receipts.of_case(connection, case.id)
    }
    tell_all(connection, hand, opened, said=said)
    return opened
