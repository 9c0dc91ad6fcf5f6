"""The agenda: questions about the same become one item; what a person moved stays where it is."""

from collections.abc import Sequence

import sqlalchemy as sa

from handlers.office import title_of
from handlers.officials.casework import Hand
from handlers.officials.dialogues import Sheet, change, held, note, require
from handlers.refusal import Refusal
from handlers.routing import unit_for
from knowledge.alike import Rarity, groups
from knowledge.text import fold
from storage import agenda_items, dialogue_questions
from storage.agenda_items import ItemRow, NewItem
from storage.dialogue_questions import QuestionRow
from storage.dialogues import DialogueRow


def make(connection: sa.Connection, hand: Hand, sheet: Sheet, *, rarity: Rarity) -> DialogueRow:
    """Group what no person has placed and no item has answered; the most asked stand first."""
    row = held(connection, hand, sheet)
    require(row, "agenda", "held")
    asked = dialogue_questions.of_dialogue(connection, row.id)
    items = agenda_items.of_dialogue(connection, row.id)
    answered = {item.id for item in items if item.outcome}
    loose = [q for q in asked if not q.is_placed and q.item_id not in answered and q.text]
    # What a person placed comes first, so that what is like it joins it instead of the other way.
    placed = [q for q in asked if q.is_placed and q.item_id not in answered and q.text]
    ordered = [*placed, *loose]
    found = groups([fold(question.text) for question in ordered], rarity)
    for places in found:
        _put(connection, hand, row, questions=[ordered[place] for place in places])
    _tidy(connection, row.id)
    data = {"questions": len(loose), "items": len(found)}
    return change(connection, hand, row, did="agenda", values={}, data=data)


def _put(
    connection: sa.Connection, hand: Hand, row: DialogueRow, *, questions: Sequence[QuestionRow]
) -> None:
    """A group into the item in which a person placed the first of it, else into a new one."""
    loose = [question for question in questions if not question.is_placed]
    item = questions[0].item_id if questions[0].is_placed else None
    if item is not None:
        dialogue_questions.place(connection, [q.id for q in loose], item, is_placed=False)
    elif loose:
        _add_item(connection, hand, row, questions=loose)


def merge(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, into: int, others: Sequence[int]
) -> DialogueRow:
    """These items are one matter: all their questions go into the first."""
    row, items = _open(connection, hand, sheet)
    moving = set(others) - {into}
    if into not in items or not moving or not moving <= set(items):
        raise Refusal("agenda_merge_nothing")
    if any(items[number].outcome for number in {into, *moving}):
        raise Refusal("agenda_answered")
    asked = dialogue_questions.of_dialogue(connection, row.id)
    there = [question.id for question in asked if question.item_id in {into, *moving}]
    dialogue_questions.place(connection, there, into, is_placed=True)
    _tidy(connection, row.id)
    return change(connection, hand, row, did="merge", values={}, data={"items": len(moving)})


def split(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, question_ids: Sequence[int]
) -> DialogueRow:
    """These questions are another matter: an item of their own."""
    row, items = _open(connection, hand, sheet)
    asked = dialogue_questions.of_dialogue(connection, row.id)
    leaving = [q for q in asked if q.id in set(question_ids) and q.item_id in items]
    if not leaving:
        raise Refusal("agenda_split_who")
    if any(items[q.item_id].outcome for q in leaving if q.item_id):
        raise Refusal("agenda_answered")
    left = {q.item_id for q in leaving}
    _add_item(connection, hand, row, questions=leaving)
    stay = [q.id for q in asked if q.item_id in left and q not in leaving]
    dialogue_questions.keep_in_place(connection, [*(q.id for q in leaving), *stay])
    _tidy(connection, row.id)
    return change(connection, hand, row, did="split", values={}, data={"questions": len(leaving)})


def show(connection: sa.Connection, hand: Hand, sheet: Sheet, *, item_id: int) -> DialogueRow:
    """This item is talked of now: the screen of the hall shows it."""
    row, items = _open(connection, hand, sheet)
    if item_id not in items:
        raise Refusal("agenda_unknown")
    return change(connection, hand, row, did="show", values={"current_item": item_id})


def _open(
    connection: sa.Connection, hand: Hand, sheet: Sheet
) -> tuple[DialogueRow, dict[int | None, ItemRow]]:
    row = held(connection, hand, sheet)
    require(row, "agenda", "held")
    return row, {item.id: item for item in agenda_items.of_dialogue(connection, row.id)}


def _add_item(
    connection: sa.Connection, hand: Hand, row: DialogueRow, *, questions: Sequence[QuestionRow]
) -> int:
    office = hand.office
    topic = row.topics[0] if len(row.topics) == 1 else ""
    new = NewItem(
        dialogue_id=row.id,
        position=0,
        title=title_of(questions[0].text),
        topic=topic,
        unit=unit_for(office.library, topic or "feedback", area=row.area, day=office.today),
        minutes=office.library.dialogue_clock.minutes_per_item,
    )
    number = agenda_items.add(connection, new)
    dialogue_questions.place(connection, [q.id for q in questions], number, is_placed=False)
    return number


def _tidy(connection: sa.Connection, dialogue_id: int) -> None:
    """Items without questions go; the others stand by how many people ask."""
    people: dict[int, int] = {}
    for question in dialogue_questions.of_dialogue(connection, dialogue_id):
        if question.item_id is not None:
            people[question.item_id] = people.get(question.item_id, 0) + question.people
    items = agenda_items.of_dialogue(connection, dialogue_id)
    agenda_items.drop(connection, [item.id for item in items if item.id not in people])
    order = sorted(people, key=lambda number: (-people[number], number))
    agenda_items.put_in_order(connection, order)


def hand_over(
    connection: sa.Connection, hand: Hand, sheet: Sheet, *, item_id: int, unit: str
) -> DialogueRow:
    """Another unit answers this item."""
    row, items = _open(connection, hand, sheet)
    known = hand.office.library.units.get(unit)
    if item_id not in items or known is None or not known.is_valid(hand.office.today):
        raise Refusal("agenda_unknown")
    agenda_items.change(connection, item_id, {"unit": unit})
    note(connection, hand, row.id, did="hand_over", data={"item": item_id, "unit": unit})
    return row
