"""Which job was done for which hour or day; old code does not look at the table."""

import sqlalchemy as sa
from alembic import op

from storage.database import UtcTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("slot", sa.String(16), nullable=False),
        sa.Column("done_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_rounds"),
    )


def downgrade() -> None:
    op.drop_table("rounds")
