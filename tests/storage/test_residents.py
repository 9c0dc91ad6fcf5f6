"""What is promised about residents: when we heard them, and what is held until they write again."""

from datetime import UTC, datetime, timedelta

from storage import residents
from storage.database import Database
from storage.residents import Account, Heard

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = ("web", "a"), ("web", "b")


def hear(database: Database, *accounts: Account, at: datetime | None = AT) -> list[Heard]:
    words = dict.fromkeys(accounts, at)
    heard = database.write(lambda c: residents.hear_many(c, words, AT)).result()
    return [heard[account] for account in accounts]


def heard_since(database: Database, since: datetime) -> set[Account]:
    with database.read() as connection:
        return residents.heard_since(connection, [A, B], since)


def await_word(database: Database, account: Account, since: datetime) -> bool:
    return database.write(lambda c: residents.await_word(c, account, since, AT)).result()


def test_a_resident_keeps_their_number_and_their_last_word(database: Database) -> None:
    first, second = hear(database, A, B)
    assert first.id != second.id
    assert hear(database, A, at=AT + HOUR) == [first]
    assert heard_since(database, AT) == {A, B}
    assert heard_since(database, AT + HOUR) == {A}


def test_leaving_is_no_word(database: Database) -> None:
    hear(database, A)
    hear(database, A, at=None)
    hear(database, B, at=None)
    assert heard_since(database, AT) == {A}


def test_a_word_is_awaited_until_it_comes(database: Database) -> None:
    (known,) = hear(database, A)
    assert await_word(database, A, AT + HOUR) is True
    assert hear(database, A, at=AT + HOUR) == [Heard(known.id, True)]
    database.write(lambda c: residents.stop_awaiting(c, [known.id])).result()
    assert hear(database, A, at=AT + HOUR) == [Heard(known.id, False)]


def test_a_word_that_came_meanwhile_is_not_awaited(database: Database) -> None:
    hear(database, A)
    assert await_word(database, A, AT) is False
    assert hear(database, A)[0].is_awaited is False


def test_the_word_of_whom_we_never_heard_is_awaited_too(database: Database) -> None:
    assert await_word(database, A, AT) is True
    assert hear(database, A)[0].is_awaited is True
