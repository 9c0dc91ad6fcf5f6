"""Difficulties: a cadre asks the coordinating unit for guidance on a "vướng mắc" of their own."""

import sqlalchemy as sa

from handlers.office import Saying, open_case
from handlers.officials.casework import Hand, write_down
from handlers.refusal import Refusal
from storage import cases, receipts
from storage.cases import CaseRow


def ask(connection: sa.Connection, hand: Hand, *, text: str, topic: str) -> CaseRow:
    """A case for the coordinating unit, which no resident hears of."""
    if not text:
        raise Refusal("difficulty_empty")
    library = hand.office.library
    if topic not in library.topics:
        raise Refusal("question_no_topic")
    me = hand.official
    saying = Saying(
        text=text,
        kind="internal",
        topic=topic,
        channel="console",
        area=me.areas[0] if len(me.areas) == 1 else "",
        official_id=me.id,
    )
    unit = library.casework.coordinating
    case, _ = open_case(connection, hand.office, saying, unit=unit)
    write_down(connection, hand, case, what="noted", text=hand.say("difficulty_from", who=me.name))
    return case


def own(connection: sa.Connection, hand: Hand) -> list[CaseRow]:
    """What this official asked, with the guidance given, the newest first."""
    mine = receipts.of_official(connection, hand.official.id)
    found = cases.find_many(connection, [receipt.case_id for receipt in mine])
    rows = sorted(found.values(), key=lambda case: case.id, reverse=True)
    return [case for case in rows if case.kind == "internal"]
