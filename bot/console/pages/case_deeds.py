"""Case deeds: each button of a case's page, and what it does."""

from collections.abc import Callable
from datetime import date
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import EVERYONE, Guard
from bot.console.pages.case import found
from bot.console.pages.case_filters import PATH
from bot.console.visit import Visit
from handlers.officials import asking, casework, endings, grouping, presence, replying, unsealing
from handlers.officials.casework import CHIEFS, HANDLERS, Sheet
from handlers.officials.replying import Draft
from handlers.officials.sight import sight_of
from storage.cases import CaseRow
from storage.database import Connection

Deed = Callable[[Connection, Visit, Sheet], CaseRow | None]


def routes(guard: Guard) -> list[Route]:
    """One for each button."""
    deeds = {
        "take": take,
        "assign": assign,
        "deputy": give_to_deputy,
        "route": route,
        "ask": ask,
        "heard": note_answer,
        "reply": reply,
        "approve": approve,
        "return": send_back,
        "close": close,
        "reopen": reopen,
        "merge": merge,
        "split": split,
        "unseal": unseal,
    }
    return [
        *(
            guard.route(
                f"{PATH}/{{id}}/{name}", partial(_do, deed=deed), roles=HANDLERS, methods=("POST",)
            )
            for name, deed in deeds.items()
        ),
        guard.route(
            f"{PATH}/{{id}}/consent", partial(_do, deed=consent), roles=CHIEFS, methods=("POST",)
        ),
        guard.route(
            f"{PATH}/{{id}}/note", partial(_do, deed=note), roles=EVERYONE, methods=("POST",)
        ),
        guard.route(f"{PATH}/{{id}}/looking", look, methods=("POST",)),
    ]


def _do(visit: Visit, *, deed: Deed) -> Response:
    """Do it to the case as it was on the screen, then show what came of it."""
    case = found(visit)
    sheet = Sheet(case.id, number_of(visit.typed("version", 18)))
    changed = visit.write(lambda connection: deed(connection, visit, sheet)) or case
    phrases = {"answered": "case_answered", "review": "case_in_review"}
    is_reply = deed in (reply, approve)
    phrase = phrases.get(changed.stage, "case_saved") if is_reply else "case_saved"
    sees_it = sight_of(visit.official).shows(changed)
    return visit.go(f"{PATH}/{changed.id}" if sees_it else PATH, notice=visit.phrase(phrase))


def number_of(text: str) -> int:
    """A number of a form; anything else is 0, which is nobody's."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def take(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """I answer it."""
    return casework.take(connection, visit.hand, sheet)


def assign(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """Somebody else answers it."""
    return casework.assign(connection, visit.hand, sheet, to=number_of(visit.typed("to", 18)))


def give_to_deputy(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The deputy answers it."""
    return casework.give_to_deputy(connection, visit.hand, sheet)


def route(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """Another unit answers it."""
    unit, why = visit.typed("unit"), visit.typed("why")
    return casework.route(connection, visit.hand, sheet, unit=unit, why=why)


def note(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """A note among officials."""
    casework.note(connection, visit.hand, sheet.case_id, text=visit.typed("text"))


def ask(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """A question to the residents."""
    return asking.ask(connection, visit.hand, sheet, question=visit.typed("text"))


def note_answer(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """What they answered by mouth."""
    return asking.note_answer(connection, visit.hand, sheet, text=visit.typed("text"))


def draft_of(visit: Visit) -> Draft:
    """The reply as typed into the form."""
    try:
        day = date.fromisoformat(visit.typed("promised_for", 10))
    except ValueError:
        day = None
    return Draft(
        outcome=visit.typed("outcome"),
        text=visit.typed("text", 4_000),
        law=visit.typed("law", 500),
        elsewhere=visit.typed("elsewhere", 500),
        who=visit.typed("who", 200),
        promised_for=day,
    )


def reply(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The reply."""
    return replying.reply(connection, visit.hand, sheet, draft=draft_of(visit))


def approve(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The second signature."""
    return replying.approve(connection, visit.hand, sheet)


def send_back(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """No second signature, and why."""
    return replying.send_back(connection, visit.hand, sheet, why=visit.typed("why"))


def close(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """Put away."""
    return endings.close(connection, visit.hand, sheet, why=visit.typed("why"))


def reopen(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """Not the end of it."""
    return endings.reopen(connection, visit.hand, sheet, why=visit.typed("why"))


def merge(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The ticked cases become part of this one; each comes as `id.version`."""
    ticked = [text.partition(".") for text in visit.form.get("others", ())]
    others = [Sheet(number_of(number), number_of(version)) for number, _, version in ticked]
    return grouping.merge(connection, visit.hand, sheet, others)


def split(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The ticked people become a case of their own."""
    ids = [number_of(text) for text in visit.form.get("receipts", ())]
    return grouping.split(connection, visit.hand, sheet, receipt_ids=ids)


def unseal(connection: Connection, visit: Visit, sheet: Sheet) -> None:
    """The first of two asks to see who spoke."""
    unsealing.request(connection, visit.hand, sheet, why=visit.typed("why", 500))


def consent(connection: Connection, visit: Visit, sheet: Sheet) -> CaseRow:
    """The second agrees."""
    return unsealing.consent(connection, visit.hand, sheet)


def look(visit: Visit) -> Response:
    """The page is open here; who else has it open?"""
    if not visit.is_part:
        raise HTTPException(400)
    case = found(visit)
    names = visit.write(lambda connection: presence.look(connection, visit.hand, case.id))
    return visit.show("looking.html", people=names)
