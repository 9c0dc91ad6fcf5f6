"""The inbox keeps what came with a message; old code neither reads nor fills the column."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("extras", sa.JSON()))


def downgrade() -> None:
    op.drop_column("inbox", "extras")
