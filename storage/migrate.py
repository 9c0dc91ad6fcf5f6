"""Bring a database to the shape the code expects; costs one SELECT when it is there already."""

import importlib
import pkgutil
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database, metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = (MIGRATIONS / "head").read_text().strip()
"""The newest migration; two branches that both add one collide in this file."""


def load_tables() -> None:
    """Import every noun, so that the metadata knows its table."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.ispkg:
            importlib.import_module(f"storage.{module.name}")


def migrate(database: Database, revision: str = "head") -> None:
    """Apply what is missing; safe to call at every start."""
    if revision == "head" and _revision(database) == HEAD:
        return
    database.write(lambda connection: _run(connection, revision)).result()


def is_empty(database: Database) -> bool:
    """Whether nobody ever wrote anything into it."""
    load_tables()
    with database.read() as connection:
        found = (
            connection.execute(sa.select(t).limit(1)).first() for t in metadata.tables.values()
        )
        return not any(row is not None for row in found)


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: sa.Connection, revision: str) -> None:
    # Imported here: alembic costs more than the rest of the start together.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    step = command.downgrade if revision == "base" else command.upgrade
    step(config, revision)
