"""Case lists: found by filter and word on both databases, read off indexes, counted to a limit."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import case_lists, cases
from storage.case_lists import Place, Wanted
from storage.cases import OPEN, CaseRow, NewCase
from storage.database import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def fill(database: Database, count: int = 12) -> list[int]:
    """Cases of two units, three topics, each due an hour earlier than the one before."""

    def put(connection: sa.Connection) -> list[int]:
        return [
            cases.open_case(
                connection,
                NewCase(
                    kind="report", topic=("loan", "health", "job")[n % 3], area="", hamlet="",
                    unit=("a", "b")[n % 2], channel="web", is_sealed=n == 4, title=f"{n}",
                    words=f"duong ap {n}\ncau" if n % 2 else "ho ngheo\nvay von",
                    opened_at=NOW, due_at=NOW - timedelta(hours=n),
                ),
            )
            for n in range(count)
        ]  # fmt: skip

    return database.write(put).result()


def found(database: Database, wanted: Wanted, **more: object) -> list[str]:
    with database.read() as connection:
        return [case.title for case in case_lists.page(connection, wanted, **more)]


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (Wanted(), "11 10 9 8 7 6 5 4 3 2 1 0"),
        (Wanted(stages=OPEN, order="urgent"), "11 10 9 8 7 6 5 4 3 2 1 0"),
        (Wanted(stages=("closed",)), ""),
        (Wanted(units=frozenset("a")), "10 8 6 4 2 0"),
        (Wanted(units=frozenset("ab"), topics=frozenset({"loan"})), "9 6 3 0"),
        (Wanted(units=frozenset()), ""),
        (Wanted(channel="web", units=frozenset("a")), "10 8 6 2 0"),
        (Wanted(due_before=NOW - timedelta(hours=9), order="urgent"), "11 10"),
        (Wanted(due_from=NOW - timedelta(hours=1)), "1 0"),
        (Wanted(words=("ngheo", "von")), "10 8 6 4 2 0"),
        (Wanted(words=("ap", "cau"), topics=frozenset({"loan"})), "9 3"),
        (Wanted(words=("ap", "11")), "11"),
        (Wanted(words=("nghe",)), ""),
        (Wanted(only_passed_around=True), ""),
        (Wanted(holder_id=1), ""),
    ],
)
def test_a_list_holds_what_is_wanted_in_its_order(
    database: Database, wanted: Wanted, titles: str
) -> None:
    fill(database)
    assert found(database, wanted) == titles.split()
    with database.read() as connection:
        expected = len(titles.split()) if not wanted.words else None
        counted = case_lists.count(connection, wanted)
    assert expected in (counted, None)


@pytest.mark.parametrize("order", ["newest", "urgent"])
def test_page_after_page_shows_each_case_once(database: Database, order: str) -> None:
    fill(database)
    wanted = Wanted(stages=OPEN, order=order)
    seen: list[str] = []
    after: Place | None = None
    while True:
        with database.read() as connection:
            page: list[CaseRow] = case_lists.page(connection, wanted, after=after, limit=5)
        if not page:
            break
        seen += [case.title for case in page]
        after = Place(page[-1].id, page[-1].due_at)
    assert seen == [str(n) for n in range(11, -1, -1)]


def test_words_are_found_alike_by_the_index_and_by_reading(database: Database) -> None:
    fill(database)
    wanted = Wanted(words=("ho", "ngheo"), units=frozenset("a"))
    by_reading = found(database, wanted)
    by_index = found(database, wanted, few=0)
    assert by_reading == by_index == ["10", "8", "6", "4", "2", "0"]
    assert found(database, wanted, few=0, after=Place(5, None)) == ["2", "0"]


def test_a_count_ends_at_its_limit(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        assert case_lists.count(connection, Wanted(), most=12) == 12
        assert case_lists.count(connection, Wanted(), most=7) == 8


def test_cases_alike_hold_one_of_the_words(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        alike = case_lists.alike(connection, ["von", "khongco"], wanted=Wanted(stages=OPEN))
    assert [case.title for case, _ in alike] == ["10", "8", "6", "4", "2", "0"]
    assert alike[0][1] == "ho ngheo\nvay von"


LISTS = [
    Wanted(),
    Wanted(stages=OPEN, order="urgent"),
    Wanted(stages=OPEN, units=frozenset("a")),
    Wanted(stages=OPEN, units=frozenset("a"), order="urgent"),
    Wanted(stages=OPEN, due_before=NOW, order="urgent"),
    Wanted(stages=("closed",), topics=frozenset({"loan"}), kind="praise"),
    Wanted(holder_id=1),
]


@pytest.mark.parametrize("wanted", LISTS)
def test_lists_are_read_off_an_index(database: Database, wanted: Wanted) -> None:
    plan = plan_of(database, case_lists.statement(wanted, after=Place(9, NOW)))
    assert "index" in plan.lower()
    for whole in ("SCAN cases", "Seq Scan on cases"):
        assert whole.lower() not in plan.lower().replace("scan cases using", ""), plan


def test_words_are_found_by_the_index_of_words(database: Database) -> None:
    with database.read() as connection:
        statement = case_lists.searching(connection, Wanted(words=("ho", "ngheo")))
    plan = plan_of(database, statement)
    by_words = "case_words VIRTUAL TABLE" if database.is_sqlite else "ix_cases_words"
    assert by_words in plan, plan


def plan_of(database: Database, statement: sa.Select[tuple[object, ...]]) -> str:
    """How the database would go about it; an empty PostgreSQL is told that reading all is dear."""
    with database.read() as connection:
        text = statement.compile(connection, compile_kwargs={"literal_binds": True})
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
            return "\n".join(row[3] for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        if "tsquery" in str(text):
            connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {str(text).replace('%', '%%')}")
        return "\n".join(row[0] for row in rows)
