"""Sessions of officials, their invitations, and failed attempts to sign in."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("is_confirmed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("agent", sa.String(120), nullable=False, server_default=""),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_sessions_official_id"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_official", "sessions", ["official_id", "id"])
    op.create_table(
        "invitations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(
            ["official_id"], ["officials.id"], name="fk_invitations_official_id"
        ),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_index("ix_invitations_official", "invitations", ["official_id", "id"])
    op.create_table(
        "attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_key", "attempts", ["key", "at"])


def downgrade() -> None:
    for table in ("attempts", "invitations", "sessions"):
        op.drop_table(table)
