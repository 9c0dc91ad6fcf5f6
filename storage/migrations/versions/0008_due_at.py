"""A message that looks unfinished waits a moment for its next line; old code takes it at once."""

import sqlalchemy as sa
from alembic import op

from storage.database import UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("due_at", UtcTime))


def downgrade() -> None:
    op.drop_column("inbox", "due_at")
