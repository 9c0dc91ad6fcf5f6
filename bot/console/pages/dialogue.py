"""A dialogue: questions, agenda, answers, minutes, promises; printed, and shown in the hall."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_deeds import number_of
from bot.console.pages.dialogues import PATH, offices
from bot.console.visit import Visit
from handlers.meeting import announce_by, flags, publish_by
from handlers.officials import agenda, dialogues, results
from handlers.officials.casework import CHIEFS, HANDLERS
from handlers.officials.dialogues import Sheet
from handlers.officials.results import Answer
from handlers.officials.sight import sight_of
from storage import agenda_items, attendances, dialogue_questions, minutes, officials, promises
from storage import dialogues as kept
from storage.database import Connection
from storage.dialogues import DialogueRow

Deed = Callable[[Connection, Visit, Sheet], object]


def routes(guard: Guard) -> list[Route]:
    """The page, its print and its screen, and one route for each button."""
    deeds: dict[str, Deed] = {
        "close": close,
        "write": write_down,
        "check-in": check_in,
        "agenda": make_agenda,
        "merge": merge,
        "split": split,
        "unit": hand_over,
        "show": show_item,
        "answer": answer,
        "minutes": write_minutes,
        "keep": keep,
    }
    chiefs: dict[str, Deed] = {
        "announce": announce,
        "cancel": cancel,
        "sign": sign,
        "publish": publish,
    }
    buttons = [*((n, d, HANDLERS) for n, d in deeds.items()),
               *((n, d, CHIEFS) for n, d in chiefs.items())]  # fmt: skip
    return [
        guard.route(f"{PATH}/{{id}}", show),
        guard.route(f"{PATH}/{{id}}/print", partial(show_agenda, template="dialogue_print.html")),
        guard.route(f"{PATH}/{{id}}/screen", partial(show_agenda, template="dialogue_screen.html")),
        *(
            guard.route(
                f"{PATH}/{{id}}/{name}", partial(_do, deed=deed), roles=roles, methods=("POST",)
            )
            for name, deed, roles in buttons
        ),
    ]


def show(visit: Visit) -> Response:
    """All of a dialogue."""
    row, office = _found(visit), visit.hand.office
    with visit.read() as connection:
        versions = minutes.versions(connection, row.id)
        page: dict[str, Any] = {
            "people": attendances.count(connection, row.id),
            "promised": promises.of_dialogue(connection, row.id),
            "versions": versions,
            "draft": versions[0].text if versions else results.draft(connection, visit.hand, row),
            "names": officials.names(connection, [v.written_by for v in versions]),
        }
    return visit.show(
        "dialogue.html",
        flags=flags(office, row),
        announce_by=announce_by(office, row.held_at),
        publish_by=publish_by(office, row.held_at),
        units=offices(visit),
        has_begun=visit.now >= row.held_at,
        is_handler=visit.official.role in HANDLERS,
        is_chief=visit.official.role in CHIEFS,
        **page,
        **_agenda(visit, row),
    )


def show_agenda(visit: Visit, template: str) -> Response:
    """The agenda alone: printed, or on the screen, which asks again every few seconds."""
    return visit.show(template, **_agenda(visit, _found(visit)))


def _agenda(visit: Visit, row: DialogueRow) -> dict[str, Any]:
    """What is asked, item by item; questions stand with the item they are answered in."""
    with visit.read() as connection:
        asked = dialogue_questions.of_dialogue(connection, row.id)
        items = agenda_items.of_dialogue(connection, row.id)
        earlier = promises.unkept(connection, [row.area])
    loose = [question for question in asked if question.item_id is None]
    return {
        "row": row,
        "asked": asked,
        "loose": loose,
        "items": items,
        "earlier": earlier,
        "today": visit.today,
    }


def _found(visit: Visit) -> DialogueRow:
    with visit.read() as connection:
        row = kept.find(connection, visit.number("id"))
    if row is None or not sight_of(visit.official).covers(row.area):
        raise HTTPException(404)
    return row


def _do(visit: Visit, *, deed: Deed) -> Response:
    """Do it to the dialogue as it was on the screen, then show what came of it."""
    sheet = Sheet(_found(visit).id, number_of(visit.typed("version", 18)))
    visit.write(lambda connection: deed(connection, visit, sheet))
    return visit.go(f"{PATH}/{sheet.dialogue_id}", notice=visit.phrase("case_saved"))


def announce(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Residents see it."""
    dialogues.announce(connection, visit.hand, sheet)


def close(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """No more questions beforehand."""
    dialogues.close(connection, visit.hand, sheet)


def cancel(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Called off."""
    dialogues.cancel(connection, visit.hand, sheet)


def write_down(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """A question on paper or from the floor."""
    text, said_by = visit.typed("text"), visit.typed("said_by", 80)
    dialogues.write_down(connection, visit.hand, sheet, text=text, said_by=said_by)


def check_in(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Somebody came."""
    dialogues.check_in(connection, visit.hand, sheet, name=visit.typed("name", 80))


def make_agenda(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Group the questions."""
    agenda.make(connection, visit.hand, sheet, rarity=visit.desk.house.search.rarity)


def merge(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """The ticked items are one matter."""
    ticked = [number_of(text) for text in visit.form.get("items", ())]
    first = ticked[0] if ticked else 0
    agenda.merge(connection, visit.hand, sheet, into=first, others=ticked[1:])


def split(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """The ticked questions are another matter."""
    ids = [number_of(text) for text in visit.form.get("questions", ())]
    agenda.split(connection, visit.hand, sheet, question_ids=ids)


def hand_over(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Another unit answers."""
    item, unit = number_of(visit.typed("item", 18)), visit.typed("unit", 48)
    agenda.hand_over(connection, visit.hand, sheet, item_id=item, unit=unit)


def show_item(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """The screen of the hall shows this item."""
    agenda.show(connection, visit.hand, sheet, item_id=number_of(visit.typed("item", 18)))


def answer(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """What was answered to an item."""
    try:
        day = date.fromisoformat(visit.typed("due_on", 10))
    except ValueError:
        day = None
    said = Answer(
        outcome=visit.typed("outcome", 10),
        text=visit.typed("text", 4_000),
        ground=visit.typed("ground", 1_000),
        owner=visit.typed("owner", 120),
        due_on=day,
    )
    item = number_of(visit.typed("item", 18))
    results.answer(connection, visit.hand, sheet, item_id=item, said=said)


def write_minutes(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """One more version."""
    results.write_minutes(connection, visit.hand, sheet, text=visit.typed("text", 100_000))


def sign(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """The newest version holds."""
    results.sign(connection, visit.hand, sheet, number=number_of(visit.typed("number", 9)))


def publish(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """Everybody who asked is told."""
    results.publish(connection, visit.hand, sheet)


def keep(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """A promise was kept."""
    number, evidence = number_of(visit.typed("promise", 18)), visit.typed("evidence")
    results.keep(connection, visit.hand, number, evidence=evidence)
