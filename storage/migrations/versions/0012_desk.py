"""The officials' desk: saved lists, who is looking, what is told by mouth, what was answered."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0012"
down_revision = "0011"

_PASSED = sa.text("is_passed_around")
_UNANSWERED = sa.text("case_id IS NULL AND status IN ('queued', 'clarifying')")
_BY_OFFICIAL = sa.text("official_id IS NOT NULL")
_UNTOLD = sa.text("told_at IS NULL")
# A list is always of a stage. What it is filtered by stands in the index too, so that what is left
# out is left out without reading its row.
_LISTS = {
    "unit": ["unit", "stage", "id", "topic", "area", "kind", "channel", "outcome"],
    "topic": ["topic", "stage", "id", "unit", "area", "kind", "channel"],
    "area": ["area", "stage", "id", "unit", "topic", "kind", "channel"],
    "kind": ["kind", "stage", "id", "unit", "topic", "area", "channel"],
    "channel": ["channel", "stage", "id", "unit", "topic", "area", "kind"],
}
_LISTS_BEFORE = {
    "unit": ["unit", "stage", "id"],
    "topic": ["topic", "stage", "id"],
    "area": ["area", "stage", "id"],
    "kind": ["kind", "id"],
    "channel": ["channel", "id"],
}


def upgrade() -> None:
    passed = sa.Column("is_passed_around", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("cases", passed)
    op.create_index(
        "ix_cases_passed", "cases", ["stage", "id"], sqlite_where=_PASSED, postgresql_where=_PASSED
    )
    op.create_index("ix_cases_outcome", "cases", ["outcome", "stage", "id", "unit"])
    op.create_index("ix_cases_unit_due", "cases", ["unit", "stage", "due_at", "id"])
    _index_lists(_LISTS)
    # Without a foreign key: SQLite would write the whole table anew to add one.
    op.add_column("questions", sa.Column("case_id", BigId))
    op.create_index(
        "ix_questions_unanswered", "questions", ["id"],
        sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED,
    )  # fmt: skip
    op.create_index("ix_receipts_case", "receipts", ["case_id", "id"])
    op.create_index(
        "ix_receipts_official", "receipts", ["official_id", "id"],
        sqlite_where=_BY_OFFICIAL, postgresql_where=_BY_OFFICIAL,
    )  # fmt: skip
    _create_errands()
    op.create_table(
        "looking",
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "official_id", name="pk_looking"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_looking_case_id"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_looking_official_id"),
    )
    op.create_table(
        "views",
        sa.Column("id", BigId, nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_views_official_id"),
    )
    op.create_index("ix_views_official", "views", ["official_id", "id"])


def downgrade() -> None:
    for table in ("views", "looking", "errands"):
        op.drop_table(table)
    op.drop_index("ix_receipts_official", "receipts")
    op.drop_index("ix_receipts_case", "receipts")
    op.drop_index("ix_questions_unanswered", "questions")
    op.drop_column("questions", "case_id")
    _index_lists(_LISTS_BEFORE)
    op.drop_index("ix_cases_outcome", "cases")
    op.drop_index("ix_cases_unit_due", "cases")
    op.drop_index("ix_cases_passed", "cases")
    op.drop_column("cases", "is_passed_around")


def _index_lists(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(f"ix_cases_{name}", "cases")
        op.create_index(f"ix_cases_{name}", "cases", columns)


def _create_errands() -> None:
    op.create_table(
        "errands",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("receipt_id", BigId, nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("given_at", UtcTime, nullable=False),
        sa.Column("told_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_errands"),
        *(
            sa.ForeignKeyConstraint([name], [there], name=f"fk_errands_{name}")
            for name, there in {
                "case_id": "cases.id",
                "receipt_id": "receipts.id",
                "official_id": "officials.id",
            }.items()
        ),
    )
    op.create_index(
        "ix_errands_untold", "errands", ["official_id", "id"],
        sqlite_where=_UNTOLD, postgresql_where=_UNTOLD,
    )  # fmt: skip
