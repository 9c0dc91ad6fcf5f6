"""How alembic reaches the database: over the connection `storage.migrate` hands in."""

from alembic import context

from storage import (
    audit,
    cases,
    happenings,
    inbox,
    officials,
    opinions,
    outbox,
    questions,
    receipts,
    residents,
    sessions,
)
from storage.database import metadata

TABLES = (
    inbox,
    outbox,
    residents,
    questions,
    opinions,
    officials,
    audit,
    cases,
    receipts,
    happenings,
    sessions,
)

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
