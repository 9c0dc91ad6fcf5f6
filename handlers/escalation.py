"""Escalation: a case that is late is told of further up, once for each step of the ladder."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from handlers.office import Office, late_by
from knowledge.rota import Step
from storage import deadlines, happenings
from storage.cases import CaseRow
from storage.happenings import Happening
from storage.officials import OfficialRow


def escalate(connection: sa.Connection, office: Office) -> int:
    """Write down whom each late case has come to by now; how many lines were written.

    A case that got another date since starts on the ladder anew.
    """
    late = deadlines.late(connection, office.now)
    told = deadlines.escalated(connection, [case.id for case in late])
    lines = [line for case in late for line in _new_lines(case, office, told.get(case.id, ()))]
    happenings.add(connection, lines)
    return len(lines)


def _new_lines(
    case: CaseRow, office: Office, told: Sequence[dict[str, object]]
) -> Iterator[Happening]:
    due = case.due_at.isoformat() if case.due_at else ""
    done = {data.get("late") for data in told if data.get("due") == due}
    for step in _reached(case, office):
        if step.late not in done:
            data = {"to": step.to, "late": step.late, "due": due}
            yield Happening(case.id, office.now, "escalated", data=data)


def _reached(case: CaseRow, office: Office) -> list[Step]:
    late = late_by(case, office)
    return [step for step in office.library.casework.settings.escalation if step.late <= late]


def come_to(
    official: OfficialRow,
    late: Sequence[CaseRow],
    office: Office,
    *,
    everyone: Sequence[OfficialRow],
) -> list[CaseRow]:
    """Those of the late cases that have come to this official by now.

    They come to who has the step's role in the case's own unit, or, where nobody has, everywhere.
    """
    peers = {one.unit for one in everyone if one.role == official.role and not one.disabled_at}
    return [
        case
        for case in late
        if any(step.to == official.role for step in _reached(case, office))
        and (case.unit == official.unit or case.unit not in peers)
    ]
