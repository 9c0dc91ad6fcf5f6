"""Cases: matters a unit must answer, each joining everybody who asked the same."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata

Kind = Literal["question", "suggestion", "petition", "difficulty", "report", "praise", "internal"]
Stage = Literal[
    "new", "routed", "working", "asked", "review", "answered", "confirmed", "closed", "merged"
]
Outcome = Literal["solved", "promised", "refused"]
OPEN: tuple[Stage, ...] = ("new", "routed", "working", "asked", "review")
"""Stages in which a unit still owes an answer; in "asked" its clock stands still."""

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("topic", sa.String(20), nullable=False),
    # Ids of the base: a commune and a unit; "" while nobody knows.
    sa.Column("area", sa.String(48), nullable=False, server_default=""),
    sa.Column("hamlet", sa.String(80), nullable=False, server_default=""),
    sa.Column("unit", sa.String(48), nullable=False, server_default=""),
    sa.Column("holder_id", BigId, sa.ForeignKey("officials.id")),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("stage", sa.String(9), nullable=False, server_default="new"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("title", sa.String(200), nullable=False),
    # Folded words of everybody in the case, which the search looks through.
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime),
    sa.Column("paused_at", UtcTime),
    sa.Column("answered_at", UtcTime),
    sa.Column("closed_at", UtcTime),
    sa.Column("outcome", sa.String(8)),
    sa.Column("reply", sa.Text, nullable=False, server_default=""),
    # Why it cannot be done and where else to go, or the ground in law.
    sa.Column("ground", sa.Text, nullable=False, server_default=""),
    sa.Column("promised_for", sa.Date),
    sa.Column("drafted_by", BigId, sa.ForeignKey("officials.id")),
    sa.Column("approved_by", BigId, sa.ForeignKey("officials.id")),
    sa.Column("asker_count", sa.Integer, nullable=False, server_default="1"),
    sa.Column("hops", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),
    sa.Column("merged_into", BigId, sa.ForeignKey("cases.id")),
    # Sent on for the third time, or back to a unit that had it.
    sa.Column("is_passed_around", sa.Boolean, nullable=False, server_default=sa.false()),
    # Grows with every change; whoever changes an older version is told that somebody was faster.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
# Every list is one of these, newest or most urgent first. What a list is filtered by stands in its
# index too, so that what is left out is left out without reading its row.
for _name, *_more in (
    ("unit", "topic", "area", "kind", "channel", "outcome"),
    ("topic", "unit", "area", "kind", "channel"),
    ("area", "unit", "topic", "kind", "channel"),
    ("kind", "unit", "topic", "area", "channel"),
    ("channel", "unit", "topic", "area", "kind"),
    ("outcome", "unit"),
):
    sa.Index(f"ix_cases_{_name}", *(cases.c[n] for n in (_name, "stage", "id", *_more)))
sa.Index("ix_cases_stage", cases.c.stage, cases.c.id)
sa.Index("ix_cases_holder", cases.c.holder_id, cases.c.stage, cases.c.id)
sa.Index("ix_cases_due", cases.c.stage, cases.c.due_at, cases.c.id)
sa.Index("ix_cases_unit_due", cases.c.unit, cases.c.stage, cases.c.due_at, cases.c.id)
_PASSED = sa.text("is_passed_around")
sa.Index(
    "ix_cases_passed", cases.c.stage, cases.c.id, sqlite_where=_PASSED, postgresql_where=_PASSED
)


class CaseRow(NamedTuple):
    """A case as it is stored, without the words that only the search reads."""

    id: int
    kind: str
    topic: str
    area: str
    hamlet: str
    unit: str
    holder_id: int | None
    channel: str
    stage: str
    is_sealed: bool
    title: str
    opened_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    reply: str
    ground: str
    promised_for: date | None
    drafted_by: int | None
    approved_by: int | None
    asker_count: int
    hops: int
    reopened: int
    merged_into: int | None
    is_passed_around: bool
    version: int


class NewCase(NamedTuple):
    """What a case begins with; `words` are folded by the caller."""

    kind: Kind
    topic: str
    area: str
    hamlet: str
    unit: str
    channel: str
    is_sealed: bool
    title: str
    words: str
    opened_at: datetime
    due_at: datetime | None


class StaleError(Exception):
    """Somebody changed the case meanwhile: nothing was written."""


_COLUMNS = [cases.c[name] for name in CaseRow._fields]


def open_case(connection: sa.Connection, new: NewCase) -> int:
    """Open a case; its id."""
    inserted = connection.execute(sa.insert(cases).returning(cases.c.id), new._asdict())
    return inserted.scalar_one()


def find(connection: sa.Connection, case_id: int) -> CaseRow | None:
    """One case."""
    row = connection.execute(sa.select(*_COLUMNS).where(cases.c.id == case_id)).first()
    return CaseRow(*row) if row else None


def find_last(connection: sa.Connection, case_id: int) -> CaseRow | None:
    """The case that a case was merged into, and so on to the last; else the case itself."""
    case = find(connection, case_id)
    while case is not None and case.merged_into is not None:
        case = find(connection, case.merged_into)
    return case


def find_many(connection: sa.Connection, ids: Sequence[int]) -> dict[int, CaseRow]:
    """Several cases by id."""
    if not ids:
        return {}
    rows = connection.execute(sa.select(*_COLUMNS).where(cases.c.id.in_(ids)))
    return {row.id: CaseRow(*row) for row in rows}


def change(connection: sa.Connection, case: CaseRow, values: dict[str, Any]) -> CaseRow:
    """The case with these columns changed; raises StaleError when somebody was faster."""
    statement = (
        sa.update(cases)
        .where(cases.c.id == case.id, cases.c.version == case.version)
        .values(**values, version=case.version + 1)
        .returning(*_COLUMNS)
    )
    row = connection.execute(statement).first()
    if row is None:
        raise StaleError(case.id)
    return CaseRow(*row)


def join(connection: sa.Connection, case_id: int, words: str, askers: int = 1) -> None:
    """More people ask the same; `words` are theirs, folded."""
    connection.execute(
        sa.update(cases)
        .where(cases.c.id == case_id)
        .values(asker_count=cases.c.asker_count + askers, words=cases.c.words + "\n" + words)
    )


def words(connection: sa.Connection, case_id: int) -> str:
    """The folded words of everybody in a case, each person's on lines of their own."""
    return connection.execute(sa.select(cases.c.words).where(cases.c.id == case_id)).scalar_one()


class NearCase(NamedTuple):
    """An open case that may be about the same as something new."""

    id: int
    title: str
    area: str
    asker_count: int


def newest_open(connection: sa.Connection, *, area: str, topic: str, limit: int) -> list[NearCase]:
    """The newest open opinions there, or where no area is known of the topic, where nobody hides.

    Whoever asked an official a question was not told that others may read it.
    """
    hides = sa.exists().where(
        _receipts.c.case_id == cases.c.id, _receipts.c.openness != sa.literal("open")
    )
    statement = (
        sa.select(cases.c.id, cases.c.title, cases.c.area, cases.c.asker_count)
        .where(cases.c.area == area if area else cases.c.topic == topic)
        .where(cases.c.stage.in_(OPEN), cases.c.kind.not_in(("question", "internal")), ~hides)
        .order_by(cases.c.id.desc())
        .limit(limit)
    )
    return [NearCase(*row) for row in connection.execute(statement)]


# What is read here of a table whose own file knows this one.
_receipts = sa.table(
    "receipts", sa.column("id"), sa.column("case_id"), sa.column("code"), sa.column("openness")
)


class WaitingCase(NamedTuple):
    """An open case as the operator lists it: no account, no name."""

    code: str
    kind: str
    topic: str
    unit: str
    opened_at: datetime
    due_at: datetime | None
    asker_count: int
    title: str


def waiting(connection: sa.Connection, *, key: str = "", limit: int = 50) -> list[WaitingCase]:
    """The newest open cases with their first code, whose folded words hold `key`."""
    mine = _receipts.alias("mine")
    first = sa.select(sa.func.min(mine.c.id)).where(mine.c.case_id == cases.c.id)
    columns = [cases.c[name] for name in WaitingCase._fields[1:]]
    statement = (
        sa.select(_receipts.c.code, *columns)
        .select_from(cases)
        .join(_receipts, _receipts.c.id == first.correlate(cases).scalar_subquery())
        .where(cases.c.stage.in_(OPEN))
        .order_by(cases.c.id.desc())
        .limit(limit)
    )
    if key:
        statement = statement.where(cases.c.words.contains(key, autoescape=True))
    return [WaitingCase(*row) for row in connection.execute(statement)]


def family(connection: sa.Connection, ids: Sequence[int]) -> list[int]:
    """These cases and all that were merged into them."""
    found, newer = set(ids), set(ids)
    while newer:
        merged = sa.select(cases.c.id).where(cases.c.merged_into.in_(newer))
        newer = set(connection.execute(merged).scalars()) - found
        found |= newer
    return sorted(found)


def reword(connection: sa.Connection, case_id: int, *, title: str, words: str) -> None:
    """Another title and other words to look it up by: somebody had theirs deleted."""
    change = sa.update(cases).where(cases.c.id == case_id)
    connection.execute(change.values(title=title, words=words, version=cases.c.version + 1))
