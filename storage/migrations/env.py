"""How alembic reaches the database: over the connection `storage.migrate` hands in."""

from alembic import context

from storage.database import metadata
from storage.migrate import load_tables

load_tables()
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
