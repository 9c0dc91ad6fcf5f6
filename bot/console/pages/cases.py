"""Cases: the inbox; filtered, searched, saved under a name, and worked on several at a time."""

from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_filters import (
    NAMES,
    PATH,
    address_of,
    chips_of,
    filters_of,
    filters_posted,
    next_address,
    place_of,
    wanted_of,
)
from bot.console.visit import Visit
from handlers.office import light
from handlers.officials import casework, endings, saved
from handlers.officials.casework import HANDLERS, Sheet
from handlers.officials.sight import sight_of
from handlers.refusal import Refusal
from storage import case_lists, cases, officials, receipts, views
from storage.cases import CaseRow
from storage.database import Connection
from storage.receipts import CODE_LENGTH

_PAGE = 50


def routes(guard: Guard) -> list[Route]:
    """The list, what is done with several of its cases, and lists saved under a name."""
    return [
        guard.route(PATH, show),
        guard.route("/console/bulk", act, roles=HANDLERS, methods=("POST",)),
        guard.route("/console/views", save, methods=("POST",)),
        guard.route("/console/views/{id}/remove", forget, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """A page of the list; the code of a receipt leads straight to its case."""
    filters = filters_of(visit)
    found = _by_code(visit, filters.get("q", ""))
    if found is not None:
        return visit.go(f"{PATH}/{found.id}")
    wanted = wanted_of(visit, filters)
    with visit.read() as connection:
        rows = case_lists.page(connection, wanted, after=place_of(visit), limit=_PAGE + 1)
        number = case_lists.count(connection, wanted)
        saved_views = views.of_official(connection, visit.official.id)
        people = _colleagues(connection, visit)
        ids = [row.holder_id for row in rows if row.holder_id]
        names = officials.names(connection, ids)
    shown, office = rows[:_PAGE], visit.hand.office
    return visit.show(
        "cases.html",
        rows=shown,
        lights={row.id: light(row, office) for row in shown},
        names=names,
        number=number,
        most=case_lists.MOST_COUNTED,
        filters={**dict.fromkeys(NAMES, ""), **filters},
        chips=list(chips_of(visit, filters)),
        more=next_address(filters, shown[-1]) if len(rows) > _PAGE else "",
        query=address_of(filters).partition("?")[2],
        views=saved_views,
        people=people,
        may_act=visit.official.role in HANDLERS,
        **choices(visit),
        **_named(choices(visit)),
    )


def choices(visit: Visit) -> dict[str, Any]:
    """What the filters and forms offer."""
    units = [u for u in visit.desk.house.library.units.values() if u.is_valid(visit.today)]
    return {
        "topics": list(visit.desk.house.library.topics.values()),
        "areas": [unit for unit in units if unit.kind == "commune"],
        "units": [unit for unit in units if unit.kind != "commune"],
    }


def _named(offered: dict[str, Any]) -> dict[str, Any]:
    """The same by id and name, for the filters."""
    return {
        "topic_names": [(topic.id, topic.title) for topic in offered["topics"]],
        "area_names": [(unit.id, unit.name) for unit in offered["areas"]],
        "unit_names": [(unit.id, unit.name) for unit in offered["units"]],
    }


def _by_code(visit: Visit, typed: str) -> CaseRow | None:
    """The case of a code, if the official may see it; a merged one leads to where it went."""
    code = "".join(typed.split()).upper()
    if len(code) != CODE_LENGTH:
        return None
    with visit.read() as connection:
        receipt = receipts.find(connection, code)
        case = cases.find_last(connection, receipt.case_id) if receipt else None
    return case if case and sight_of(visit.official).shows(case) else None


def _colleagues(connection: Connection, visit: Visit) -> list[officials.OfficialRow]:
    """Who a case may be given to."""
    everyone = officials.everyone(connection)
    sees_all = sight_of(visit.official).units is None
    return [
        one
        for one in everyone
        if one.disabled_at is None
        and one.role in HANDLERS
        and (sees_all or one.unit == visit.official.unit)
    ]


def act(visit: Visit) -> Response:
    """Give, send on or close several cases; each one that cannot be is counted and said why."""
    sheets = [sheet for text in visit.form.get("cases", ()) if (sheet := _sheet(text))]
    deed = visit.typed("deed")
    if deed not in ("assign", "route", "close"):
        raise HTTPException(400)

    def all_of_them(connection: Connection) -> list[str]:
        kept: list[str] = []
        for sheet in sheets:
            try:
                _act_on(connection, visit, sheet, deed=deed)
            except Refusal as refusal:
                kept.append(refusal.phrase)
        return kept

    kept = visit.write(all_of_them)
    done = len(sheets) - len(kept)
    why = visit.phrase(kept[0]) if kept else ""
    notice = visit.phrase("bulk_done", done=done, kept=len(kept), why=why)
    return visit.go(PATH, **filters_posted(visit), notice=notice)


def _act_on(connection: Connection, visit: Visit, sheet: Sheet, *, deed: str) -> None:
    hand, why = visit.hand, visit.typed("why")
    if deed == "assign":
        to = visit.typed("to", 18)
        casework.assign(connection, hand, sheet, to=int(to) if to.isdecimal() else 0)
    elif deed == "route":
        casework.route(connection, hand, sheet, unit=visit.typed("unit"), why=why)
    else:
        endings.close(connection, hand, sheet, why=why)


def _sheet(text: str) -> Sheet | None:
    """A ticked case: its id and the version that was on the screen."""
    number, _, version = text.partition(".")
    is_one = text.isascii() and number.isdecimal() and version.isdecimal() and len(text) < 30
    return Sheet(int(number), int(version)) if is_one else None


def save(visit: Visit) -> Response:
    """Keep this list under a name."""
    filters, name = filters_posted(visit), visit.typed("name", 60)
    query = urlencode(filters)
    visit.write(lambda c: saved.save(c, visit.hand, name=name, query=query))
    return visit.go(PATH, **filters, notice=visit.phrase("case_saved"))


def forget(visit: Visit) -> Response:
    """Keep it no more."""
    number = visit.number("id")
    if not visit.write(lambda c: saved.forget(c, visit.hand, number)):
        raise HTTPException(404)
    return visit.go(PATH, notice=visit.phrase("case_saved"))
