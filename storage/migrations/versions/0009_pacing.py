"""Replies go first, windows are kept, the unknown is resent once; old code's rows are replies."""

import sqlalchemy as sa
from alembic import op

from storage.database import UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("residents", sa.Column("heard_at", UtcTime))
    op.add_column("residents", _flag("is_awaited"))
    op.add_column("outbox", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", _flag("is_resent"))
    op.drop_index("ix_outbox_state", "outbox")
    op.create_index("ix_outbox_lane", "outbox", ["state", "channel", "priority", "id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_lane", "outbox")
    op.create_index("ix_outbox_state", "outbox", ["state", "id"])
    for column in ("is_resent", "priority"):
        op.drop_column("outbox", column)
    for column in ("is_awaited", "heard_at"):
        op.drop_column("residents", column)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
