"""Bring a database to the shape the code expects; costs one SELECT when it is there already.

`python -m storage.migrate` does it in a process of its own, for the database whose address it is
given on its standard input.
"""

import importlib
import pkgutil
import subprocess
import sys
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


class MigrationError(Exception):
    """A migration failed in its own process; the text says why, without the address."""


def migrate(database: Database, revision: str = "head", *, apart: bool = False) -> None:
    """Apply what is missing; safe to call at every start, and by several processes at once.

    `apart`: in a process of its own, so that alembic's memory is given back; raises
    MigrationError when that process fails. A database in memory cannot be reached from there.
    """
    if revision == "head" and _revision(database) == HEAD:
        return
    if apart and database.url.database not in (None, "", ":memory:"):
        _run_apart(database)
    else:
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


def _run_apart(database: Database) -> None:
    url = database.url
    if database.is_sqlite and url.database:
        # The other process stands in another folder, where `storage` is found.
        url = url.set(database=str(Path(url.database).absolute()))
    done = subprocess.run(
        [sys.executable, "-m", "storage.migrate"],
        cwd=MIGRATIONS.parents[1],
        # Not an argument: every user of the machine can read those, and it may hold a password.
        input=url.render_as_string(hide_password=False),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationError(done.stderr.strip() or f"exit code {done.returncode}")


def _run(connection: sa.Connection, revision: str) -> None:
    # Imported here: alembic costs more than the rest of the start together.
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # Of several processes that start together one migrates; the others find it done.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('doithoai migrate'))"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    step = command.downgrade if revision == "base" else command.upgrade
    step(config, revision)


def _main() -> None:
    database = Database(sys.stdin.read())
    try:
        migrate(database)
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
    finally:
        database.close()


if __name__ == "__main__":
    _main()
