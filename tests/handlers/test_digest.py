"""The morning's digest, and who hears of what is late; on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from handlers.digest import send_digests
from handlers.escalation import escalate
from handlers.turn import House
from storage import cases, happenings, outbox
from storage.database import Database
from tests.handlers.desk_room import MONDAY, DeskRoom

CONSOLE = "https://bot.invalid/console"
FRIDAY, LAST_WEEK = MONDAY - timedelta(days=3), MONDAY - timedelta(days=6)
TODAY = MONDAY + timedelta(hours=9)


@pytest.fixture
def room(database: Database, house: House) -> DeskRoom:
    return DeskRoom(database, house)


def digests(room: DeskRoom) -> dict[str, str]:
    sent = room.database.write(lambda c: send_digests(c, room.office(), console=CONSOLE)).result()
    with room.database.read() as connection:
        rows = connection.execute(sa.select(outbox.outbox)).all()
    assert len(rows) == sent
    assert all(row.due_at == MONDAY and row.inbox_id is None for row in rows)
    return {row.address: row.body["text"] for row in rows}


def test_each_official_reads_what_needs_them_and_where_to_go(room: DeskRoom) -> None:
    mine = room.official("lan", "officer")
    room.official("minh", "officer", unit="phong-vhxh-xa")
    room.official("oanh", "coordinator", unit="ubnd-xa")
    room.case(TODAY, stage="new")
    room.case(FRIDAY)
    room.case(MONDAY + timedelta(days=2), stage="review", drafted_by=mine)
    room.case(TODAY, unit="phong-vhxh-xa")
    told = digests(room)
    assert told["lan"] == (
        "Chào Lan. Việc hôm nay, 16/11/2026:\n- Trễ hạn: 1\n- Đến hạn hôm nay: 1\n"
        f"- Mới, chưa ai nhận: 1\n\nMở bàn làm việc: {CONSOLE}"
    )
    assert "- Đến hạn hôm nay: 1\n" in told["minh"]
    assert "Trễ hạn" not in told["minh"]
    assert "- Đến hạn hôm nay: 2\n" in told["oanh"]
    assert "- Chờ duyệt: 1\n" in told["oanh"]
    assert "- Trong đó đã báo lên anh chị vì trễ lâu: 1\n" in told["oanh"]


def test_nobody_is_written_to_for_nothing(room: DeskRoom) -> None:
    room.official("lan", "officer")
    room.official("gone", "coordinator", disabled_at=MONDAY)
    room.official("without-chat", "coordinator", address=None)
    room.case(FRIDAY, unit="phong-vhxh-xa")
    room.case(FRIDAY, stage="asked")
    room.case(FRIDAY, stage="answered")
    assert digests(room) == {}


def test_what_is_late_comes_to_the_units_own_leader_if_it_has_one(room: DeskRoom) -> None:
    room.official("own", "leader")
    room.official("other", "leader", unit="ubnd-xa")
    room.case(LAST_WEEK)  # Tuesday: four workdays late
    room.case(LAST_WEEK, unit="ubnd-xa")
    told = digests(room)
    for who in ("own", "other"):
        assert "- Trễ hạn: 2\n" in told[who]
        assert "trễ lâu: 1\n" in told[who]


def lines(room: DeskRoom, case_id: int) -> list[tuple[str, int]]:
    with room.database.read() as connection:
        found = happenings.of_case(connection, case_id)
    return [(h.data["to"], h.data["late"]) for h in found if h.what == "escalated" and h.data]


def go(room: DeskRoom, **later: float) -> int:
    office = room.office(MONDAY + timedelta(**later))
    return room.database.write(lambda c: escalate(c, office)).result()


def test_a_late_case_climbs_each_step_once(room: DeskRoom) -> None:
    case = room.case(FRIDAY)
    assert (go(room), go(room, hours=1), go(room, days=1)) == (1, 0, 0)
    assert lines(room, case.id) == [("coordinator", 1)]
    assert go(room, days=2) == 1  # Wednesday: the third workday after Friday
    assert lines(room, case.id) == [("coordinator", 1), ("leader", 3)]
    assert go(room, days=30) == 0


def test_steps_that_were_missed_are_made_up_for_at_once(room: DeskRoom) -> None:
    case = room.case(LAST_WEEK)
    assert go(room) == 2
    assert lines(room, case.id) == [("coordinator", 1), ("leader", 3)]


def test_a_case_with_a_new_date_climbs_anew(room: DeskRoom) -> None:
    case = room.case(FRIDAY)
    go(room)
    later = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    room.database.write(lambda c: cases.change(c, case, {"due_at": later})).result()
    assert go(room, days=1) == 0
    assert go(room, days=7) == 1
    assert lines(room, case.id) == [("coordinator", 1), ("coordinator", 1)]


def test_what_waits_for_the_resident_or_is_due_today_is_not_late(room: DeskRoom) -> None:
    room.case(FRIDAY, stage="asked")
    room.case(TODAY)
    room.case(FRIDAY, stage="closed")
    assert go(room) == 0
