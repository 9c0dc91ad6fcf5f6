"""The cases of the demo: in every stage, opened over the last months, each with its timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from handlers.office import Office, Saying, join_case, office_of, open_case, pause
from handlers.routing import Route, route_for
from handlers.turn import House
from storage import cases, happenings, officials, receipts, residents
from storage.cases import CaseRow
from storage.database import Connection
from storage.happenings import Happening
from storage.officials import OfficialRow

_OUTCOMES = ["solved", "promised", "solved", "refused"]
_OPENNESS = ["open", "open", "nameless", "open", "sealed"]
_ROAD = ("routed", "taken", "drafted", "answered", "confirmed", "closed")
"""What happens to a case, one after the other."""
_UNTIL = {
    "new": 0, "routed": 1, "working": 2, "asked": 2, "review": 3, "answered": 4, "confirmed": 5,
    "closed": 6,
}  # fmt: skip
"""How far on the road a case of each stage is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One case of the demo: what was said where, and how far it has come."""

    number: int
    matter: dict[str, str]
    hamlet: str
    channel: str
    stage: str
    opened_at: datetime


def fill(connection: Connection, *, house: House, script: dict[str, Any], now: datetime) -> None:
    """Open the cases and lead each to its stage."""
    everyone = officials.everyone(connection)
    first: CaseRow | None = None
    for scene in _scenes(script, now):
        office = office_of(house, scene.opened_at)
        matter, area = scene.matter, script["area"]
        route = route_for(
            house.library, everyone, topic=matter["topic"], area=area, day=office.today
        )
        case = _open(connection, office, scene, area=area, unit=route.unit)
        if scene.stage == "merged" and first is not None:
            _merge(connection, case, first, at=now)
            continue
        first = first or case
        _lead(connection, office, case, scene=scene, route=route, script=script, now=now)


def _scenes(script: dict[str, Any], now: datetime) -> Iterator[Scene]:
    matters, hamlets, channels = (cycle(script[key]) for key in ("matters", "hamlets", "channels"))
    number = 0
    for stage, days in script["stages"].items():
        for ago in days:
            number += 1
            opened = now - timedelta(days=ago, hours=number % 5 + 1)
            yield Scene(number, next(matters), next(hamlets), next(channels), stage, opened)


def _open(connection: Connection, office: Office, scene: Scene, *, area: str, unit: str) -> CaseRow:
    """The case with one to five askers."""

    def saying(asker: int) -> Saying:
        account = scene.channel, f"demo-{scene.number}-{asker}"
        known = residents.hear_many(connection, {account: scene.opened_at}, scene.opened_at)
        return Saying(
            text=scene.matter["text"].format(hamlet=scene.hamlet),
            # The file of the demo names kinds as plain text.
            kind=scene.matter["kind"],  # pyright: ignore[reportArgumentType]
            topic=scene.matter["topic"],
            channel=scene.channel,
            area=area,
            hamlet=scene.hamlet,
            # Plain text as well: a tuple of words.
            openness=_OPENNESS[scene.number % len(_OPENNESS)],  # pyright: ignore[reportArgumentType]
            resident_id=known[account].id,
        )

    case, _ = open_case(connection, office, saying(0), unit=unit)
    for asker in range(1, scene.number % 4 + 1):
        join_case(connection, office, saying(asker), case_id=case.id)
    return cases.find(connection, case.id) or case


def _merge(connection: Connection, case: CaseRow, other: CaseRow, *, at: datetime) -> None:
    moving = [receipt.id for receipt in receipts.of_case(connection, case.id)]
    receipts.move(connection, moving, other.id)
    cases.change(connection, case, {"stage": "merged", "merged_into": other.id, "closed_at": at})
    cases.join(connection, other.id, "", len(moving))
    happenings.add(connection, [Happening(case.id, at, "merged", data={"into": other.id})])


def _lead(
    connection: Connection,
    office: Office,
    case: CaseRow,
    *,
    scene: Scene,
    route: Route,
    script: dict[str, Any],
    now: datetime,
) -> None:
    """Take the case down the road, its steps spread over the days since it was opened."""
    steps = _ROAD[: _UNTIL[scene.stage]]
    spell = (now - scene.opened_at) / (len(steps) + 2)
    outcome = _OUTCOMES[scene.number % len(_OUTCOMES)]
    for number, what in enumerate(steps, 1):
        at = scene.opened_at + number * spell
        values = _values(what, at, route.official, outcome=outcome, script=script)
        case = cases.change(connection, case, values)
        who = route.official.id if route.official else None
        happenings.add(connection, [Happening(case.id, at, what, official_id=who)])
        if what == "confirmed":
            for receipt in receipts.of_case(connection, case.id):
                receipts.change(connection, receipt.id, {"verdict": "received", "verdict_at": at})
    if scene.stage == "asked":
        at = now - spell
        case = cases.change(
            connection, case, pause(Office(office.library, office.workdays, {}, at))
        )
        happenings.add(connection, [Happening(case.id, at, "asked")])


def _values(
    what: str, at: datetime, official: OfficialRow | None, *, outcome: str, script: dict[str, Any]
) -> dict[str, Any]:
    who = official.id if official else None
    promised_for = (at + timedelta(days=20)).date() if outcome == "promised" else None
    ground = script["ground"] if outcome == "refused" else ""
    reply = {"reply": script["replies"][outcome], "outcome": outcome, "ground": ground}
    return {
        "routed": {"stage": "routed"},
        "taken": {"stage": "working", "holder_id": who},
        "drafted": {"stage": "review", "drafted_by": who, "promised_for": promised_for, **reply},
        "answered": {"stage": "answered", "answered_at": at},
        "confirmed": {"stage": "confirmed"},
        "closed": {"stage": "closed", "closed_at": at},
    }[what]
