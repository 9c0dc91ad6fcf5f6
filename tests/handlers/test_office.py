"""The office: words become a case with a code and a date, and each asker is told once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from handlers.message import Message
from handlers.office import (
    Office,
    Saying,
    join_case,
    late_by,
    light,
    office_of,
    open_case,
    pause,
    resume,
    tell,
)
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
    return (
        database.write(lambda c: residents.hear_many(c, {account: NOW}, NOW)).result()[account].id
    )


def saying(resident_id: int | None, **more: str) -> Saying:
    given = Saying(
        text=WORDS, kind="report", topic="livelihood", channel="web", resident_id=resident_id
    )
    return replace(given, **more)


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


FRIDAY_BEFORE_TET = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)


def at(year: int, month: int, day: int, hour: int = 2) -> datetime:
    return datetime(year, month, day, hour, 0, tzinfo=UTC)


def test_an_office_counts_by_the_calendar_of_the_base(house: House) -> None:
    office = office_of(house, FRIDAY_BEFORE_TET)
    assert office.due_at("question") == at(2026, 2, 25, 10)  # Mon, Tue, Wed after nine days
    assert office.is_working()
    assert not office_of(house, at(2026, 2, 16)).is_working()
    assert office_of(house, at(2026, 8, 22)).is_working()  # a Saturday made up for
    assert not office_of(house, at(2026, 2, 13, 10)).is_working()  # 17:00


def a_case(**more: object) -> cases.CaseRow:
    given = dict.fromkeys(cases.CaseRow._fields) | {
        "id": 1, "stage": "working", "opened_at": NOW, "due_at": at(2026, 2, 25, 10), "version": 1,
    }  # fmt: skip
    return cases.CaseRow(**{**given, **more})


@pytest.mark.parametrize(
    ("now", "more", "shown"),
    [
        (at(2026, 2, 12), {}, "green"),  # four workdays left, with Tết between
        (FRIDAY_BEFORE_TET, {}, "green"),
        (at(2026, 2, 21), {}, "green"),  # still three: the weekend counts for nothing
        (at(2026, 2, 23), {}, "amber"),
        (at(2026, 2, 25, 9), {}, "amber"),  # one hour left
        (at(2026, 2, 25, 11), {}, "red"),
        (at(2026, 3, 25), {"paused_at": at(2026, 2, 23), "stage": "asked"}, "amber"),
        (at(2026, 3, 25), {"stage": "answered"}, ""),
        (at(2026, 3, 25), {"due_at": None}, ""),
    ],
)
def test_the_light_goes_by_workdays_left(
    house: House, now: datetime, more: dict[str, object], shown: str
) -> None:
    assert light(a_case(**more), office_of(house, now)) == shown


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        (at(2026, 2, 12), at(2026, 2, 12, 8), at(2026, 2, 25, 10)),  # the same day: nothing
        (at(2026, 2, 12), at(2026, 2, 13), at(2026, 2, 26, 10)),
        (at(2026, 2, 13), at(2026, 2, 21), at(2026, 2, 25, 10)),  # only Tết went by
        (at(2026, 2, 13), at(2026, 2, 24), at(2026, 2, 27, 10)),
        (at(2026, 2, 27), at(2026, 3, 3), at(2026, 2, 27, 10)),  # late before it stood: as late
    ],
)
def test_the_workdays_a_case_stood_are_added_to_its_date(
    house: House, paused: datetime, resumed: datetime, due: datetime
) -> None:
    stood = a_case(**pause(office_of(house, paused)))
    values = resume(office_of(house, resumed), stood)
    assert (values["stage"], values["paused_at"], values["due_at"]) == ("working", None, due)


def test_how_late_a_case_is_goes_by_workdays(house: House) -> None:
    late = [late_by(a_case(), office_of(house, at(2026, 2, day, 11))) for day in (25, 26, 27, 28)]
    assert late == [0, 1, 2, 2]
    assert late_by(a_case(due_at=None), office_of(house, at(2026, 3, 25))) == 0
