"""The codes by which officials tie a chat to their account; old code does not look at the table."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("official_id", name="pk_links"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_links_official_id"),
        sa.UniqueConstraint("code_hash", name="uq_links_code_hash"),
    )


def downgrade() -> None:
    op.drop_table("links")
