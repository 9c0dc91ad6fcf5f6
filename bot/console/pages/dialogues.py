"""Dialogues: all of them with what their clock says, promises still to keep, and a form to plan."""

from datetime import UTC, datetime
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.pages.case_deeds import number_of
from bot.console.visit import Visit
from handlers.meeting import announce_by, flags, overdue_areas, publish_by
from handlers.officials import dialogues as planning
from handlers.officials.casework import HANDLERS
from handlers.officials.dialogues import Plan
from handlers.officials.sight import sight_of
from handlers.turn import VIETNAM
from knowledge.places import communes_on
from knowledge.unit import Unit
from storage import dialogue_questions, dialogues, promises

PATH = "/console/dialogues"


def routes(guard: Guard) -> list[Route]:
    """The list, and its form."""
    return [
        guard.route(PATH, show),
        guard.route(PATH, plan, roles=HANDLERS, methods=("POST",)),
    ]


def show(visit: Visit) -> Response:
    """What is coming and was held in the official's communes, red flags and late promises."""
    office, sight = visit.hand.office, sight_of(visit.official)
    areas = None if sight.areas is None else sorted(sight.areas)
    with visit.read() as connection:
        rows = dialogues.page(connection, areas=areas)
        asked = dialogue_questions.counts(connection, [row.id for row in rows])
        unkept = promises.unkept(connection, areas)
        last = dialogues.last_held(connection)
    overdue = overdue_areas(office, last)
    library = visit.desk.house.library
    return visit.show(
        "dialogues.html",
        rows=[(row, flags(office, row)) for row in rows],
        asked=asked,
        promises=unkept,
        overdue={a: day for a, day in overdue.items() if sight.covers(a)},
        due={row.id: (announce_by(office, row.held_at), publish_by(office, row.held_at))
             for row in rows},
        communes=[c for c in communes_on(library.units, visit.today) if sight.covers(c.id)],
        units=offices(visit),
        today=visit.today,
        may_plan=visit.official.role in HANDLERS,
    )  # fmt: skip


def plan(visit: Visit) -> Response:
    """A new dialogue, which residents do not see yet."""
    wish = Plan(
        area=visit.typed("area", 48),
        title=visit.typed("title", 200),
        place=visit.typed("place", 200),
        chair=visit.typed("chair", 120),
        held_at=moment_of(visit.typed("held_at", 16)),
        units=tuple(visit.form.get("units", ())),
        topics=tuple(visit.form.get("topics", ())),
        capacity=number_of(visit.typed("capacity", 5)),
    )
    number = visit.write(partial(planning.plan, hand=visit.hand, wish=wish))
    return visit.go(f"{PATH}/{number}", notice=visit.phrase("case_saved"))


def offices(visit: Visit) -> list[Unit]:
    """The units of today that may be invited and answer."""
    units = visit.desk.house.library.units.values()
    return [unit for unit in units if unit.kind != "commune" and unit.is_valid(visit.today)]


def moment_of(text: str) -> datetime | None:
    """A day and an hour as a form gives them, in Vietnamese time; None for anything else."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(UTC)
    except ValueError:
        return None
