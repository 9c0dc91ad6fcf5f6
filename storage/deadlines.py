"""Deadlines: which open cases are late, and how many cases need an official today."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.cases import CaseRow, cases
from storage.happenings import happenings

RUNNING = ("new", "routed", "working", "review")
"""Stages in which the clock runs: a unit owes an answer and waits for nobody."""


class Need(NamedTuple):
    """How many cases are new, due today, late, and wait for approval."""

    new: int
    due: int
    late: int
    review: int


def late(connection: sa.Connection, now: datetime, limit: int = 10_000) -> list[CaseRow]:
    """The open cases whose date has passed, the latest of them first."""
    columns = [cases.c[name] for name in CaseRow._fields]
    found = sa.select(*columns).where(cases.c.stage.in_(RUNNING), cases.c.due_at < now)
    rows = connection.execute(found.order_by(cases.c.due_at, cases.c.id).limit(limit))
    return [CaseRow(*row) for row in rows]


def need(
    connection: sa.Connection,
    *,
    units: Collection[str] | None,
    areas: Collection[str] | None,
    topics: Collection[str] | None,
    now: datetime,
    end_of_day: datetime,
    besides: int,
) -> Need:
    """What needs somebody among the cases of these units, areas and topics (None: all).

    `besides`: what this official drafted waits for the approval of others.
    """
    due = cases.c.due_at
    running = cases.c.stage.in_(RUNNING)
    others = cases.c.drafted_by.is_(None) | (cases.c.drafted_by != besides)
    found = sa.select(
        _count(cases.c.stage == "new"),
        _count(running & (due >= now) & (due < end_of_day)),
        _count(running & (due < now)),
        _count((cases.c.stage == "review") & others),
    ).where(running)
    for column, wanted in ((cases.c.unit, units), (cases.c.area, areas), (cases.c.topic, topics)):
        if wanted is not None:
            found = found.where(column.in_(wanted))
    return Need(*connection.execute(found).one())


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, 1)))


def escalated(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    """What was written of each case when somebody further up was told that it is late."""
    found = sa.select(happenings.c.case_id, happenings.c.data).where(
        happenings.c.case_id.in_(ids), happenings.c.what == "escalated"
    )
    told: dict[int, list[dict[str, object]]] = {}
    for row in connection.execute(found) if ids else ():
        told.setdefault(row.case_id, []).append(row.data or {})
    return told
