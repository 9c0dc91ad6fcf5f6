"""What went out on a channel since a day is counted by an index: a plan allows only so much."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    done = sa.text("state = 'done'")
    op.create_index(
        "ix_outbox_done",
        "outbox",
        ["channel", "settled_at"],
        sqlite_where=done,
        postgresql_where=done,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_done", "outbox")
