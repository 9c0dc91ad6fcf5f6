"""How alembic reaches the database: over the connection `storage.migrate` hands in."""

from alembic import context

from storage import inbox, opinions, outbox, questions, residents, tokens
from storage.database import metadata

TABLES = (inbox, outbox, residents, questions, opinions, tokens)

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
