"""The office: words become a case with a code and a date, and each asker is told once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from handlers.message import Message
from handlers.office import Office, Saying, join_case, open_case, tell
from handlers.turn import House
from knowledge.workdays import Workdays
from storage import cases, happenings, outbox, receipts, residents
from storage.database import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday, 9:00 in Viet Nam
WORDS = "Đường vô ấp 3 lầy lội, xe cứu thương không vô được"


@pytest.fixture
def office(house: House) -> Office:
    return Office(house.library, Workdays(), {"report": 5, "question": 3}, NOW)


def somebody(database: Database, address: str, channel: str = "web") -> int:
    account = channel, address
    return database.write(lambda c: residents.add_many(c, [account], NOW)).result()[account]


def saying(resident_id: int | None, **more: str) -> Saying:
    given = Saying(
        text=WORDS, kind="report", topic="livelihood", channel="web", resident_id=resident_id
    )
    return replace(given, **more)  # type: ignore[arg-type]


def test_words_become_a_case_with_a_code_a_unit_and_a_date(
    database: Database, office: Office
) -> None:
    me = somebody(database, "a")
    case, code = database.write(
        lambda c: open_case(c, office, saying(me), unit="phong-kinh-te-xa")
    ).result()
    assert (case.title, case.unit, case.stage) == (WORDS, "phong-kinh-te-xa", "new")
    assert case.due_at == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # five workdays on, 17:00
    assert len(code) == receipts.CODE_LENGTH
    assert set(code) <= set(receipts.ALPHABET)
    with database.read() as connection:
        receipt = receipts.find(connection, code)
        assert receipt is not None
        assert (receipt.case_id, receipt.text, receipt.resident_id) == (case.id, WORDS, me)
        assert [line.what for line in happenings.of_case(connection, case.id)] == ["opened"]


def test_who_joins_gets_a_code_of_their_own_and_only_one(
    database: Database, office: Office
) -> None:
    first, second = somebody(database, "a"), somebody(database, "b")
    case, code = database.write(lambda c: open_case(c, office, saying(first))).result()

    def join(who: int) -> str:
        return database.write(
            lambda c: join_case(c, office, saying(who, text="Đường lầy"), case_id=case.id)
        ).result()

    theirs = join(second)
    assert theirs != code
    assert join(second) == theirs
    assert join(first) == code
    with database.read() as connection:
        joined = cases.find(connection, case.id)
        assert joined is not None
        assert joined.asker_count == 2
        words = connection.execute(sa.select(cases.cases.c.words)).scalar_one()
    assert words.endswith("\nduong lay")


def test_everybody_is_told_once_and_who_is_gone_is_listed(
    database: Database, office: Office
) -> None:
    here, gone = somebody(database, "a"), somebody(database, "b", "telegram")
    case, code = database.write(lambda c: open_case(c, office, saying(here))).result()
    for who in (gone, None):
        database.write(lambda c, w=who: join_case(c, office, saying(w), case_id=case.id)).result()
    database.write(lambda c: residents.note_gone(c, account=("telegram", "b"), at=NOW)).result()
    with database.read() as connection:
        everybody = receipts.of_case(connection, case.id)
    said = {receipt.id: Message(f"Vụ {receipt.code}") for receipt in everybody}

    def say() -> list[str]:
        missed = database.write(lambda c: tell(c, office, case, said=said)).result()
        return [receipt.code for receipt in missed]

    assert say() == [receipt.code for receipt in everybody if receipt.resident_id != here]
    assert say() == []
    with database.read() as connection:
        sent = connection.execute(sa.select(outbox.outbox)).all()
    assert [(row.channel, row.address, row.body["text"]) for row in sent] == [
        ("web", "a", f"Vụ {code}")
    ]


@pytest.mark.parametrize(
    ("hour", "minute", "told_at"),
    [
        (2, 0, datetime(2026, 11, 24, 2, 0, tzinfo=UTC)),
        (14, 0, datetime(2026, 11, 24, 23, 30, tzinfo=UTC)),  # 21:00: tomorrow at 6:30
        (20, 0, datetime(2026, 11, 24, 23, 30, tzinfo=UTC)),  # 3:00 of the 25th: today at 6:30
    ],
)
def test_nobody_is_written_to_at_night(
    office: Office, hour: int, minute: int, told_at: datetime
) -> None:
    at_night = replace(office, now=NOW.replace(hour=hour, minute=minute))
    assert at_night.waking() == told_at


def test_a_change_of_an_older_version_is_refused(database: Database, office: Office) -> None:
    me = somebody(database, "a")
    case, _ = database.write(lambda c: open_case(c, office, saying(me))).result()
    changed = database.write(lambda c: cases.change(c, case, {"stage": "routed"})).result()
    assert (changed.stage, changed.version) == ("routed", case.version + 1)
    late = database.write(lambda c: cases.change(c, case, {"stage": "working"}))
    with pytest.raises(cases.StaleError):
        late.result()


def test_sealed_words_make_a_sealed_case(database: Database, office: Office) -> None:
    me = somebody(database, "a")
    case, code = database.write(
        lambda c: open_case(c, office, saying(me, openness="sealed"))
    ).result()
    assert case.is_sealed
    with database.read() as connection:
        receipt = receipts.find(connection, code)
    assert receipt is not None
    assert receipt.openness == "sealed"
