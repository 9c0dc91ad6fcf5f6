"""${message}.

The code of the release before still runs while this applies: add what is nullable or has a
default; take away only what no running code reads.
"""

import sqlalchemy as sa
from alembic import op

from storage.database import BigId, UtcTime

revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "..."}


def downgrade() -> None:
    ${downgrades if downgrades else "..."}
