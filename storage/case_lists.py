"""Case lists: pages of cases by filter and by word, quick however many cases there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

import sqlalchemy as sa

from storage.cases import OPEN, CaseRow, Stage, cases

Order = Literal["newest", "urgent"]
MOST_COUNTED = 1_000
"""Nobody counts further; more is "over a thousand"."""
_FEW = 10_000
"""So many cases are read faster than common words are looked up."""
_COLUMNS = [cases.c[name] for name in CaseRow._fields]
_STAGES: tuple[Stage, ...] = get_args(Stage)


class Place(NamedTuple):
    """Where a page ended: the next one goes on after it."""

    id: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases; what is None or empty lets everything through.

    `words` are folded and all of them are in the case; with words the newest come first.
    `due_before` looks only at cases whose clock runs.
    """

    stages: tuple[str, ...] = ()
    units: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    topics: frozenset[str] | None = None
    kind: str = ""
    channel: str = ""
    holder_id: int | None = None
    outcome: str = ""
    due_from: datetime | None = None
    due_before: datetime | None = None
    only_passed_around: bool = False
    words: tuple[str, ...] = ()
    order: Order = "newest"


def page(
    connection: sa.Connection,
    wanted: Wanted,
    *,
    after: Place | None = None,
    limit: int = 50,
    few: int = _FEW,
) -> list[CaseRow]:
    """The cases wanted, newest or most urgent first, after where the last page ended.

    When at most `few` cases pass the filters their words are read, else looked up in the index.
    """
    if wanted.words and count(connection, wanted, most=few) > few:
        found = searching(connection, wanted, after=after, limit=limit)
    elif _stages(wanted):
        found = statement(wanted, after=after, limit=limit)
    else:
        return []
    return [CaseRow(*row) for row in connection.execute(found)]


def statement(
    wanted: Wanted, *, after: Place | None = None, limit: int = 50
) -> sa.Select[tuple[Any, ...]]:
    """A page of a list: of each stage as many as fill it, each read off an index in order."""
    parts = [_part(wanted, stage, _COLUMNS, after=after).limit(limit) for stage in _stages(wanted)]
    united = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(united).order_by(*_order_of(wanted, united)).limit(limit)


def searching(
    connection: sa.Connection, wanted: Wanted, *, after: Place | None = None, limit: int = 50
) -> sa.Select[tuple[Any, ...]]:
    """A page of a search by the index of words; the newest come first.

    For a small unit and common words it would give a hundred thousand others first.
    """
    found = _found(connection, wanted, _COLUMNS)
    if after is not None:
        found = found.where(cases.c.id < after.id)
    return found.order_by(*_searched_order(connection)).limit(limit)


def count(connection: sa.Connection, wanted: Wanted, most: int = MOST_COUNTED) -> int:
    """How many, whatever their words; `most` + 1 means more than that."""
    bound = most + 1
    wordless = replace(wanted, words=())
    parts = [_part(wordless, stage, [cases.c.id]).limit(bound) for stage in _stages(wanted)]
    counts = [sa.select(sa.func.count()).select_from(p.subquery()).scalar_subquery() for p in parts]
    return min(sum(connection.execute(sa.select(*counts)).one()), bound) if counts else 0


def alike(
    connection: sa.Connection, words: Sequence[str], *, wanted: Wanted, limit: int = 200
) -> list[tuple[CaseRow, str]]:
    """The newest cases that hold one of these folded words, each with all its words."""
    columns = [*_COLUMNS, cases.c.words]
    statement = _found(connection, wanted, columns, any_of=tuple(words))
    statement = statement.order_by(*_searched_order(connection)).limit(limit)
    return [(CaseRow._make(row[:-1]), row[-1]) for row in connection.execute(statement)]


_Condition = sa.ColumnElement[bool] | sa.TextClause


def _stages(wanted: Wanted) -> Sequence[str]:
    """One part of the list for each stage: each is read off an index, in order."""
    stages = wanted.stages or _STAGES
    if wanted.due_before is not None:
        return [stage for stage in stages if stage in OPEN and stage != "asked"]
    return stages


def _part(
    wanted: Wanted,
    stage: str,
    columns: Sequence[sa.ColumnElement[Any]],
    *,
    after: Place | None = None,
) -> sa.Select[Any]:
    part = sa.select(*columns).where(cases.c.stage == stage, *_conditions(wanted))
    if after is not None and wanted.order == "newest":
        part = part.where(cases.c.id < after.id)
    elif after is not None and after.due_at is not None:
        # Said twice, so that the index begins there and ties are told apart.
        here = sa.tuple_(cases.c.due_at, cases.c.id)
        there = sa.tuple_(
            sa.literal(after.due_at, cases.c.due_at.type), sa.literal(after.id, cases.c.id.type)
        )
        part = part.where(here > there)
    return part.order_by(*_order_of(wanted, cases))


def _order_of(wanted: Wanted, table: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    if wanted.order == "newest":
        return [table.c.id.desc()]
    return [table.c.due_at, table.c.id]


def _conditions(wanted: Wanted) -> list[_Condition]:
    found: list[_Condition] = []
    for column, allowed in (
        (cases.c.unit, wanted.units),
        (cases.c.area, wanted.areas),
        (cases.c.topic, wanted.topics),
    ):
        if allowed is not None:
            found.append(_among(column, sorted(allowed)))
    for column, value in (
        (cases.c.kind, wanted.kind),
        (cases.c.holder_id, wanted.holder_id),
        (cases.c.outcome, wanted.outcome),
    ):
        if value:
            found.append(column == value)
    if wanted.channel:
        # Whoever sealed their words is not found by the door they came in by.
        found += [cases.c.channel == wanted.channel, cases.c.is_sealed.is_(False)]
    if wanted.only_passed_around:
        # In words: a partial index serves only those who repeat its condition.
        found.append(sa.text("is_passed_around"))
    return [*found, *_dates(wanted), *map(_holds, wanted.words)]


def _holds(word: str) -> sa.ColumnElement[bool]:
    """The whole folded word is in the case: each person's words end with a line break."""
    spaced = " " + sa.func.replace(cases.c.words, "\n", " ") + " "
    return spaced.contains(f" {word} ")


def _dates(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.due_from is not None:
        found.append(cases.c.due_at >= wanted.due_from)
    if wanted.due_before is not None:
        found.append(cases.c.due_at < wanted.due_before)
    if wanted.order == "urgent":
        found.append(cases.c.due_at.is_not(None))
    return found


def _among(column: sa.ColumnElement[str], values: list[str]) -> sa.ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


_fts = sa.table("case_words", sa.column("rowid", sa.Integer))


def _found(
    connection: sa.Connection,
    wanted: Wanted,
    columns: Sequence[sa.ColumnElement[Any]],
    *,
    any_of: tuple[str, ...] = (),
) -> sa.Select[Any]:
    """Cases with all of the wanted words, or any of these, by each database's own index."""
    conditions = _conditions(replace(wanted, words=()))
    if _stages(wanted) != _STAGES:
        conditions.append(_among(cases.c.stage, list(_stages(wanted))))
    if connection.dialect.name == "sqlite":
        match = (" OR " if any_of else " ").join(f'"{w}"' for w in any_of or wanted.words)
        joined = _fts.join(cases, cases.c.id == _fts.c.rowid)
        matching = sa.text("case_words MATCH :match").bindparams(match=match)
        return sa.select(*columns).select_from(joined).where(matching, *conditions)
    asked = (" | " if any_of else " & ").join(any_of or wanted.words)
    simple = sa.literal_column("'simple'", sa.Text)
    holds = sa.func.to_tsvector(simple, cases.c.words).op("@@")(sa.func.to_tsquery(simple, asked))
    return sa.select(*columns).where(holds, *conditions)


def _searched_order(connection: sa.Connection) -> list[sa.ColumnElement[Any]]:
    # SQLite's index of words gives its rows in this order, and stops as soon as enough are there.
    return [(_fts.c.rowid if connection.dialect.name == "sqlite" else cases.c.id).desc()]
