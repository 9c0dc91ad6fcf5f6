"""Migrations: one line, both ways, and the same shape as the tables in the code."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import cases, inbox, outbox, receipts
from storage.boxes import taking
from storage.database import Database, metadata
from storage.migrate import HEAD, MIGRATIONS, MigrationError, load_tables, migrate
from tests.house.rules import ROOT

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


def plan(database: Database, statement: sa.UpdateBase, **given: object) -> str:
    """How a statement is run: by SQLite, or by PostgreSQL where much is in it."""
    how = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    run: list[tuple[str, Any]] = []
    with database.read() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_bitmapscan = off")
        sa.event.listen(
            connection, "before_cursor_execute", lambda *seen: run.append((seen[2], seen[3]))
        )
        connection.execute(statement, given)
        text, parameters = run[-1]
        rows = connection.exec_driver_sql(f"{how} {text}", parameters).fetchall()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("box", "index"), [(inbox.inbox, "ix_inbox_state"), (outbox.outbox, "ix_outbox_lane")]
)
def test_take_reads_an_index_in_its_order_however_much_is_settled(
    database: Database, box: sa.Table, index: str
) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    statement = taking(box)
    given = {"limit": 64, "now": at, "lane": "web", "by": "me", "until": at}
    names = set(statement.compile().params)
    told = plan(database, statement, **{name: given[name] for name in given if name in names})
    assert index in told, told
    # An empty PostgreSQL finds any index good enough for the earlier rows of an account.
    assert f"ix_{box.name}_account" in told or not database.is_sqlite, told
    assert f"SEARCH {box.name} USING INTEGER PRIMARY KEY" in told or not database.is_sqlite, told
    assert told.count("SCAN") == told.count("SCAN candidates"), told
    assert "Seq Scan" not in told
    assert "Sort" not in told
    assert "TEMP B-TREE" not in told


def test_a_process_of_its_own_migrates_too_and_alembic_stays_out_of_ours(
    database_url: str,
) -> None:
    code = (
        "import sys\n"
        "from storage.database import Database\n"
        "from storage.migrate import migrate\n"
        "database = Database(sys.stdin.read())\n"
        "migrate(database, apart=True)\n"
        "print('alembic' in sys.modules)\n"
        "database.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        input=database_url,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
    database = Database(database_url)
    assert names(database) == set(metadata.tables)
    database.close()


def test_a_migration_that_fails_apart_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("this is no database, and long enough to be seen as none")
    database = Database(f"sqlite:///{tmp_path / 'whole.db'}")
    # The child is sent elsewhere, as if the file broke after we looked.
    database.url = database.url.set(database=str(tmp_path / "broken.db"))
    with pytest.raises(MigrationError, match="file is not a database") as told:
        migrate(database, apart=True)
    assert len(str(told.value).splitlines()) == 1
    database.close()


def test_old_opinions_are_carried_over_as_cases_of_people_who_named_nothing(
    database_url: str,
) -> None:
    database = Database(database_url)
    migrate(database, "0013")
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
