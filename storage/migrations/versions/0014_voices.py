"""Opinions become cases with a receipt; residents have consented and live somewhere."""

import secrets

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0014"
down_revision = "0013"

_RESIDENTS = {
    "consent_version": (sa.Integer(), "0"),
    "area": (sa.String(48), ""),
    "hamlet": (sa.String(80), ""),
}
_SIGNS = "23456789ACEHKMRTVX"


def upgrade() -> None:
    for name, (kind, default) in _RESIDENTS.items():
        op.add_column("residents", sa.Column(name, kind, nullable=False, server_default=default))
    _carry_over(op.get_bind())
    op.drop_table("opinions")


def downgrade() -> None:
    _create_opinions()
    for name in _RESIDENTS:
        op.drop_column("residents", name)


def _carry_over(connection: sa.Connection) -> None:
    """Nobody promised a date for them, nor said that other residents may read them."""
    there = sa.MetaData()
    names = ("opinions", "residents", "cases", "receipts", "happenings")
    opinions, residents, cases, receipts, happenings = (
        sa.Table(name, there, autoload_with=connection) for name in names
    )
    found = sa.select(opinions, residents.c.channel).join(
        residents, residents.c.id == opinions.c.resident_id
    )
    for row in connection.execute(found.order_by(opinions.c.id)).mappings().all():
        line = " ".join(row["text"].split())
        case = {
            "kind": "suggestion",
            "topic": "feedback",
            "channel": row["channel"],
            "title": line if len(line) <= 120 else line[:120].rsplit(" ", 1)[0] + "…",
            "words": row["text_key"],
            "opened_at": row["said_at"],
        }
        case_id = connection.execute(sa.insert(cases).returning(cases.c.id), case).scalar_one()
        receipt = {name: row[name] for name in ("resident_id", "inbox_id", "text", "text_key")}
        receipt |= {
            "case_id": case_id,
            "openness": "nameless",
            "code": _code(),
            "said_at": row["said_at"],
        }
        connection.execute(sa.insert(receipts), receipt)
        opened = {"case_id": case_id, "at": row["said_at"], "what": "opened"}
        connection.execute(sa.insert(happenings), opened)


def _code() -> str:
    """Letters and digits, as codes are; two alike among a few opinions would fail the migration."""
    while True:
        code = "".join(secrets.choice(_SIGNS) for _ in range(6))
        if not code.isalpha() and not code.isdecimal():
            return code


def _create_opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("inbox_id", BigId, nullable=False),
        sa.Column("resident_id", BigId, nullable=False),
        sa.Column("said_at", UtcTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opinions"),
        sa.UniqueConstraint("inbox_id", name="uq_opinions_inbox_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_opinions_inbox_id"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_opinions_resident_id"),
    )
