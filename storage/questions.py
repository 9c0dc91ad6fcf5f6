"""Questions: what was asked and how it ended, one row for every Incoming."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import BigId, UtcTime, metadata
from storage.residents import residents

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("inbox_id", BigId, sa.ForeignKey("inbox.id"), nullable=False, unique=True),
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id"), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # Folded (đ to d, no tones) by the caller: no database folds Vietnamese.
    sa.Column("text_key", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("card", sa.String(48)),
    sa.Column("topic", sa.String(48)),
    sa.Column("score", sa.Float),
    sa.Column("candidates", sa.JSON, nullable=False),
    sa.Column("took_us", sa.Integer, nullable=False),
    sa.Column("helpful", sa.Boolean),
    # The case in which an official answers it; set by officials, after the turn.
    sa.Column("case_id", BigId),
)
sa.Index("ix_questions_status", questions.c.status, questions.c.id)
_UNANSWERED = "case_id IS NULL AND status IN ('queued', 'clarifying')"
"""In words, not as a parameter: a partial index serves only those who repeat its condition."""
sa.Index(
    "ix_questions_unanswered",
    questions.c.id,
    sqlite_where=sa.text(_UNANSWERED),
    postgresql_where=sa.text(_UNANSWERED),
)
sa.Index("ix_questions_resident", questions.c.resident_id, questions.c.card, questions.c.id)


class Question(NamedTuple):
    """One row; `candidates` is [[card, score], …] best first, `took_us` in microseconds."""

    inbox_id: int
    resident_id: int
    asked_at: datetime
    text: str
    text_key: str
    status: str
    card: str | None
    topic: str | None
    score: float | None
    candidates: list[list[Any]]
    took_us: int


def add(connection: sa.Connection, rows: Sequence[Question]) -> None:
    """Write down how these Incomings ended."""
    if rows:
        connection.execute(sa.insert(questions), [row._asdict() for row in rows])


def rate(connection: sa.Connection, resident_id: int, card: str, *, helpful: bool) -> None:
    """The resident says whether the last answer with this card was right."""
    last = (
        sa.select(sa.func.max(questions.c.id))
        .where(questions.c.resident_id == resident_id, questions.c.card == card)
        .scalar_subquery()
    )
    connection.execute(sa.update(questions).where(questions.c.id == last).values(helpful=helpful))


class Listed(NamedTuple):
    """A question as officials see it in a list; no account in it."""

    inbox_id: int
    asked_at: datetime
    channel: str
    status: str
    topic: str | None
    text: str


def search(
    connection: sa.Connection,
    *,
    status: str,
    key: str = "",
    limit: int = 50,
) -> list[Listed]:
    """The newest questions of a status whose folded text holds `key`."""
    columns = (questions.c.inbox_id, questions.c.asked_at, residents.c.channel)
    statement = (
        sa.select(*columns, questions.c.status, questions.c.topic, questions.c.text)
        .join(residents, residents.c.id == questions.c.resident_id)
        .where(questions.c.status == status)
        .order_by(questions.c.id.desc())
        .limit(limit)
    )
    if key:
        statement = statement.where(questions.c.text_key.contains(key, autoescape=True))
    return [Listed(*row) for row in connection.execute(statement)]


class Unsettled(NamedTuple):
    """A question asked back or passed on: how often, in its newest words, its candidates."""

    times: int
    text: str
    candidates: list[list[Any]]


def unsettled(
    connection: sa.Connection, *, newest: int = 5_000, limit: int = 50
) -> list[Unsettled]:
    """What was asked most among the newest questions that no card settled, tones aside."""
    open_ones = ("clarifying", "queued")
    recent = (
        sa.select(questions.c.id, questions.c.text_key)
        .where(questions.c.status.in_(open_ones))
        .order_by(questions.c.id.desc())
        .limit(newest)
        .subquery()
    )
    counted = (
        sa.select(sa.func.count().label("times"), sa.func.max(recent.c.id).label("id"))
        .group_by(recent.c.text_key)
        .order_by(sa.desc("times"), sa.desc("id"))
        .limit(limit)
        .subquery()
    )
    statement = (
        sa.select(counted.c.times, questions.c.text, questions.c.candidates)
        .join(questions, questions.c.id == counted.c.id)
        .order_by(counted.c.times.desc(), counted.c.id.desc())
    )
    return [Unsettled(*row) for row in connection.execute(statement)]


def most_asked(
    connection: sa.Connection, areas: Sequence[str], *, newest: int = 5_000, limit: int = 8
) -> list[str]:
    """The cards asked for most among the newest answers, in these areas when there are any."""
    answers = sa.select(questions.c.card, questions.c.id).where(questions.c.status == "answered")
    if areas:
        answers = answers.join(residents, residents.c.id == questions.c.resident_id)
        answers = answers.where(residents.c.area.in_(areas))
    recent = answers.order_by(questions.c.id.desc()).limit(newest).subquery()
    counted = sa.select(recent.c.card).where(recent.c.card.is_not(None)).group_by(recent.c.card)
    most = counted.order_by(sa.func.count().desc(), recent.c.card).limit(limit)
    return list(connection.execute(most).scalars())


def count(connection: sa.Connection) -> dict[str, int]:
    """How many questions ended in each status."""
    rows = connection.execute(
        sa.select(questions.c.status, sa.func.count()).group_by(questions.c.status)
    )
    return dict(rows.all())


class Unanswered(NamedTuple):
    """A question that no card answered and no official yet; no account in it."""

    id: int
    inbox_id: int
    resident_id: int
    asked_at: datetime
    text: str
    text_key: str
    topic: str | None


def unanswered(
    connection: sa.Connection, *, ids: Sequence[int] | None = None, limit: int = 5_000
) -> list[Unanswered]:
    """The newest questions nobody answered; of these ids, when given."""
    columns = [questions.c[name] for name in Unanswered._fields]
    found = sa.select(*columns).where(sa.text(_UNANSWERED))
    if ids is not None:
        found = found.where(questions.c.id.in_(ids))
    rows = connection.execute(found.order_by(questions.c.id.desc()).limit(limit))
    return [Unanswered(*row) for row in rows]


def note_case(connection: sa.Connection, ids: Sequence[int], case_id: int) -> None:
    """An official answers these in a case."""
    statement = sa.update(questions).where(questions.c.id.in_(ids))
    connection.execute(statement.values(case_id=case_id))


def of_resident(connection: sa.Connection, resident_id: int, limit: int = 20) -> list[Unanswered]:
    """What one account asked last, the newest first."""
    columns = [questions.c[name] for name in Unanswered._fields]
    found = sa.select(*columns).where(questions.c.resident_id == resident_id)
    rows = connection.execute(found.order_by(questions.c.id.desc()).limit(limit))
    return [Unanswered(*row) for row in rows]


def forget(connection: sa.Connection, resident_id: int) -> None:
    """A resident's words go; that something was asked, and how it ended, stays."""
    theirs = sa.update(questions).where(questions.c.resident_id == resident_id)
    connection.execute(theirs.values(**_WORDLESS))


def purge(connection: sa.Connection, before: datetime) -> None:
    """The words of what was asked before then go."""
    old = (questions.c.asked_at < before) & (questions.c.text != "")
    connection.execute(sa.update(questions).where(old).values(**_WORDLESS))


_WORDLESS = {"text": "", "text_key": ""}
