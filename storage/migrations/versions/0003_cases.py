"""Officials, the audit, cases with their receipts and timeline, and the search in cases."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0003"
down_revision = "0002"

# SQLite looks words up in a table of its own, kept true by triggers; PostgreSQL in an index.
_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE case_words USING fts5(words, content='cases', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER case_words_added AFTER INSERT ON cases BEGIN "
    "INSERT INTO case_words(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER case_words_gone AFTER DELETE ON cases BEGIN "
    "INSERT INTO case_words(case_words, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER case_words_changed AFTER UPDATE OF words ON cases BEGIN "
    "INSERT INTO case_words(case_words, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO case_words(rowid, words) VALUES (new.id, new.words); END",
)
_POSTGRESQL_SEARCH = (
    "CREATE INDEX ix_cases_words ON cases USING gin (to_tsvector('simple', words))",
)


def upgrade() -> None:
    _create_officials()
    _create_audit()
    _create_cases()
    _create_receipts()
    _create_happenings()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRESQL_SEARCH:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE case_words")
    for table in ("happenings", "receipts", "cases", "audit", "officials"):
        op.drop_table(table)


def _create_officials() -> None:
    op.create_table(
        "officials",
        sa.Column("id", BigId, nullable=False),
        sa.Column("login", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("unit", sa.String(48), nullable=False),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("deputy_id", BigId),
        sa.Column("channel", sa.String(20)),
        sa.Column("address", sa.String(64)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("totp_secret", sa.LargeBinary),
        sa.Column("totp_step", BigId, nullable=False, server_default="0"),
        sa.Column("recovery_hashes", sa.JSON, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("disabled_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_officials"),
        sa.ForeignKeyConstraint(["deputy_id"], ["officials.id"], name="fk_officials_deputy_id"),
        sa.UniqueConstraint("login", name="uq_officials_login"),
    )
    op.create_index("ix_officials_unit", "officials", ["unit", "id"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("official_id", BigId),
        sa.Column("did", sa.String(40), nullable=False),
        sa.Column("noun", sa.String(20), nullable=False),
        sa.Column("noun_id", sa.String(60), nullable=False),
        sa.Column("why", sa.String(500), nullable=False, server_default=""),
        sa.Column("data", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_audit_official_id"),
    )
    op.create_index("ix_audit_noun", "audit", ["noun", "noun_id", "id"])
    op.create_index("ix_audit_official", "audit", ["official_id", "id"])


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("area", sa.String(48), nullable=False, server_default=""),
        sa.Column("hamlet", sa.String(80), nullable=False, server_default=""),
        sa.Column("unit", sa.String(48), nullable=False, server_default=""),
        sa.Column("holder_id", BigId),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(9), nullable=False, server_default="new"),
        sa.Column("is_sealed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime),
        sa.Column("paused_at", UtcTime),
        sa.Column("answered_at", UtcTime),
        sa.Column("closed_at", UtcTime),
        sa.Column("outcome", sa.String(8)),
        sa.Column("reply", sa.Text, nullable=False, server_default=""),
        sa.Column("ground", sa.Text, nullable=False, server_default=""),
        sa.Column("promised_for", sa.Date),
        sa.Column("drafted_by", BigId),
        sa.Column("approved_by", BigId),
        sa.Column("asker_count", sa.Integer, nullable=False, server_default="1"),
        sa.Column("hops", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reopened", sa.Integer, nullable=False, server_default="0"),
        sa.Column("merged_into", BigId),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        *(
            sa.ForeignKeyConstraint([name], ["officials.id"], name=f"fk_cases_{name}")
            for name in ("holder_id", "drafted_by", "approved_by")
        ),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name="fk_cases_merged_into"),
    )
    for name, columns in {
        "stage": ["stage"],
        "unit": ["unit", "stage"],
        "holder": ["holder_id", "stage"],
        "topic": ["topic", "stage"],
        "area": ["area", "stage"],
        "kind": ["kind"],
        "channel": ["channel"],
        "due": ["stage", "due_at"],
    }.items():
        op.create_index(f"ix_cases_{name}", "cases", [*columns, "id"])


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("resident_id", BigId),
        sa.Column("inbox_id", BigId),
        sa.Column("official_id", BigId),
        sa.Column("openness", sa.String(8), nullable=False, server_default="open"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.Column("said_at", UtcTime, nullable=False),
        sa.Column("told_version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("asked_verdict_at", UtcTime),
        sa.Column("verdict", sa.String(8)),
        sa.Column("verdict_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        *(
            sa.ForeignKeyConstraint([name], [there], name=f"fk_receipts_{name}")
            for name, there in {
                "case_id": "cases.id",
                "resident_id": "residents.id",
                "inbox_id": "inbox.id",
                "official_id": "officials.id",
            }.items()
        ),
        sa.UniqueConstraint("code", name="uq_receipts_code"),
        sa.UniqueConstraint("case_id", "resident_id", name="uq_receipts_case_id_resident_id"),
    )
    op.create_index("ix_receipts_resident", "receipts", ["resident_id", "id"])


def _create_happenings() -> None:
    op.create_table(
        "happenings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("official_id", BigId),
        sa.Column("receipt_id", BigId),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("data", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_happenings"),
        *(
            sa.ForeignKeyConstraint([name], [there], name=f"fk_happenings_{name}")
            for name, there in {
                "case_id": "cases.id",
                "official_id": "officials.id",
                "receipt_id": "receipts.id",
            }.items()
        ),
    )
    op.create_index("ix_happenings_case", "happenings", ["case_id", "id"])
