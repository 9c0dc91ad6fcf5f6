"""Results of a dialogue: answers, minutes in versions, a signature, and everybody told."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from handlers.message import Message
from handlers.officials.casework import Hand
from handlers.officials.dialogues import Sheet, change, held, note, require, require_chief
from handlers.officials.sight import sight_of
from handlers.officials.telling import quoted
from handlers.refusal import Refusal
from storage import (
    agenda_items,
    attendances,
    dialogue_questions,
    minutes,
    outbox,
    promises,
    residents,
)
from storage.dialogues import DialogueRow
from storage.outbox import OutboxEntry
from storage.promises import NewPromise

OUTCOMES = ("done", "promised", "cannot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was typed; a promise has an owner and a day, what cannot be done a ground."""

    outcome: str
    text: str
    ground: str = ""
    owner: str = ""
    due_on: date | None = None


def answer(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, item_id: int, said: Answer
) -> DialogueRow:
    """What was answered in the hall to an item; until the minutes are signed it may be mended."""
    row = held(connection, hand, sheet)
    require(row, "agenda", "held")
    item = agenda_items.find(connection, item_id)
    if item is None or item.dialogue_id != row.id:
        raise Refusal("agenda_unknown")
    if hand.office.now < row.held_at:
        raise Refusal("dialogue_not_yet")
    due_on = _checked(hand, said)
    values = {
        "outcome": said.outcome,
        "answer": said.text,
        "ground": said.ground,
        "answered_by": hand.official.id,
        "answered_at": hand.office.now,
    }
    agenda_items.change(connection, item_id, values)
    promises.withdraw(connection, item_id)
    if due_on is not None:
        _promise(connection, hand, row, item_id=item_id, said=said, due_on=due_on)
    data = {"item": item_id, "outcome": said.outcome}
    return change(connection, hand, row, did="answer", values={"stage": "held"}, data=data)


def _promise(
    connection: sa.Connection,
    hand: Hand,
    row: DialogueRow,
    *,
    item_id: int,
    said: Answer,
    due_on: date,
) -> None:
    new = NewPromise(
        dialogue_id=row.id,
        item_id=item_id,
        area=row.area,
        text=said.text,
        owner=said.owner,
        due_on=due_on,
        made_by=hand.official.id,
        made_at=hand.office.now,
    )
    promises.make(connection, new)


def _checked(hand: Hand, said: Answer) -> date | None:
    """The day of a promise, None for other answers."""
    if said.outcome not in OUTCOMES:
        raise Refusal("reply_no_outcome")
    if not said.text:
        raise Refusal("reply_empty")
    if said.outcome == "cannot" and not said.ground:
        raise Refusal("answer_no_ground")
    if said.outcome != "promised":
        return None
    if not said.owner:
        raise Refusal("reply_no_who")
    if said.due_on is None:
        raise Refusal("reply_no_date")
    if said.due_on <= hand.office.today:
        raise Refusal("reply_date_past")
    return said.due_on


def draft(connection: sa.Connection, hand: Hand, row: DialogueRow) -> str:
    """Minutes to begin with: who was there, what was asked, what was answered."""
    return hand.say(
        "dialogue_minutes",
        row=row,
        place=hand.unit_name(row.area),
        units=[hand.unit_name(unit) for unit in row.units],
        held_on=hand.office.day_of(row.held_at),
        people=attendances.count(connection, row.id),
        questions=dialogue_questions.of_dialogue(connection, row.id),
        items=agenda_items.of_dialogue(connection, row.id),
        promises={one.item_id: one for one in promises.of_dialogue(connection, row.id)},
    )


def write_minutes(connection: sa.Connection, hand: Hand, sheet: Sheet, *, text: str) -> int:
    """Keep the next version of the minutes; its number."""
    row = held(connection, hand, sheet)
    require(row, "held")
    if not text.strip():
        raise Refusal("minutes_empty")
    number = minutes.write(
        connection, row.id, text.strip(), by=hand.official.id, at=hand.office.now
    )
    note(connection, hand, row.id, did="minutes", data={"version": number})
    return number


def sign(connection: sa.Connection, hand: Hand, sheet: Sheet, *, number: int) -> DialogueRow:
    """The newest version holds; somebody else than its writer signs it."""
    require_chief(hand)
    row = held(connection, hand, sheet)
    require(row, "held")
    versions = minutes.versions(connection, row.id)
    if not versions or versions[0].number != number:
        raise Refusal("minutes_changed")
    if versions[0].written_by == hand.official.id:
        raise Refusal("minutes_own")
    if any(item.outcome is None for item in agenda_items.of_dialogue(connection, row.id)):
        raise Refusal("minutes_unanswered")
    minutes.sign(connection, versions[0].id, by=hand.official.id, at=hand.office.now)
    values = {"stage": "signed", "signed_at": hand.office.now}
    return change(connection, hand, row, did="sign", values=values, data={"version": number})


def publish(connection: sa.Connection, hand: Hand, sheet: Sheet) -> DialogueRow:
    """The results are public, and each who asked or supported is told their own answer, once."""
    require_chief(hand)
    row = held(connection, hand, sheet)
    require(row, "signed")
    told = _tell(connection, hand, row)
    values = {"stage": "published", "published_at": hand.office.now}
    return change(connection, hand, row, did="publish", values=values, data={"told": told})


def _tell(connection: sa.Connection, hand: Hand, row: DialogueRow) -> int:
    """One message to each account, within waking hours; how many."""
    asked = {q.id: q for q in dialogue_questions.of_dialogue(connection, row.id)}
    items = {item.id: item for item in agenda_items.of_dialogue(connection, row.id)}
    promised = {one.item_id: one for one in promises.of_dialogue(connection, row.id)}
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for question_id, resident_id in dialogue_questions.reached(connection, row.id):
        question = asked[question_id]
        item = items.get(question.item_id or 0)
        answers[resident_id].append(
            {
                "asked": quoted(question.text),
                "item": item,
                "promise": promised.get(item.id) if item else None,
            }
        )
    accounts = residents.accounts(connection, sorted(answers))
    entries = [
        _entry(hand, account, row=row, answers=answers[who]) for who, account in accounts.items()
    ]
    outbox.put(connection, entries)
    return len(entries)


def _entry(
    hand: Hand, account: tuple[str, str], *, row: DialogueRow, answers: list[dict[str, Any]]
) -> OutboxEntry:
    held_on = hand.office.day_of(row.held_at)
    text = hand.say("dialogue_results", row=row, held_on=held_on, answers=answers)
    body = msgspec.to_builtins(Message(text))
    return OutboxEntry(None, 0, *account, body, hand.office.now, hand.office.waking())


def keep(connection: sa.Connection, hand: Hand, promise_id: int, *, evidence: str) -> None:
    """The promise was kept, and this shows it."""
    promise = promises.find(connection, promise_id)
    if promise is None or not sight_of(hand.official).covers(promise.area):
        raise Refusal("promise_unknown")
    if not evidence.strip():
        raise Refusal("promise_no_evidence")
    if promise.kept_at is not None:
        raise Refusal("promise_kept_already")
    promises.keep(connection, promise_id, evidence.strip(), hand.office.now)
    note(connection, hand, promise.dialogue_id, did="promise_kept", data={"promise": promise_id})
