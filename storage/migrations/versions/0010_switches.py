"""What officials have stopped for a while; old code does not look at the table."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("target", sa.String(48), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("stopped_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("released_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_switches"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_switches_official_id"),
    )
    op.create_index("ix_switches_expires", "switches", ["expires_at"])


def downgrade() -> None:
    op.drop_table("switches")
