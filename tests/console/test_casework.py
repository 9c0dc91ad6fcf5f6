"""Casework: who holds a case, where it is sent, what stops its clock, and how it ends."""

from datetime import UTC, datetime
from functools import partial

import pytest

from handlers.officials import asking, casework, endings, replying
from handlers.officials.casework import Sheet
from handlers.refusal import Refusal
from storage import audit, officials
from tests.console.room import SIGNED, SOLVED, UNIT, Room

OTHERS = ["vp-ubnd-xa", "so-y-te", "bhxh"]


def refused(phrase: str):
    return pytest.raises(Refusal, match=f"^{phrase}$")


def test_who_takes_a_case_holds_it_and_nobody_takes_it_from_them(room: Room) -> None:
    lan, binh, chief = room.official("lan"), room.official("binh"), room.official("em", "leader")
    case = room.open()
    assert room.do(casework.take, lan, case).holder_id == lan.official.id
    assert room.case(case).stage == "working"
    with refused("case_held"):
        room.do(casework.take, binh, case)
    assert room.do(casework.take, chief, case).holder_id == chief.official.id
    assert room.timeline(case) == ["opened", "taken", "taken"]
    with room.database.read() as connection:
        lines = audit.page(connection, noun="case", noun_id=str(case.id))
    assert [line.did for line in lines] == ["case.taken"] * 2


def test_what_was_on_an_older_page_changes_nothing(room: Room) -> None:
    lan, binh = room.official("lan"), room.official("binh")
    case = room.open()
    seen = room.sheet(case)
    room.do(casework.take, lan, case)
    with refused("case_changed"):
        room.write(partial(casework.route, hand=binh, sheet=seen, unit=OTHERS[0], why="x"))
    assert room.case(case).unit == UNIT


def test_another_units_case_does_not_exist(room: Room) -> None:
    lan, far = room.official("lan"), room.official("xa", unit=SIGNED)
    case = room.open()
    with refused("case_unknown"):
        room.do(casework.take, far, case)
    with refused("case_unknown"):
        room.write(lambda c: casework.note(c, far, case.id, text="x"))
    with refused("case_unknown"):
        room.write(lambda c: casework.take(c, lan, Sheet(999_999, 1)))


def test_a_case_is_given_to_whoever_may_see_it_and_to_the_deputy(room: Room) -> None:
    lan, binh = room.official("lan"), room.official("binh")
    far, cadre = room.official("xa", unit=SIGNED), room.official("ap", "cadre")
    case = room.open()
    for wrong in (far, cadre):
        with refused("assign_unfit"):
            room.do(casework.assign, lan, case, to=wrong.official.id)
    assert room.do(casework.assign, lan, case, to=binh.official.id).holder_id == binh.official.id
    with refused("assign_no_deputy"):
        room.do(casework.give_to_deputy, lan, case)
    deputy = {"deputy_id": lan.official.id}
    room.write(lambda c: officials.change(c, binh.official.id, deputy))
    assert room.do(casework.give_to_deputy, lan, case).holder_id == lan.official.id


def test_sending_on_needs_a_reason_is_counted_and_told(room: Room) -> None:
    lan = room.official("lan", "coordinator")
    case = room.open(room.resident("a"))
    with refused("route_no_reason"):
        room.do(casework.route, lan, case, unit=OTHERS[0], why="")
    with refused("route_bad_unit"):
        room.do(casework.route, lan, case, unit="phong-y-te-huyen", why="x")
    with refused("route_same_unit"):
        room.do(casework.route, lan, case, unit=UNIT, why="x")
    routed = room.do(casework.route, lan, case, unit=OTHERS[0], why="việc của tư pháp")
    assert (routed.stage, routed.unit, routed.hops) == ("routed", OTHERS[0], 1)
    assert not routed.is_passed_around
    (channel, address, text) = room.sent()[0]
    assert (channel, address) == ("web", "a")
    assert room.askers(case)[0].code in text
    assert "Văn phòng HĐND" in text


def test_the_first_unit_is_no_hop_and_needs_no_reason(room: Room) -> None:
    lan = room.official("lan", "coordinator")
    routed = room.do(casework.route, lan, room.open(unit=""), unit=UNIT, why="")
    assert (routed.hops, routed.is_passed_around) == (0, False)


def test_the_third_hop_and_a_way_back_are_called_passing_around(room: Room) -> None:
    lan = room.official("lan", "coordinator")
    far, back = room.open(), room.open()
    marks = [
        room.do(casework.route, lan, far, unit=unit, why="x").is_passed_around for unit in OTHERS
    ]
    assert marks == [False, False, True]
    room.do(casework.route, lan, back, unit=OTHERS[0], why="x")
    assert room.do(casework.route, lan, back, unit=UNIT, why="x").is_passed_around


def test_while_the_resident_is_asked_the_clock_stands(room: Room) -> None:
    lan = room.official("lan")
    case = room.open(room.resident("a"))
    assert case.due_at == datetime(2026, 12, 1, 10, tzinfo=UTC)
    with refused("ask_empty"):
        room.do(asking.ask, lan, case, question="")
    asked = room.do(asking.ask, lan, case, question="Đoạn nào, gần nhà ai?")
    assert (asked.stage, asked.holder_id) == ("asked", lan.official.id)
    assert asked.paused_at == room.clock.now()
    assert "Đoạn nào, gần nhà ai?" in room.sent()[0][2]
    room.clock.move(days=7)  # five workdays
    heard = room.do(asking.note_answer, lan, case, text="gần cầu Ông Bửa")
    assert (heard.stage, heard.paused_at) == ("working", None)
    assert heard.due_at == datetime(2026, 12, 8, 10, tzinfo=UTC)
    with refused("case_not_asked"):
        room.do(asking.note_answer, lan, case, text="x")


def test_a_note_is_for_officials_only(room: Room) -> None:
    lan = room.official("lan")
    case = room.open()
    room.write(lambda c: casework.note(c, lan, case.id, text="đã gọi trưởng ấp"))
    with refused("note_empty"):
        room.write(lambda c: casework.note(c, lan, case.id, text=""))
    assert room.timeline(case) == ["opened", "noted"]
    assert room.sent() == []
    assert room.case(case).version == case.version


def test_only_answered_cases_are_closed_by_officers(room: Room) -> None:
    lan, chief = room.official("lan"), room.official("em", "coordinator")
    case, spam = room.open(), room.open(room.resident("a"))
    with refused("close_unanswered"):
        room.do(endings.close, lan, case)
    with refused("close_no_reason"):
        room.do(endings.close, chief, spam)
    room.do(endings.close, chief, spam, why="tin thử máy")
    assert "tin thử máy" in room.sent()[0][2]
    room.do(replying.reply, lan, case, draft=SOLVED)
    assert room.do(endings.close, lan, case).stage == "closed"
    with refused("case_closed_already"):
        room.do(endings.close, lan, case)


def test_an_ended_case_opens_again_with_a_new_date_and_the_askers_know(room: Room) -> None:
    lan = room.official("lan")
    case = room.open(room.resident("a"))
    with refused("reopen_not_ended"):
        room.do(endings.reopen, lan, case, why="x")
    room.do(replying.reply, lan, case, draft=SOLVED)
    room.clock.move(days=14)
    with refused("reopen_no_reason"):
        room.do(endings.reopen, lan, case, why="")
    opened = room.do(endings.reopen, lan, case, why="đường lầy lại")
    assert (opened.stage, opened.reopened, opened.outcome) == ("working", 1, None)
    assert opened.due_at == datetime(2026, 12, 15, 10, tzinfo=UTC)
    assert "mở lại" in room.sent()[-1][2]
