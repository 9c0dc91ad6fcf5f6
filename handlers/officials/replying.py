"""Replying: a reply with one of three outcomes, looked over, approved, and told to everybody."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from handlers.message import Choice, Message
from handlers.office import resume
from handlers.officials.casework import (
    CHIEFS,
    HANDLERS,
    Hand,
    Sheet,
    change,
    held,
    held_open,
)
from handlers.officials.telling import quoted, tell_all
from handlers.refusal import Refusal
from knowledge.casework import BLANK
from knowledge.personal import mask
from storage import receipts
from storage.cases import CaseRow
from storage.receipts import ReceiptRow

_DATE = re.compile(r"\b\d{1,2}\s*[/.-]\s*\d{1,2}(?:\s*[/.-]\s*\d{4})?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply as it was typed; `law` and `elsewhere` of a refusal, `who` and the day of a promise.

    `promised_for` None: no day, or none that can be read.
    """

    outcome: str
    text: str
    law: str = ""
    elsewhere: str = ""
    who: str = ""
    promised_for: date | None = None


def check(hand: Hand, draft: Draft) -> dict[str, Any]:
    """The columns of a reply that says what becomes of the matter; raises Refusal when it does not.

    The gate of quality: one outcome of three; a promise has a person and a day to come; a refusal
    its ground and another way; nothing left blank, vague or personal.
    """
    if draft.outcome not in ("solved", "promised", "refused"):
        raise Refusal("reply_no_outcome")
    if not draft.text:
        raise Refusal("reply_empty")
    if BLANK in draft.text:
        raise Refusal("reply_unfilled")
    if mask(draft.text)[1]:
        raise Refusal("reply_personal")
    is_vague = bool(hand.office.library.casework.vague_word(draft.text))
    if draft.outcome != "promised" and is_vague and not _DATE.search(draft.text):
        raise Refusal("reply_vague")
    return {
        "outcome": draft.outcome,
        "reply": draft.text,
        "ground": _ground(hand, draft),
        "promised_for": draft.promised_for if draft.outcome == "promised" else None,
    }


def _ground(hand: Hand, draft: Draft) -> str:
    if draft.outcome == "promised":
        if draft.promised_for is None:
            raise Refusal("reply_no_date")
        if draft.promised_for <= hand.office.today:
            raise Refusal("reply_date_past")
        if not draft.who:
            raise Refusal("reply_no_who")
        return hand.say("reply_who", who=draft.who)
    if draft.outcome == "refused":
        if not draft.law or not draft.elsewhere:
            raise Refusal("reply_no_ground")
        return hand.say("reply_ground", law=draft.law, elsewhere=draft.elsewhere)
    return ""


def reply(connection: sa.Connection, hand: Hand, sheet: Sheet, *, draft: Draft) -> CaseRow:
    """Write the reply; it goes out at once where the unit's setting asks nobody else to sign."""
    case = held_open(connection, hand, sheet)
    values = {
        **check(hand, draft),
        **resume(hand.office, case),
        "stage": "review",
        "drafted_by": hand.official.id,
        "holder_id": case.holder_id or hand.official.id,
    }
    drafted = change(
        connection, hand, case, what="drafted", values=values, text=draft.text,
        data={"outcome": draft.outcome},
    )  # fmt: skip
    if hand.office.library.casework.is_signed_twice(case.unit):
        return drafted
    return _answer(connection, hand, drafted)


def may_approve(hand: Hand, case: CaseRow) -> bool:
    """Whether the official may sign what somebody else wrote."""
    me = hand.official
    if case.stage != "review" or me.id == case.drafted_by:
        return False
    if hand.office.library.casework.signature_of(case.unit) == "coordinator":
        return me.role in CHIEFS
    return me.role in CHIEFS or (me.role in HANDLERS and me.unit == case.unit)


def approve(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The reply goes to everybody who asked."""
    case = held(connection, hand, sheet)
    if not may_approve(hand, case):
        raise Refusal("approve_not_you")
    return _answer(connection, hand, case)


def send_back(connection: sa.Connection, hand: Hand, sheet: Sheet, *, why: str) -> CaseRow:
    """The reply is written anew; its writer reads why."""
    case = held(connection, hand, sheet)
    if not may_approve(hand, case):
        raise Refusal("approve_not_you")
    if not why:
        raise Refusal("send_back_no_reason")
    return change(connection, hand, case, what="returned", values={"stage": "working"}, text=why)


def _answer(connection: sa.Connection, hand: Hand, case: CaseRow) -> CaseRow:
    values = {
        "stage": "answered",
        "answered_at": hand.office.now,
        "approved_by": hand.official.id,
    }
    answered = change(
        connection, hand, case, what="answered", values=values, text=case.reply,
        data={"outcome": case.outcome, "drafted_by": case.drafted_by},
    )  # fmt: skip
    receipts.ask_again(connection, case.id)
    everybody = receipts.of_case(connection, case.id)
    said = {receipt.id: answer_to(hand, answered, receipt) for receipt in everybody}
    tell_all(connection, hand, answered, said=said)
    return answered


def answer_to(hand: Hand, case: CaseRow, receipt: ReceiptRow) -> Message:
    """The reply as one asker reads it: with their own words and their own code."""
    text = hand.say(
        "case_answer",
        code=receipt.code,
        asked=quoted(receipt.text),
        case=case,
        unit=hand.unit_name(case.unit),
        day=hand.office.today,
    )
    choices = (
        Choice(hand.say("label_case_received"), f"verdict:received:{receipt.code}"),
        Choice(hand.say("label_case_not_yet"), f"verdict:not_yet:{receipt.code}"),
        Choice(hand.say("label_case_wrong"), f"verdict:wrong:{receipt.code}"),
    )
    return Message(text, choices=choices)
