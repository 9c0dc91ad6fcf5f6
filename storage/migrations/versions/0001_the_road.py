"""The road: inbox, outbox, residents, conversations, questions, opinions."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_inbox()
    _create_residents()
    _create_outbox()
    _create_questions()
    _create_opinions()


def downgrade() -> None:
    for table in ("opinions", "questions", "outbox", "conversations", "residents", "inbox"):
        op.drop_table(table)


def _box_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(7), nullable=False, server_default="waiting"),
        sa.Column("taken_by", sa.String(40)),
        sa.Column("taken_until", UtcTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reason", sa.String(300)),
        sa.Column("settled_at", UtcTime),
    ]


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("choice", sa.String(64), nullable=False, server_default=""),
        sa.Column("is_masked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("sent_at", UtcTime, nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        *_box_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "external_id", name="uq_inbox_channel_external_id"),
    )
    _index_box("inbox")
    taken = sa.text("state = 'taken'")
    op.create_index(
        "uq_inbox_taken",
        "inbox",
        ["channel", "address"],
        unique=True,
        sqlite_where=taken,
        postgresql_where=taken,
    )


def _index_box(name: str) -> None:
    op.create_index(f"ix_{name}_state", name, ["state", "id"])
    op.create_index(f"ix_{name}_account", name, ["channel", "address", "state", "id"])


def _create_residents() -> None:
    op.create_table(
        "residents",
        sa.Column("id", BigId, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("first_seen_at", UtcTime, nullable=False),
        sa.Column("notice_version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("gone_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_residents"),
        sa.UniqueConstraint("channel", "address", name="uq_residents_channel_address"),
    )
    op.create_table(
        "conversations",
        sa.Column("resident_id", BigId, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("resident_id", name="pk_conversations"),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name="fk_conversations_resident_id"
        ),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("inbox_id", BigId),
        sa.Column("part", sa.Integer, nullable=False, server_default="0"),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("provider_id", sa.String(120)),
        *_box_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("inbox_id", "part", name="uq_outbox_inbox_id_part"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_outbox_inbox_id"),
    )
    _index_box("outbox")


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("inbox_id", BigId, nullable=False),
        sa.Column("resident_id", BigId, nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("card", sa.String(48)),
        sa.Column("topic", sa.String(48)),
        sa.Column("score", sa.Float),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("took_us", sa.Integer, nullable=False),
        sa.Column("helpful", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("inbox_id", name="uq_questions_inbox_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_questions_inbox_id"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name="fk_questions_resident_id"),
    )
    op.create_index("ix_questions_status", "questions", ["status", "id"])
    op.create_index("ix_questions_resident", "questions", ["resident_id", "card", "id"])


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
