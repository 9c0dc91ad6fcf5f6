"""Questions that no card settled are counted by their words, tones aside."""

from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from storage import inbox, questions, residents
from storage.database import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_what_was_asked_most_and_not_settled_comes_first(database: Database) -> None:
    asked = [
        ("Tiền mai táng?", "tien mai tang", "queued"),
        ("tien mai tang", "tien mai tang", "clarifying"),
        ("vay vốn", "vay von", "clarifying"),
        ("học phí", "hoc phi", "answered"),
    ]
    database.write(partial(_put, asked=asked)).result()
    with database.read() as connection:
        found = questions.unsettled(connection)
        few = questions.unsettled(connection, limit=1)
    assert [(row.times, row.text) for row in found] == [(2, "tien mai tang"), (1, "vay vốn")]
    assert found[0].candidates == [["a-card", 0.5]]
    assert few == found[:1]


def _put(connection: sa.Connection, asked: list[tuple[str, str, str]]) -> None:
    account = ("terminal", "talk")
    heard = residents.hear_many(connection, {account: NOW}, NOW)
    for number, (text, key, status) in enumerate(asked):
        entry = inbox.InboxEntry(
            "terminal", "talk", f"in-{number}", "text", text, "", False, NOW, NOW
        )
        inbox.put(connection, [entry])
        row = connection.execute(sa.select(sa.func.max(inbox.inbox.c.id))).scalar_one()
        question = questions.Question(
            row, heard[account].id, NOW, text, key, status, None, None, 0.5, [["a-card", 0.5]], 10
        )
        questions.add(connection, [question])
