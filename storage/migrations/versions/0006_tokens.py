"""Sealed tokens of our accounts; old code does not look at the table."""

import sqlalchemy as sa
from alembic import op

from storage.database import UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("refresh_until", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.String(40)),
        sa.Column("claimed_until", UtcTime),
        sa.Column("failed_at", UtcTime),
        sa.Column("failure", sa.String(300)),
        sa.PrimaryKeyConstraint("account", name="pk_tokens"),
    )


def downgrade() -> None:
    op.drop_table("tokens")
