"""Cases put together and taken apart keep everybody; sealed words take two people to open."""

from functools import partial

import pytest

from handlers.officials import casework, difficulties, grouping, replying, unsealing
from handlers.officials.casework import Sheet
from storage import cases, happenings, receipts
from tests.console.room import SIGNED, SOLVED, Room
from tests.console.test_casework import refused

WHY = "Cần gặp người này để bảo vệ họ trước sự đe dọa."


def test_merged_cases_keep_every_asker_and_every_code(room: Room) -> None:
    lan = room.official("lan")
    both = room.resident("both")
    into, other = room.open(both), room.open(room.resident("a"), text="Lộ sình quá")
    room.join(other, both, "Lộ sình, tui nói lần nữa")
    codes = [receipt.code for case in (into, other) for receipt in room.askers(case)]
    sheets = room.sheet(into), [room.sheet(other)]
    merged = room.write(lambda c: grouping.merge(c, lan, *sheets))
    assert merged.asker_count == 2
    gone = room.case(other)
    assert (gone.stage, gone.merged_into) == ("merged", into.id)
    with room.database.read() as connection:
        assert "lo sinh qua" in cases.words(connection, into.id)
        for code in codes:
            receipt = receipts.find(connection, code)
            assert receipt is not None
            last = cases.find_last(connection, receipt.case_id)
            assert last is not None
            assert last.id == into.id
    room.do(replying.reply, lan, into, draft=SOLVED)
    assert sorted(address for _, address, _ in room.sent()) == ["a", "both"]
    assert room.timeline(other)[-1] == "merged"


def test_nothing_a_case_itself_or_another_units_case_is_not_merged(room: Room) -> None:
    lan = room.official("lan")
    case, far = room.open(), room.open(unit=SIGNED)
    own = room.sheet(case)
    for others, phrase in (
        ([], "merge_nothing"),
        ([own], "merge_nothing"),
        ([room.sheet(far)], "case_unknown"),
    ):
        with refused(phrase):
            room.write(partial(grouping.merge, hand=lan, into=own, others=others))
    room.write(lambda c: difficulties.ask(c, lan, text="Vướng mẫu đơn", topic="loan"))


def test_people_split_off_get_a_case_of_their_own_with_the_same_codes(room: Room) -> None:
    lan = room.official("lan")
    case = room.open(room.resident("a"))
    code = room.join(case, room.resident("b"), "Điện yếu quá", openness="sealed")
    room.do(casework.take, lan, case)
    everybody = [receipt.id for receipt in room.askers(case)]
    for wrong in ([], everybody, [999_999]):
        with refused("split_who"):
            room.do(grouping.split, lan, case, receipt_ids=wrong)
    new = room.do(grouping.split, lan, case, receipt_ids=everybody[1:])
    assert (new.title, new.asker_count, new.is_sealed) == ("Điện yếu quá", 1, True)
    assert [receipt.code for receipt in room.askers(new)] == [code]
    rest = room.case(case)
    assert (rest.asker_count, rest.is_sealed) == (1, False)
    with room.database.read() as connection:
        assert "dien yeu" not in cases.words(connection, case.id)
    room.do(replying.reply, lan, new, draft=SOLVED)
    assert [address for _, address, _ in room.sent()] == ["b"]


def test_open_cases_about_the_same_are_offered_and_no_others(room: Room) -> None:
    lan = room.official("lan")
    case = room.open(text="đường vô ấp 3 bị lầy lội sau mưa")
    same = room.open(text="duong vo ap 3 lay loi qua")
    room.open(text="thẻ bảo hiểm y tế của tui bị mất rồi")
    room.open(text="đường vô ấp 3 bị lầy lội sau mưa", unit=SIGNED)
    answered = room.open(text="đường vô ấp 3 lầy lội")
    room.do(replying.reply, lan, answered, draft=SOLVED)
    with room.database.read() as connection:
        found = grouping.similar(connection, lan, case, rarity=room.house.search.rarity)
    assert [one.id for one, _ in found] == [same.id]


def test_two_people_and_a_reason_open_sealed_words_and_the_resident_is_told(room: Room) -> None:
    lan, em = room.official("lan", "coordinator"), room.official("em", "leader")
    officer = room.official("binh")
    case = room.open(room.resident("a"), openness="sealed", text="Có người ăn chặn tiền")
    with refused("unseal_not_asked"):
        room.do(unsealing.consent, em, case)
    with refused("unseal_no_reason"):
        room.do(unsealing.request, lan, case, why="cần")
    room.do(unsealing.request, lan, case, why=WHY)
    with refused("unseal_same_person"):
        room.do(unsealing.consent, lan, case)
    with refused("unseal_same_person"):
        room.do(unsealing.consent, officer, case)
    assert room.sent() == []
    room.do(unsealing.consent, em, case)
    assert WHY in room.sent()[0][2]
    with room.database.read() as connection:
        timeline = happenings.of_case(connection, case.id)
    (receipt,) = room.askers(case)
    seen = [unsealing.opened_to(one, timeline) for one in (lan, em, officer)]
    assert seen == [{receipt.id}, {receipt.id}, set()]
    room.join(case, room.resident("later"), "Tui cũng bị", openness="sealed")
    with room.database.read() as connection:
        again = happenings.of_case(connection, case.id)
    assert unsealing.opened_to(lan, again) == {receipt.id}
    with refused("unseal_not_asked"):
        room.do(unsealing.consent, em, case)


def test_a_request_to_unseal_grows_old_after_seven_days(room: Room) -> None:
    lan, em = room.official("lan"), room.official("em", "leader")
    case = room.open(openness="sealed")
    room.do(unsealing.request, lan, case, why=WHY)
    room.clock.move(days=7, minutes=1)
    with refused("unseal_not_asked"):
        room.do(unsealing.consent, em, case)
    with refused("unseal_not_sealed"):
        room.do(unsealing.request, lan, room.open(), why=WHY)


def test_a_cadre_asks_the_coordinating_unit_and_reads_the_guidance(room: Room) -> None:
    cadre = room.official("ap", "cadre", areas=["xa-my-tho"])
    chief, second = room.official("em", "leader"), room.official("be", "leader")
    with refused("difficulty_empty"):
        room.write(lambda c: difficulties.ask(c, cadre, text="", topic="loan"))
    with refused("question_no_topic"):
        room.write(lambda c: difficulties.ask(c, cadre, text="x", topic="none"))
    case = room.write(
        lambda c: difficulties.ask(c, cadre, text="Mẫu nào cho hộ mới?", topic="loan")
    )
    assert (case.kind, case.unit) == ("internal", room.house.library.casework.coordinating)
    drafted = room.do(replying.reply, chief, case, draft=SOLVED)
    if drafted.stage == "review":
        room.do(replying.approve, second, case)
    with room.database.read() as connection:
        (own,) = difficulties.own(connection, cadre)
        assert difficulties.own(connection, chief) == []
    assert own.reply == SOLVED.text
    assert room.sent() == []


def test_a_merged_or_split_case_that_somebody_changed_meanwhile_stays_as_it_is(room: Room) -> None:
    lan = room.official("lan")
    case, other = room.open(), room.open()
    old = Sheet(other.id, other.version + 1)
    with refused("case_changed"):
        room.write(lambda c: grouping.merge(c, lan, room.sheet(case), [old]))
    assert room.case(other).stage == "new"


@pytest.mark.parametrize("who", ["lan"])
def test_internal_and_residents_cases_are_not_mixed(room: Room, who: str) -> None:
    chief = room.official(who, "leader")
    case = room.open()
    asked = room.write(lambda c: difficulties.ask(c, chief, text="Vướng mẫu đơn", topic="loan"))
    with refused("merge_internal"):
        room.write(lambda c: grouping.merge(c, chief, room.sheet(case), [room.sheet(asked)]))
