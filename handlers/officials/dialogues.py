"""Dialogues: a meeting is planned, announced, closed to questions, attended, or called off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from handlers.officials.casework import CHIEFS, HANDLERS, Hand
from handlers.officials.sight import sight_of
from handlers.refusal import Refusal
from knowledge.personal import mask
from storage import attendances, audit, dialogue_questions, dialogues
from storage.audit import AuditLine
from storage.dialogue_questions import NewQuestion
from storage.dialogues import DialogueRow, NewDialogue
from storage.receipts import new_code

_LONGEST = 2_000
_LARGEST_HALL = 10_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The dialogue an official has before them, as they saw it."""

    dialogue_id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A dialogue as it was typed; ids of the base, `held_at` in UTC."""

    area: str
    title: str
    place: str
    chair: str
    held_at: datetime | None
    units: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    capacity: int = 0


def held(connection: sa.Connection, hand: Hand, sheet: Sheet) -> DialogueRow:
    """The dialogue; raises Refusal when it is out of sight or somebody changed it meanwhile."""
    row = dialogues.find(connection, sheet.dialogue_id)
    if row is None or not sight_of(hand.official).covers(row.area):
        raise Refusal("dialogue_unknown")
    if row.version != sheet.version:
        raise Refusal("dialogue_changed")
    return row


def change(
    connection: sa.Connection,
    hand: Hand,
    row: DialogueRow,
    *,
    did: str,
    values: dict[str, Any],
    data: dict[str, Any] | None = None,
) -> DialogueRow:
    """The dialogue changed, with its line in the audit."""
    try:
        changed = dialogues.change(connection, row, values)
    except dialogues.ChangedError:
        raise Refusal("dialogue_changed") from None
    note(connection, hand, row.id, did=did, data=data)
    return changed


def note(
    connection: sa.Connection,
    hand: Hand,
    dialogue_id: int,
    *,
    did: str,
    data: dict[str, Any] | None = None,
) -> None:
    """A line in the audit, which keeps no words of people."""
    who, now = hand.official.id, hand.office.now
    line = AuditLine(now, who, f"dialogue.{did}", "dialogue", str(dialogue_id), data=data)
    audit.note(connection, [line])


def require(row: DialogueRow, *stages: str) -> None:
    """It is in one of these stages."""
    if row.stage not in stages:
        raise Refusal("dialogue_wrong_stage")


def require_chief(hand: Hand) -> None:
    """Only who answers for others."""
    if hand.official.role not in CHIEFS:
        raise Refusal("dialogue_not_yours")


def plan(connection: sa.Connection, hand: Hand, wish: Plan) -> int:
    """Put down a new dialogue, which nobody outside sees yet; its id."""
    held_at = _checked(hand, wish)
    new = NewDialogue(
        code=new_code(),
        area=wish.area,
        units=list(wish.units),
        topics=list(wish.topics),
        title=wish.title,
        place=wish.place,
        chair=wish.chair,
        held_at=held_at,
        capacity=wish.capacity,
        planned_by=hand.official.id,
        planned_at=hand.office.now,
    )
    number = dialogues.plan(connection, new)
    data = {"area": wish.area, "held_at": held_at.isoformat()}
    note(connection, hand, number, did="plan", data=data)
    return number


def _checked(hand: Hand, wish: Plan) -> datetime:
    library, today = hand.office.library, hand.office.today
    commune = library.units.get(wish.area)
    if hand.official.role not in HANDLERS:
        raise Refusal("dialogue_not_yours")
    if commune is None or commune.kind != "commune" or not commune.is_valid(today):
        raise Refusal("dialogue_no_area")
    if not sight_of(hand.official).covers(wish.area):
        raise Refusal("dialogue_no_area")
    if not (wish.title and wish.place and wish.chair):
        raise Refusal("dialogue_incomplete")
    if wish.held_at is None or wish.held_at <= hand.office.now:
        raise Refusal("dialogue_past")
    if not 0 <= wish.capacity <= _LARGEST_HALL:
        raise Refusal("dialogue_capacity")
    if not set(wish.units) <= set(library.units) or not set(wish.topics) <= set(library.topics):
        raise Refusal("dialogue_incomplete")
    return wish.held_at


def announce(connection: sa.Connection, hand: Hand, sheet: Sheet) -> DialogueRow:
    """From now on residents see it, register and ask; late is late, but better than never."""
    require_chief(hand)
    row = held(connection, hand, sheet)
    require(row, "planned")
    if row.held_at <= hand.office.now:
        raise Refusal("dialogue_past")
    values = {"stage": "announced", "announced_at": hand.office.now}
    return change(connection, hand, row, did="announce", values=values)


def close(connection: sa.Connection, hand: Hand, sheet: Sheet) -> DialogueRow:
    """No more questions are taken beforehand; the agenda can be made."""
    row = held(connection, hand, sheet)
    require(row, "announced")
    values = {"stage": "agenda", "closed_at": hand.office.now}
    return change(connection, hand, row, did="close", values=values)


def cancel(connection: sa.Connection, hand: Hand, sheet: Sheet) -> DialogueRow:
    """It will not be held."""
    require_chief(hand)
    row = held(connection, hand, sheet)
    require(row, "planned", "announced", "agenda")
    return change(connection, hand, row, did="cancel", values={"stage": "cancelled"})


def write_down(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, text: str, said_by: str
) -> int:
    """A question for somebody who cannot send it: both names are kept; its number."""
    row = held(connection, hand, sheet)
    require(row, "announced", "agenda", "held")
    words, _ = mask(text.strip()[:_LONGEST])
    if not words:
        raise Refusal("dialogue_question_empty")
    new = NewQuestion(
        row.id, words, hand.office.now, official_id=hand.official.id, said_by=said_by[:80]
    )
    number = dialogue_questions.ask(connection, new)
    note(connection, hand, row.id, did="write_down", data={"question": number})
    return number


def check_in(connection: sa.Connection, hand: Hand, sheet: Sheet, *, name: str) -> None:
    """Somebody came who is on the paper list."""
    row = held(connection, hand, sheet)
    require(row, "announced", "agenda", "held")
    if not name.strip():
        raise Refusal("dialogue_no_name")
    attendances.check_in(connection, row.id, name.strip()[:80], hand.office.now)
    note(connection, hand, row.id, did="check_in")
