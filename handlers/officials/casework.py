"""Casework: who holds a case and which unit answers it; taken, given, noted, sent on."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from handlers.message import Message
from handlers.office import Office, resume, tell
from handlers.officials.sight import sight_of
from handlers.refusal import Refusal
from knowledge.unit import Unit
from storage import audit, cases, happenings, officials, receipts
from storage.audit import AuditLine
from storage.cases import OPEN, CaseRow
from storage.happenings import Happening
from storage.officials import OfficialRow, Role

HANDLERS: frozenset[Role] = frozenset({"officer", "coordinator", "leader"})
"""Who answers residents."""
CHIEFS: frozenset[Role] = frozenset({"coordinator", "leader"})
"""Who answers for others."""
_MOST_HOPS = 3
"""Sent on this often, a case is passed around."""


@dataclass(frozen=True, slots=True)
class Hand:
    """The official at work, and what the office has at hand."""

    official: OfficialRow
    office: Office

    def say(self, name: str, /, **data: Any) -> str:
        """One of our sentences."""
        return self.office.library.phrases.render(name, **data)

    def unit_name(self, unit: str) -> str:
        """What residents call a unit; "" while nobody knows it."""
        known = self.office.library.units.get(unit)
        return known.name if known else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The case an official has before them, as they saw it."""

    case_id: int
    version: int


def held(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The case; raises Refusal when it is out of sight or somebody changed it meanwhile."""
    case = cases.find(connection, sheet.case_id)
    if case is None or not sight_of(hand.official).shows(case):
        raise Refusal("case_unknown")
    if case.version != sheet.version:
        raise Refusal("case_changed")
    return case


def held_open(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The case, which still waits for an answer."""
    case = held(connection, hand, sheet)
    if case.stage not in OPEN:
        raise Refusal("case_not_open")
    return case


def change(
    connection: sa.Connection,
    hand: Hand,
    case: CaseRow,
    *,
    what: str,
    values: dict[str, Any],
    text: str = "",
    data: dict[str, Any] | None = None,
) -> CaseRow:
    """The case changed, with its line in the timeline and in the audit."""
    try:
        changed = cases.change(connection, case, values)
    except cases.StaleError:
        raise Refusal("case_changed") from None
    write_down(connection, hand, case, what=what, text=text, data=data)
    return changed


def write_down(
    connection: sa.Connection,
    hand: Hand,
    case: CaseRow,
    *,
    what: str,
    text: str = "",
    data: dict[str, Any] | None = None,
    receipt_id: int | None = None,
) -> None:
    """A line in the timeline and one in the audit, which keeps no words of people."""
    who, now = hand.official.id, hand.office.now
    line = Happening(case.id, now, what, text, who, receipt_id, data)
    happenings.add(connection, [line])
    audit.note(connection, [AuditLine(now, who, f"case.{what}", "case", str(case.id), data=data)])


def take(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The official answers this case from now on."""
    case = held_open(connection, hand, sheet)
    me = hand.official
    if case.holder_id not in (None, me.id) and me.role not in CHIEFS:
        raise Refusal("case_held")
    return _give(connection, hand, case, holder=me, what="taken")


def assign(connection: sa.Connection, hand: Hand, sheet: Sheet, *, to: int) -> CaseRow:
    """Another official of the unit that has the case answers it."""
    case = held_open(connection, hand, sheet)
    holder = officials.find(connection, to)
    is_fit = holder is not None and holder.disabled_at is None and holder.role in HANDLERS
    if holder is None or not is_fit or not sight_of(holder).shows(_in_unit(case, holder)):
        raise Refusal("assign_unfit")
    return _give(connection, hand, case, holder=holder, what="assigned")


def give_to_deputy(connection: sa.Connection, hand: Hand, sheet: Sheet) -> CaseRow:
    """The deputy of whoever holds the case answers it."""
    case = held_open(connection, hand, sheet)
    holder = officials.find(connection, case.holder_id or hand.official.id)
    if holder is None or holder.deputy_id is None:
        raise Refusal("assign_no_deputy")
    return assign(connection, hand, sheet, to=holder.deputy_id)


def note(connection: sa.Connection, hand: Hand, case_id: int, *, text: str) -> None:
    """An internal note, which no resident sees and which changes nothing."""
    case = cases.find(connection, case_id)
    if case is None or not sight_of(hand.official).shows(case):
        raise Refusal("case_unknown")
    if not text:
        raise Refusal("note_empty")
    write_down(connection, hand, case, what="noted", text=text)


def route(connection: sa.Connection, hand: Hand, sheet: Sheet, *, unit: str, why: str) -> CaseRow:
    """Another unit answers; a unit that had it before says why it is not its duty.

    The people who asked are told who has it now.
    """
    case = held_open(connection, hand, sheet)
    target = hand.office.library.units.get(unit)
    if target is None or not _is_office(target, hand):
        raise Refusal("route_bad_unit")
    if unit == case.unit:
        raise Refusal("route_same_unit")
    if case.unit and not why:
        raise Refusal("route_no_reason")
    hops = case.hops + bool(case.unit)
    is_around = hops >= _MOST_HOPS or unit in _had_it(connection, case)
    values = {
        **resume(hand.office, case),
        "stage": "routed",
        "unit": unit,
        "holder_id": None,
        "drafted_by": None,
        "hops": hops,
        "is_passed_around": case.is_passed_around or is_around,
    }
    data = {"from": case.unit, "to": unit, "hop": hops, "is_passed_around": is_around}
    routed = change(connection, hand, case, what="routed", values=values, text=why, data=data)
    _tell_where(connection, hand, routed)
    return routed


def _tell_where(connection: sa.Connection, hand: Hand, case: CaseRow) -> None:
    unit = hand.unit_name(case.unit)
    due = hand.office.day_of(case.due_at) if case.due_at else None
    said = {
        receipt.id: Message(hand.say("case_routed_told", code=receipt.code, unit=unit, due=due))
        for receipt in receipts.of_case(connection, case.id)
    }
    tell(connection, hand.office, case, said=said)


def _give(
    connection: sa.Connection, hand: Hand, case: CaseRow, *, holder: OfficialRow, what: str
) -> CaseRow:
    stage = "working" if case.stage in ("new", "routed") else case.stage
    values = {"stage": stage, "holder_id": holder.id, "unit": case.unit or holder.unit}
    data = {"holder": holder.id, "before": case.holder_id}
    return change(connection, hand, case, what=what, values=values, data=data)


def _in_unit(case: CaseRow, holder: OfficialRow) -> CaseRow:
    return case if case.unit else case._replace(unit=holder.unit)


def _is_office(unit: Unit, hand: Hand) -> bool:
    return unit.kind != "commune" and unit.is_valid(hand.office.today)


def _had_it(connection: sa.Connection, case: CaseRow) -> set[str]:
    lines = happenings.of_case(connection, case.id)
    return {(line.data or {}).get("from", "") for line in lines if line.what == "routed"} - {""}
