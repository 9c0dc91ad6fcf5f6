"""Replies: what the gate sends back, who signs, and that everybody who asked is told once."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from handlers.officials import grouping, replying, telling
from handlers.officials.casework import Sheet
from handlers.officials.replying import Draft
from storage import errands, outbox, receipts, residents
from tests.console.room import SIGNED, SOLVED, Room
from tests.console.test_casework import refused

PROMISED = Draft(
    outcome="promised",
    text="Đoạn lầy sẽ đổ đá.",
    who="Phòng Kinh tế",
    promised_for=date(2026, 12, 20),
)
REFUSED = Draft(
    outcome="refused", text="Đường này của tỉnh.", law="Luật Đường bộ", elsewhere="Sở Xây dựng"
)


@pytest.mark.parametrize(
    ("draft", "phrase"),
    [
        (replace(SOLVED, outcome=""), "reply_no_outcome"),
        (replace(SOLVED, outcome="noted"), "reply_no_outcome"),
        (replace(SOLVED, text=""), "reply_empty"),
        (replace(SOLVED, text="Đã xong ngày ___."), "reply_unfilled"),
        (replace(SOLVED, text="Đã trả vào số tài khoản 0123456789012."), "reply_personal"),
        (replace(SOLVED, text="Chúng tôi ghi nhận ý kiến."), "reply_vague"),
        (replace(SOLVED, text="Đang tổng hợp, sẽ xem xét sau."), "reply_vague"),
        (replace(REFUSED, text="Sẽ xem xét sau."), "reply_vague"),
        (replace(PROMISED, promised_for=None), "reply_no_date"),
        (replace(PROMISED, promised_for=date(2026, 11, 24)), "reply_date_past"),
        (replace(PROMISED, who=""), "reply_no_who"),
        (replace(REFUSED, law=""), "reply_no_ground"),
        (replace(REFUSED, elsewhere=""), "reply_no_ground"),
    ],
)
def test_a_reply_that_says_nothing_is_sent_back(room: Room, draft: Draft, phrase: str) -> None:
    lan = room.official("lan")
    case = room.open()
    with refused(phrase):
        room.do(replying.reply, lan, case, draft=draft)
    assert room.case(case).stage == "new"
    assert room.sent() == []


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (SOLVED, "ĐÃ GIẢI QUYẾT"),
        (PROMISED, "SẼ GIẢI QUYẾT, hạn 20/12/2026"),
        (PROMISED, "Người làm: Phòng Kinh tế."),
        (REFUSED, "KHÔNG GIẢI QUYẾT ĐƯỢC"),
        (REFUSED, "Căn cứ: Luật Đường bộ.\nBà con có thể đến: Sở Xây dựng."),
        (replace(SOLVED, text="Đã ghi nhận và sửa xong ngày 20/11/2026."), "20/11/2026"),
    ],
)
def test_a_reply_says_its_outcome(room: Room, draft: Draft, said: str) -> None:
    case = room.open(room.resident("a"))
    answered = room.do(replying.reply, room.official("lan"), case, draft=draft)
    assert answered.stage == "answered"
    (_, _, text) = room.sent()[0]
    assert said in text
    assert "Phòng Kinh tế xã" in text
    assert "24/11/2026" in text


def test_where_two_sign_nothing_goes_out_before_the_second(room: Room) -> None:
    lan, binh = room.official("lan", unit=SIGNED), room.official("binh", unit=SIGNED)
    case = room.open(room.resident("a"), unit=SIGNED)
    assert room.do(replying.reply, lan, case, draft=SOLVED).stage == "review"
    assert room.sent() == []
    with refused("approve_not_you"):
        room.do(replying.approve, lan, case)
    with refused("send_back_no_reason"):
        room.do(replying.send_back, binh, case, why="")
    assert room.do(replying.send_back, binh, case, why="ghi rõ đoạn").stage == "working"
    room.do(replying.reply, lan, case, draft=SOLVED)
    answered = room.do(replying.approve, binh, case)
    assert (answered.drafted_by, answered.approved_by) == (lan.official.id, binh.official.id)
    assert len(room.sent()) == 1
    assert room.timeline(case) == ["opened", "drafted", "returned", "drafted", "answered"]
    with refused("approve_not_you"):
        room.do(replying.approve, binh, case)


def test_each_asker_reads_their_own_words_and_code_on_their_own_channel(room: Room) -> None:
    lan = room.official("lan")
    case = room.open(room.resident("a"), text="Đường lầy quá")
    room.join(case, room.resident("b", "telegram"), "Lộ sình không đi được")
    room.do(replying.reply, lan, case, draft=SOLVED)
    by_address = {address: (channel, text) for channel, address, text in room.sent()}
    for receipt, address, channel in zip(
        room.askers(case), ("a", "b"), ("web", "telegram"), strict=True
    ):
        assert by_address[address][0] == channel
        assert receipt.code in by_address[address][1]
        assert receipt.text in by_address[address][1]
    assert "Lộ sình" not in by_address["a"][1]
    with room.database.read() as connection:
        body = connection.execute(sa.select(outbox.outbox.c.body)).scalars().first()
    code = room.askers(case)[0].code
    assert [choice["value"] for choice in body["choices"]] == [
        f"verdict:received:{code}", f"verdict:not_yet:{code}", f"verdict:wrong:{code}",
    ]  # fmt: skip


def test_whom_no_channel_reaches_a_named_cadre_tells_by_mouth(room: Room) -> None:
    lan = room.official("lan")
    cadre = room.official("ap", "cadre", areas=["xa-my-tho"])
    other = room.official("xa", "cadre", unit=SIGNED)
    case = room.open(room.resident("a"), area="xa-my-tho")
    room.write(lambda c: residents.note_gone(c, account=("web", "a"), at=room.clock.now()))
    room.join(case, None, "Bà Tư nói đường lầy", official_id=other.official.id)
    room.do(replying.reply, lan, case, draft=SOLVED)
    assert room.sent() == []
    with room.database.read() as connection:
        (near,) = errands.untold_of(connection, cadre.official.id)
        (written,) = errands.untold_of(connection, other.official.id)
    assert room.askers(case)[0].code in near.text
    assert "Bà Tư" in written.text
    with refused("errand_not_yours"):
        room.write(lambda c: telling.note_told(c, other, near.id))
    for _ in range(2):
        room.write(lambda c: telling.note_told(c, cadre, near.id))
    with room.database.read() as connection:
        assert errands.untold_of(connection, cadre.official.id) == []
    assert room.timeline(case).count("told") == 1


def test_five_hundred_askers_in_sixty_cases_are_each_told_once(room: Room) -> None:
    lan = room.official("lan")
    channels = ("web", "telegram", "zalo_oa")
    people = [room.resident(f"p{n}", channels[n % 3]) for n in range(500)]
    opened = [room.open(people[n]) for n in range(120)]
    for n in range(120, 500):
        room.join(opened[n % 120], people[n])
    left: list[int] = []
    for first, second in zip(opened[:60], opened[60:], strict=True):
        into, other = room.sheet(first), room.sheet(second)
        room.write(lambda c, i=into, o=other: grouping.merge(c, lan, i, [o]))
        room.do(replying.reply, lan, first, draft=SOLVED)
        left.append(first.id)
    sent = room.sent()
    assert sorted(address for _, address, _ in sent) == sorted(f"p{n}" for n in range(500))
    with room.database.read() as connection:
        codes = {receipt.code for one in left for receipt in receipts.of_case(connection, one)}
    assert len(codes) == 500
    assert all(any(code in text for code in codes) for _, _, text in sent[:20])


def test_a_case_that_is_answered_again_asks_again_whether_it_was_received(room: Room) -> None:
    from handlers.officials import endings

    lan = room.official("lan")
    case = room.open(room.resident("a"))
    room.do(replying.reply, lan, case, draft=SOLVED)
    verdict = {"verdict": "wrong", "verdict_at": room.clock.now()}
    room.write(lambda c: receipts.change(c, room.askers(case)[0].id, verdict))
    room.do(endings.reopen, lan, case, why="chưa đúng")
    room.do(replying.reply, lan, case, draft=PROMISED)
    assert room.askers(case)[0].verdict is None
    assert len(room.sent()) == 3


def test_an_answered_case_takes_no_second_reply(room: Room) -> None:
    lan = room.official("lan")
    case = room.open()
    room.do(replying.reply, lan, case, draft=SOLVED)
    with refused("case_not_open"):
        room.do(replying.reply, lan, case, draft=SOLVED)
    with refused("case_unknown"):
        room.write(lambda c: replying.reply(c, lan, Sheet(99_999, 1), draft=SOLVED))
