"""What came with a message is fetched and kept; old code neither reads nor fills the table."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", BigId, nullable=False),
        sa.Column("inbox_id", BigId, nullable=False),
        sa.Column("part", sa.Integer, nullable=False, server_default="0"),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("media_type", sa.Text, nullable=False, server_default=""),
        sa.Column("size", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sha256", sa.String(64)),
        sa.Column("transcript", sa.Text),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(7), nullable=False, server_default="waiting"),
        sa.Column("taken_by", sa.String(40)),
        sa.Column("taken_until", UtcTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reason", sa.String(300)),
        sa.Column("settled_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("inbox_id", "part", name="uq_attachments_inbox_id_part"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_attachments_inbox_id"),
    )
    op.create_index("ix_attachments_state", "attachments", ["state", "id"])


def downgrade() -> None:
    op.drop_table("attachments")
