"""Unsealing: two people and a written reason show which account spoke; the resident is told."""

from datetime import timedelta

import sqlalchemy as sa

from handlers.message import Message
from handlers.officials.casework import CHIEFS, Hand, Sheet, change, held, write_down
from handlers.officials.telling import quoted, tell_all
from handlers.refusal import Refusal
from storage import happenings, receipts
from storage.cases import CaseRow
from storage.happenings import Happening

CONSENT_WITHIN = timedelta(days=7)
_SHORTEST_REASON = 20


def request(connection: sa.Connection, hand: Hand, sheet: Sheet, *, why: str) -> None:
    """The first of the two asks, and writes down why it cannot be done without."""
    case = held(connection, hand, sheet)
    if not case.is_sealed:
        raise Refusal("unseal_not_sealed")
    if len(why) < _SHORTEST_REASON:
        raise Refusal("unseal_no_reason")
    write_down(connection, hand, case, what="unsealing", text=why)


def asked_by(connection: sa.Connection, hand: Hand, case: CaseRow) -> Happening | None:
    """The request that waits for a second person; None when there is none, or it is too old."""
    since = hand.office.now - CONSENT_WITHIN
    for line in reversed(happenings.of_case(connection, case.id)):
        if line.what == "unsealed":
            return None
        if line.what == "unsealing" and line.at >= since:
            return line
    return None


def may_consent(hand: Hand, asked: Happening) -> bool:
    """Whether the official may be the second: another one, who answers for others."""
    return hand.official.role in CHIEFS and hand.official.id != asked.official_id


def consent(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The second agrees: these two may see the accounts, and each resident is told."""
    case = held(connection, hand, sheet)
    asked = asked_by(connection, hand, case)
    if asked is None:
        raise Refusal("unseal_not_asked")
    if not may_consent(hand, asked):
        raise Refusal("unseal_same_person")
    sealed = [one for one in receipts.of_case(connection, case.id) if one.openness == "sealed"]
    # Whoever seals words in this case later is not opened with these.
    data = {
        "by": [asked.official_id, hand.official.id],
        "receipts": [receipt.id for receipt in sealed],
    }
    unsealed = change(
        connection, hand, case, what="unsealed", values={}, text=asked.text, data=data
    )
    said = {
        receipt.id: Message(
            hand.say(
                "case_unsealed_told",
                code=receipt.code,
                asked=quoted(receipt.text),
                why=asked.text,
                unit=hand.unit_name(case.unit),
            )
        )
        for receipt in sealed
    }
    tell_all(connection, hand, unsealed, said=said)
    return unsealed


def opened_to(hand: Hand, timeline: list[Happening]) -> set[int]:
    """The receipts whose account the official may see, being one of the two who unsealed them."""
    return {
        receipt_id
        for line in timeline
        if line.what == "unsealed" and hand.official.id in (line.data or {}).get("by", ())
        for receipt_id in (line.data or {}).get("receipts", ())
    }
