"""Dialogues from notice to kept promises; old code does not look at the tables."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _dialogues()
    _agenda_items()
    _dialogue_questions()
    _dialogue_supporters()
    _attendances()
    _promises()
    _minutes()
    _indexes()


def _dialogues() -> None:
    op.create_table(
        "dialogues",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("area", sa.String(48), nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("chair", sa.String(120), nullable=False),
        sa.Column("held_at", UtcTime, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stage", sa.String(9), nullable=False, server_default="planned"),
        sa.Column("planned_by", BigId, nullable=False),
        sa.Column("planned_at", UtcTime, nullable=False),
        sa.Column("announced_at", UtcTime, nullable=True),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("signed_at", UtcTime, nullable=True),
        sa.Column("published_at", UtcTime, nullable=True),
        sa.Column("current_item", BigId, nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_dialogues"),
        sa.ForeignKeyConstraint(["planned_by"], ["officials.id"], name="fk_dialogues_planned_by"),
        sa.UniqueConstraint("code", name="uq_dialogues_code"),
    )


def _agenda_items() -> None:
    op.create_table(
        "agenda_items",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dialogue_id", BigId, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False, server_default=""),
        sa.Column("unit", sa.String(48), nullable=False, server_default=""),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(8), nullable=True),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("ground", sa.Text, nullable=False, server_default=""),
        sa.Column("answered_by", BigId, nullable=True),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_items"),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["officials.id"], name="fk_agenda_items_answered_by"
        ),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name="fk_agenda_items_dialogue_id"
        ),
    )


def _dialogue_questions() -> None:
    op.create_table(
        "dialogue_questions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dialogue_id", BigId, nullable=False),
        sa.Column("resident_id", BigId, nullable=True),
        sa.Column("official_id", BigId, nullable=True),
        sa.Column("said_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("openness", sa.String(8), nullable=False, server_default="open"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("is_placed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_dialogue_questions"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name="fk_dialogue_questions_dialogue_id"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_items.id"], name="fk_dialogue_questions_item_id"
        ),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name="fk_dialogue_questions_official_id"
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name="fk_dialogue_questions_resident_id"
        ),
    )


def _dialogue_supporters() -> None:
    op.create_table(
        "dialogue_supporters",
        sa.Column("question_id", BigId, nullable=False),
        sa.Column("resident_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("question_id", "resident_id", name="pk_dialogue_supporters"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["dialogue_questions.id"], name="fk_dialogue_supporters_question_id"
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name="fk_dialogue_supporters_resident_id"
        ),
    )


def _attendances() -> None:
    op.create_table(
        "attendances",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dialogue_id", BigId, nullable=False),
        sa.Column("resident_id", BigId, nullable=True),
        sa.Column("name", sa.String(80), nullable=False, server_default=""),
        sa.Column("way", sa.String(4), nullable=False),
        sa.Column("registered_at", UtcTime, nullable=False),
        sa.Column("came_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attendances"),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name="fk_attendances_dialogue_id"
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name="fk_attendances_resident_id"
        ),
        sa.UniqueConstraint(
            "dialogue_id", "resident_id", name="uq_attendances_dialogue_id_resident_id"
        ),
    )


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dialogue_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("area", sa.String(48), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("kept_at", UtcTime, nullable=True),
        sa.Column("evidence", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name="fk_promises_dialogue_id"),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_items.id"], name="fk_promises_item_id"),
        sa.ForeignKeyConstraint(["made_by"], ["officials.id"], name="fk_promises_made_by"),
        sa.UniqueConstraint("item_id", name="uq_promises_item_id"),
    )


def _minutes() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dialogue_id", BigId, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_by", BigId, nullable=False),
        sa.Column("written_at", UtcTime, nullable=False),
        sa.Column("signed_by", BigId, nullable=True),
        sa.Column("signed_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_minutes"),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name="fk_minutes_dialogue_id"),
        sa.ForeignKeyConstraint(["signed_by"], ["officials.id"], name="fk_minutes_signed_by"),
        sa.ForeignKeyConstraint(["written_by"], ["officials.id"], name="fk_minutes_written_by"),
        sa.UniqueConstraint("dialogue_id", "number", name="uq_minutes_dialogue_id_number"),
    )


def _indexes() -> None:
    op.create_index("ix_dialogues_area", "dialogues", ["area", "held_at"])
    op.create_index("ix_dialogues_held", "dialogues", ["held_at", "id"])
    op.create_index("ix_agenda_items_dialogue", "agenda_items", ["dialogue_id", "position"])
    op.create_index("ix_dialogue_questions_dialogue", "dialogue_questions", ["dialogue_id"])
    op.create_index("ix_dialogue_questions_item", "dialogue_questions", ["item_id"])
    op.create_index("ix_dialogue_questions_resident", "dialogue_questions", ["resident_id"])
    op.create_index("ix_dialogue_supporters_resident", "dialogue_supporters", ["resident_id"])
    op.create_index("ix_promises_area", "promises", ["area", "due_on"])
    op.create_index("ix_promises_dialogue", "promises", ["dialogue_id"])
    op.create_index("ix_promises_due", "promises", ["kept_at", "due_on"])


def downgrade() -> None:
    op.drop_table("minutes")
    op.drop_table("promises")
    op.drop_table("attendances")
    op.drop_table("dialogue_supporters")
    op.drop_table("dialogue_questions")
    op.drop_table("agenda_items")
    op.drop_table("dialogues")
