"""Asking: what an official has to know from the residents; until they say it, the clock stands."""

import sqlalchemy as sa

from handlers.message import Message
from handlers.office import resume
from handlers.officials.casework import Hand, Sheet, change, held, held_open
from handlers.officials.telling import quoted, tell_all
from handlers.refusal import Refusal
from storage import receipts
from storage.cases import CaseRow


def ask(connection: sa.Connection, hand: Hand, sheet: Sheet, *, question: str) -> CaseRow:
    """Ask everybody in the case; its clock stands still from now on."""
    case = held_open(connection, hand, sheet)
    if not question:
        raise Refusal("ask_empty")
    values = {
        "stage": "asked",
        "paused_at": case.paused_at or hand.office.now,
        "holder_id": case.holder_id or hand.official.id,
    }
    asked = change(connection, hand, case, what="asked", values=values, text=question)
    unit = hand.unit_name(case.unit)
    said = {
        receipt.id: Message(
            hand.say(
                "case_asked_told",
                code=receipt.code,
                asked=quoted(receipt.text),
                question=question,
                unit=unit,
            )
        )
        for receipt in receipts.of_case(connection, case.id)
    }
    tell_all(connection, hand, asked, said=said)
    return asked


def note_answer(connection: sa.Connection, hand: Hand, sheet: Sheet, *, text: str) -> CaseRow:
    """An official heard the answer (by phone, face to face): the clock runs again."""
    case = held(connection, hand, sheet)
    if case.stage != "asked":
        raise Refusal("case_not_asked")
    if not text:
        raise Refusal("note_empty")
    return change(connection, hand, case, what="added", values=resume(hand.office, case), text=text)
