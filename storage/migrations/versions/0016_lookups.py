"""Cards an official opened and keeps at hand; an official is found by their chat."""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "lookups",
        sa.Column("official_id", BigId, nullable=False),
        sa.Column("card", sa.String(48), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("pinned_at", UtcTime),
        sa.PrimaryKeyConstraint("official_id", "card", name="pk_lookups"),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name="fk_lookups_official_id"),
    )
    op.create_index("ix_lookups_opened", "lookups", ["official_id", "opened_at"])
    op.create_index("ix_lookups_pinned", "lookups", ["official_id", "pinned_at"])
    op.create_index("ix_officials_chat", "officials", ["channel", "address"])


def downgrade() -> None:
    op.drop_index("ix_officials_chat", "officials")
    op.drop_table("lookups")
