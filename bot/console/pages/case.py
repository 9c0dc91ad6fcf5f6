"""A case: the words of everybody who asked, what became of it, and the reply."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_filters import PATH
from bot.console.pages.cases import choices
from bot.console.visit import Visit
from handlers.office import light
from handlers.officials import grouping, replying, unsealing
from handlers.officials.casework import CHIEFS, HANDLERS
from handlers.officials.sight import sight_of
from storage import cases, happenings, officials, questions, receipts, residents
from storage.cases import OPEN, CaseRow
from storage.database import Connection
from storage.happenings import Happening
from storage.receipts import ReceiptRow

_SHOWN = 200
_CARDS = 5


def routes(guard: Guard) -> list[Route]:
    """`/console/cases/{id}`."""
    return [guard.route(f"{PATH}/{{id}}", show)]


def found(visit: Visit) -> CaseRow:
    """The case of the address; one out of sight does not exist."""
    with visit.read() as connection:
        case = cases.find(connection, visit.number("id"))
    if case is None or not sight_of(visit.official).shows(case):
        raise HTTPException(404)
    return case


def show(visit: Visit) -> Response:
    """The whole case; `canned` fills the reply box, `cards` searches beside it."""
    case, hand = found(visit), visit.hand
    with visit.read() as connection:
        timeline = happenings.of_case(connection, case.id)
        askers = receipts.of_case(connection, case.id, limit=_SHOWN)
        asked = unsealing.asked_by(connection, hand, case)
        data = {
            "names": _names(connection, case, timeline),
            "similar": _similar(connection, visit, case),
            "colleagues": officials.of_unit(connection, case.unit or visit.official.unit),
            "accounts": _unsealed(connection, visit, askers, timeline=timeline),
        }
    return visit.show(
        "case.html",
        case=case,
        light=light(case, hand.office),
        askers=askers,
        timeline=timeline,
        unsealing=asked,
        may_consent=asked is not None and unsealing.may_consent(hand, asked),
        may_handle=visit.official.role in HANDLERS,
        is_chief=visit.official.role in CHIEFS,
        may_approve=replying.may_approve(hand, case),
        is_open=case.stage in OPEN,
        **data,
        **_beside(visit, case, askers),
        **choices(visit),
    )


def _beside(visit: Visit, case: CaseRow, askers: list[ReceiptRow]) -> dict[str, Any]:
    """What stands beside the reply box: replies to start from, and cards."""
    house = visit.desk.house
    chosen = house.library.casework.reply(visit.asked("canned"))
    first = askers[0].text if askers else case.title
    asked = visit.asked("cards")
    query = asked or first
    library = house.library.on(visit.today)
    findings = house.search.find(query)
    candidates = findings.candidates[:_CARDS] if findings.verdict != "none" or asked else ()
    return {
        "canned": house.library.casework.replies_for(case.topic),
        "chosen": chosen,
        "cards": [card for one in candidates if (card := library.card(one.card.id))],
        "searched": asked,
        "signed_twice": house.library.casework.is_signed_twice(case.unit),
    }


def _similar(connection: Connection, visit: Visit, case: CaseRow) -> list[CaseRow]:
    if case.stage not in OPEN:
        return []
    rarity = visit.desk.house.search.rarity
    return [one for one, _ in grouping.similar(connection, visit.hand, case, rarity=rarity)]


def _names(connection: Connection, case: CaseRow, timeline: list[Happening]) -> dict[int, str]:
    """Who did what: names by id."""
    ids = {line.official_id for line in timeline}
    ids |= {case.holder_id, case.drafted_by, case.approved_by}
    ids |= {(line.data or {}).get("holder") for line in timeline}
    return officials.names(connection, [one for one in ids if one])


def _unsealed(
    connection: Connection, visit: Visit, askers: list[ReceiptRow], *, timeline: list[Happening]
) -> dict[int, tuple[str, list[str]]]:
    """For the two who unsealed it: by receipt, the channel and what the account asked."""
    opened = unsealing.opened_to(visit.hand, timeline)
    sealed = [one for one in askers if one.id in opened and one.resident_id]
    accounts = residents.accounts(connection, [one.resident_id or 0 for one in sealed])
    shown: dict[int, tuple[str, list[str]]] = {}
    for one in sealed:
        number = one.resident_id or 0
        said = [asked.text for asked in questions.of_resident(connection, number)]
        shown[one.id] = accounts.get(number, ("", ""))[0], said
    return shown
