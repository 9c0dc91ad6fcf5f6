"""Receipts: one person's part of a case: their words, their code, what they were told and said."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from storage.cases import cases
from storage.database import BigId, UtcTime, metadata

Openness = Literal["open", "nameless", "sealed"]
Verdict = Literal["received", "not_yet", "wrong"]

ALPHABET = "23456789ACEHKMRTVX"
"""What a code is made of: signs that differ by ear and by eye, and spell no word."""
CODE_LENGTH = 6

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("code", sa.String(6), nullable=False, unique=True),
    sa.Column("case_id", BigId, sa.ForeignKey("cases.id"), nullable=False),
    # None once the resident had everything about them deleted, or spoke to a cadre face to face.
    sa.Column("resident_id", BigId, sa.ForeignKey("residents.id")),
    # None when a cadre wrote it down for somebody.
    sa.Column("inbox_id", BigId, sa.ForeignKey("inbox.id")),
    sa.Column("official_id", BigId, sa.ForeignKey("officials.id")),
    sa.Column("openness", sa.String(8), nullable=False, server_default="open"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("text_key", sa.Text, nullable=False),
    sa.Column("said_at", UtcTime, nullable=False),
    # The case's version last told to this person, so that each change is told once.
    sa.Column("told_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("asked_verdict_at", UtcTime),
    sa.Column("verdict", sa.String(8)),
    sa.Column("verdict_at", UtcTime),
    sa.UniqueConstraint("case_id", "resident_id"),
)
sa.Index("ix_receipts_case", receipts.c.case_id, receipts.c.id)
_BY_OFFICIAL = sa.text("official_id IS NOT NULL")
sa.Index(
    "ix_receipts_official",
    receipts.c.official_id,
    receipts.c.id,
    sqlite_where=_BY_OFFICIAL,
    postgresql_where=_BY_OFFICIAL,
)
sa.Index("ix_receipts_resident", receipts.c.resident_id, receipts.c.id)


class ReceiptRow(NamedTuple):
    """A receipt as it is stored."""

    id: int
    code: str
    case_id: int
    resident_id: int | None
    inbox_id: int | None
    official_id: int | None
    openness: str
    text: str
    said_at: datetime
    told_version: int
    asked_verdict_at: datetime | None
    verdict: str | None
    verdict_at: datetime | None


class NewReceipt(NamedTuple):
    """One person's part in a case; `text_key` is `text` folded by the caller.

    `code`: the one they were told already; "": a new one is made.
    """

    case_id: int
    resident_id: int | None
    inbox_id: int | None
    openness: Openness
    text: str
    text_key: str
    said_at: datetime
    official_id: int | None = None
    code: str = ""


_COLUMNS = [receipts.c[name] for name in ReceiptRow._fields]


def new_code() -> str:
    """A code nobody can guess from another one; letters and digits, so that no word is like it."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not code.isalpha() and not code.isdecimal():
            return code


def add(connection: sa.Connection, new: NewReceipt) -> str:
    """Give a receipt; its code. Whoever is in the case already keeps the code they have.

    Raises IntegrityError when the code they were told is somebody else's.
    """
    if new.resident_id is not None and (there := held(connection, new.case_id, new.resident_id)):
        return there
    code = new.code or _free_code(connection)
    connection.execute(sa.insert(receipts), {**new._asdict(), "code": code})
    return code


def held(connection: sa.Connection, case_id: int, resident_id: int) -> str | None:
    """The code a resident has in a case already."""
    found = sa.select(receipts.c.code).where(
        receipts.c.case_id == case_id, receipts.c.resident_id == resident_id
    )
    return connection.execute(found).scalar()


def _free_code(connection: sa.Connection) -> str:
    while _is_taken(connection, code := new_code()):
        pass
    return code


def _is_taken(connection: sa.Connection, code: str) -> bool:
    return bool(connection.execute(sa.select(sa.exists().where(receipts.c.code == code))).scalar())


def find(connection: sa.Connection, code: str) -> ReceiptRow | None:
    """The receipt of a code (upper case)."""
    row = connection.execute(sa.select(*_COLUMNS).where(receipts.c.code == code)).first()
    return ReceiptRow(*row) if row else None


def of_case(connection: sa.Connection, case_id: int, limit: int = 30_000) -> list[ReceiptRow]:
    """Everybody in a case, the first asker first."""
    found = sa.select(*_COLUMNS).where(receipts.c.case_id == case_id)
    return [
        ReceiptRow(*row) for row in connection.execute(found.order_by(receipts.c.id).limit(limit))
    ]


def of_resident(connection: sa.Connection, resident_id: int, limit: int = 20) -> list[ReceiptRow]:
    """What a resident has receipts for, the newest first."""
    found = sa.select(*_COLUMNS).where(receipts.c.resident_id == resident_id)
    newest = found.order_by(receipts.c.id.desc()).limit(limit)
    return [ReceiptRow(*row) for row in connection.execute(newest)]


def move(connection: sa.Connection, ids: Sequence[int], case_id: int) -> None:
    """These people's parts belong to another case now (merged or split by an official).

    A resident who is in both keeps only the receipt of the case it moves to.
    """
    there = sa.select(receipts.c.resident_id).where(
        receipts.c.case_id == case_id, receipts.c.resident_id.is_not(None)
    )
    moving = receipts.c.id.in_(ids)
    doubled = moving & receipts.c.resident_id.in_(there.scalar_subquery())
    # Their code goes on working: it stays with the case they left, which points to the new one.
    connection.execute(sa.update(receipts).where(moving & ~doubled).values(case_id=case_id))


def change(connection: sa.Connection, receipt_id: int, values: dict[str, Any]) -> None:
    """Change columns of a receipt."""
    connection.execute(sa.update(receipts).where(receipts.c.id == receipt_id).values(**values))


def ask_again(connection: sa.Connection, case_id: int) -> None:
    """The case got a new answer: nobody has said yet whether they received it."""
    statement = sa.update(receipts).where(receipts.c.case_id == case_id)
    connection.execute(statement.values(verdict=None, verdict_at=None, asked_verdict_at=None))


def keys_of(connection: sa.Connection, case_id: int) -> list[str]:
    """The folded words of everybody in a case, the first asker's first."""
    found = sa.select(receipts.c.text_key).where(receipts.c.case_id == case_id)
    return list(connection.execute(found.order_by(receipts.c.id)).scalars())


def of_official(connection: sa.Connection, official_id: int, limit: int = 50) -> list[ReceiptRow]:
    """What an official wrote down for others or asked themselves, the newest first."""
    found = sa.select(*_COLUMNS).where(receipts.c.official_id == official_id)
    newest = found.order_by(receipts.c.id.desc()).limit(limit)
    return [ReceiptRow(*row) for row in connection.execute(newest)]


def first_texts(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, str]:
    """What the first asker of each case said."""
    first = (
        sa.select(sa.func.min(receipts.c.id))
        .where(receipts.c.case_id.in_(case_ids))
        .group_by(receipts.c.case_id)
    )
    found = sa.select(receipts.c.case_id, receipts.c.text).where(receipts.c.id.in_(first))
    return dict(connection.execute(found).all()) if case_ids else {}


def note_told(connection: sa.Connection, ids: Sequence[int], version: int) -> None:
    """These people were told of the case's version."""
    if ids:
        statement = sa.update(receipts).where(receipts.c.id.in_(ids))
        connection.execute(statement.values(told_version=version))


def unjudged(connection: sa.Connection, resident_id: int) -> str | None:
    """The code a resident was last asked about, when they have not judged it since."""
    found = (
        sa.select(receipts.c.code)
        .where(
            receipts.c.resident_id == resident_id,
            receipts.c.asked_verdict_at.is_not(None),
            sa.or_(
                receipts.c.verdict_at.is_(None),
                receipts.c.verdict_at < receipts.c.asked_verdict_at,
            ),
        )
        .order_by(receipts.c.asked_verdict_at.desc(), receipts.c.id.desc())
        .limit(1)
    )
    return connection.execute(found).scalar()


class ToAsk(NamedTuple):
    """Somebody who was answered and not asked yet whether that is right."""

    id: int
    code: str
    resident_id: int
    text: str
    openness: str


def to_ask(
    connection: sa.Connection, *, answered_before: datetime, promised_until: date, limit: int = 500
) -> list[ToAsk]:
    """Who was told an answer before then, and whose promised day, if any, is past, oldest first."""
    never_since = [
        sa.or_(column.is_(None), column < cases.c.answered_at)
        for column in (receipts.c.asked_verdict_at, receipts.c.verdict_at)
    ]
    found = (
        sa.select(
            receipts.c.id,
            receipts.c.code,
            receipts.c.resident_id,
            receipts.c.text,
            receipts.c.openness,
        )
        .join(cases, cases.c.id == receipts.c.case_id)
        .where(
            cases.c.stage.in_(("answered", "confirmed")),
            cases.c.answered_at < answered_before,
            sa.or_(cases.c.promised_for.is_(None), cases.c.promised_for <= promised_until),
            receipts.c.resident_id.is_not(None),
            receipts.c.told_version > 0,
            *never_since,
        )
        .order_by(receipts.c.id)
        .limit(limit)
    )
    return [ToAsk(*row) for row in connection.execute(found)]


def note_asked(connection: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    """These people were asked whether the answer is right."""
    if ids:
        statement = sa.update(receipts).where(receipts.c.id.in_(ids))
        connection.execute(statement.values(asked_verdict_at=now))


def let_go(connection: sa.Connection, resident_id: int, keeping: Sequence[int]) -> None:
    """Nobody's parts they are from now on; their words go too, but not those with ids `keeping`.

    Codes go on working for whoever wrote them down.
    """
    mine = receipts.c.resident_id == resident_id
    wordless = sa.update(receipts).where(mine & receipts.c.id.not_in(keeping))
    connection.execute(wordless.values(text="", text_key=""))
    connection.execute(sa.update(receipts).where(mine).values(resident_id=None, inbox_id=None))
