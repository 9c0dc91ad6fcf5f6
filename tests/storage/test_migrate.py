"""Migrations: one line, both ways, and the same shape as the tables in the code."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import cases, receipts
from storage.database import Database, metadata
from storage.migrate import HEAD, MIGRATIONS, load_tables, migrate

load_tables()
SEARCHING = ("case_words", "ix_cases_words")
"""What only one of the databases has, beside the tables of the code."""


def is_of_the_code(name: str | None, *_: object) -> bool:
    return not (name or "").startswith(SEARCHING)


def names(database: Database) -> set[str]:
    with database.read() as connection:
        there = set(sa.inspect(connection).get_table_names())
    return {name for name in there if is_of_the_code(name)} - {"alembic_version"}


def test_built_by_migrations_equals_built_from_the_code(database: Database) -> None:
    assert len(metadata.tables) > 10
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_of_the_code}
        )
        assert compare_metadata(context, metadata) == []


def test_every_migration_goes_back_and_forth_again(database: Database) -> None:
    assert names(database) == set(metadata.tables)
    migrate(database, "base")
    assert names(database) == set()
    migrate(database)
    assert names(database) == set(metadata.tables)


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    assert names(database) == set(metadata.tables)


def test_the_migrations_are_one_line_and_the_head_file_names_its_end() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_take_uses_an_index_however_much_is_settled(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("the planner of an empty PostgreSQL rightly scans; SQLite's does not")
    with database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT m.id FROM inbox m WHERE m.state = 'waiting' AND NOT EXISTS "
            "(SELECT 1 FROM inbox e WHERE e.channel = m.channel AND e.address = m.address "
            "AND e.id < m.id AND e.state IN ('waiting', 'taken')) ORDER BY m.id LIMIT 64"
        ).fetchall()
    details = " ".join(row[3] for row in plan)
    assert "ix_inbox_state" in details
    assert "ix_inbox_account" in details
    assert "SCAN" not in details


def test_old_opinions_are_carried_over_as_cases_of_people_who_named_nothing(
    database_url: str,
) -> None:
    database = Database(database_url)
    migrate(database, "0006")
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    text = "đường vô ấp 3 hư " * 20
    rows: dict[str, dict[str, object]] = {
        "residents": {"channel": "web", "address": "a", "first_seen_at": at},
        "inbox": {
            "channel": "web", "address": "a", "external_id": "m1", "kind": "text",
            "sent_at": at, "received_at": at,
        },
        "opinions": {
            "inbox_id": 1, "resident_id": 1, "said_at": at, "text": text, "text_key": "duong",
        },
    }  # fmt: skip

    def fill(connection: sa.Connection) -> None:
        for name, row in rows.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            connection.execute(sa.insert(table), row)

    database.write(fill).result()
    migrate(database)
    with database.read() as connection:
        (case,) = cases.waiting(connection, key="duong")
        (receipt,) = receipts.of_case(connection, 1)
    database.close()
    assert (case.kind, case.topic, case.code) == ("suggestion", "feedback", receipt.code)
    assert (case.opened_at, receipt.said_at, case.due_at) == (at, at, None)
    assert text.startswith(case.title.removesuffix("…"))
    assert len(case.title) <= 121
    assert (receipt.text, receipt.openness, receipt.resident_id) == (text, "nameless", 1)
    assert not receipt.code.isalpha()
