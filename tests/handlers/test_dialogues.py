"""A dialogue from plan to kept promise: each step, who may, what its clock says, who is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers.meeting import flags, overdue_areas
from handlers.officials import agenda, dialogues, results
from handlers.officials.casework import Hand
from handlers.officials.dialogues import Plan, Sheet
from handlers.officials.results import Answer
from handlers.refusal import Refusal
from handlers.turn import House
from storage import (
    agenda_items,
    audit,
    dialogue_questions,
    minutes,
    promises,
)
from storage import dialogues as kept
from storage.agenda_items import ItemRow
from storage.database import Database
from storage.dialogue_questions import NewQuestion
from storage.dialogues import DialogueRow
from tests.conftest import StoppedClock
from tests.console.room import Room
from tests.handlers.town import Town

HELD_AT = datetime(2026, 12, 11, 1, 0, tzinfo=UTC)  # a Friday, 8:00 in Viet Nam
WISH = Plan(
    area="xa-my-tho",
    title="Đối thoại chính sách giảm nghèo",
    place="Nhà văn hóa ấp 3",
    chair="Chủ tịch xã",
    held_at=HELD_AT,
    topics=("loan",),
)


class Meeting:
    """One dialogue, and what officials do with it as it is now."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.chief = room.official("lan", "coordinator")
        self.leader = room.official("hai", "leader")
        self.id = room.write(lambda c: dialogues.plan(c, self.chief, WISH))

    @property
    def row(self) -> DialogueRow:
        with self.room.database.read() as connection:
            found = kept.find(connection, self.id)
        assert found is not None
        return found

    @property
    def items(self) -> list[ItemRow]:
        with self.room.database.read() as connection:
            return agenda_items.of_dialogue(connection, self.id)

    def do(self, deed: Callable[..., Any], by: Hand | None = None, **more: Any) -> Any:
        hand = Hand((by or self.chief).official, self.room.office)
        sheet = Sheet(self.id, self.row.version)
        return self.room.write(lambda c: deed(c, hand, sheet, **more))

    def ask(self, text: str, who: int | None, openness: str = "open") -> int:
        new = NewQuestion(self.id, text, self.room.clock.now(), who, openness=openness)
        return self.room.write(lambda c: dialogue_questions.ask(c, new))

    def make_agenda(self) -> None:
        self.do(agenda.make, rarity=self.room.house.search.rarity)

    def answer(self, item: ItemRow, **said: Any) -> None:
        given = {"outcome": "done", "text": "Đã làm xong tuần trước.", **said}
        self.do(results.answer, item_id=item.id, said=Answer(**given))

    def flags(self) -> list[tuple[str, bool]]:
        return [(flag.name, flag.is_red) for flag in flags(self.room.office, self.row)]


@pytest.fixture
def meeting(database: Database, house: House, clock: StoppedClock) -> Meeting:
    return Meeting(Room(database, house, clock))


ROAD = "Đường vô ấp 3 lầy lội khi nào đổ đá"
ROAD_TOO = "Chừng nào đổ đá đường vô ấp 3, đường lầy lội quá"
LOAN = "Hộ cận nghèo vay vốn nuôi bò được bao nhiêu tiền"


def test_a_dialogue_goes_from_plan_to_a_kept_promise(meeting: Meeting) -> None:
    room = meeting.room
    anna, binh, chi = (room.resident(name) for name in "abc")
    meeting.do(dialogues.announce)
    road = meeting.ask(ROAD, anna)
    meeting.ask(LOAN, binh, "nameless")
    room.write(lambda c: dialogue_questions.support(c, road, chi, room.clock.now()))
    meeting.do(dialogues.write_down, text=ROAD_TOO, said_by="Bà Tư, ấp 3")
    meeting.do(dialogues.close)
    meeting.make_agenda()
    assert [item.title for item in meeting.items] == [ROAD, LOAN]
    room.clock.at = HELD_AT
    meeting.do(dialogues.check_in, name="Bà Tư")
    first, second = meeting.items
    meeting.answer(
        first, outcome="promised", text="Đổ đá đoạn còn lại.", owner="Phòng Kinh tế xã",
        due_on=date(2026, 12, 30),
    )  # fmt: skip
    meeting.answer(second, outcome="cannot", text="Chưa vay thêm được.", ground="Còn nợ quá hạn")
    with room.database.read() as connection:
        text = results.draft(connection, meeting.chief, meeting.row)
    assert "Có mặt theo danh sách điểm danh: 1 người" in text
    assert "Phòng Kinh tế xã, hạn 30/12/2026" in text
    number = meeting.do(results.write_minutes, text=text)
    meeting.do(results.sign, by=meeting.leader, number=number)
    meeting.do(results.publish)
    told = {address: words for _, address, words in room.sent()}
    assert set(told) == {"a", "b", "c"}
    assert "Phòng Kinh tế xã, hạn 30/12/2026" in told["a"]
    assert told["a"] == told["c"]
    assert "Còn nợ quá hạn" in told["b"]
    assert ROAD not in told["b"]
    with room.database.read() as connection:
        (promise,) = promises.unkept(connection, ["xa-my-tho"])
    assert not promise.is_late(date(2026, 12, 30))
    assert promise.is_late(date(2026, 12, 31))
    room.write(lambda c: results.keep(c, meeting.chief, promise.id, evidence="Biên bản 12"))
    with room.database.read() as connection:
        assert promises.unkept(connection) == []
        lines = audit.page(connection, noun="dialogue")
    assert {line.did.removeprefix("dialogue.") for line in lines} >= {
        "plan", "announce", "close", "agenda", "answer", "minutes", "sign", "publish",
        "check_in", "write_down", "promise_kept",
    }  # fmt: skip
    assert ROAD not in str(lines)


def test_nobody_is_told_the_results_twice(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, meeting.room.resident("a"))
    meeting.do(dialogues.close)
    meeting.make_agenda()
    meeting.room.clock.at = HELD_AT
    meeting.answer(meeting.items[0])
    number = meeting.do(results.write_minutes, text="Biên bản")
    meeting.do(results.sign, by=meeting.leader, number=number)
    meeting.do(results.publish)
    with pytest.raises(Refusal, match="dialogue_wrong_stage"):
        meeting.do(results.publish)
    assert len(meeting.room.sent()) == 1


def test_what_a_person_merged_or_split_stays_when_questions_are_grouped_again(
    meeting: Meeting,
) -> None:
    meeting.do(dialogues.announce)
    first, second = meeting.ask(ROAD, None), meeting.ask(ROAD_TOO, None)
    meeting.ask(LOAN, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    assert len(meeting.items) == 2
    meeting.do(agenda.split, question_ids=[second])
    assert len(meeting.items) == 3
    meeting.make_agenda()
    assert len(meeting.items) == 3
    together = next(item for item in meeting.items if item.title == LOAN)
    apart = [item.id for item in meeting.items if item.id != together.id]
    meeting.do(agenda.merge, into=together.id, others=apart)
    meeting.make_agenda()
    assert [item.id for item in meeting.items] == [together.id]
    with meeting.room.database.read() as connection:
        asked = dialogue_questions.of_dialogue(connection, meeting.id)
    assert {q.item_id for q in asked} == {together.id}
    assert first in {q.id for q in asked}


def test_a_new_question_joins_the_item_in_which_a_person_placed_one_like_it(
    meeting: Meeting,
) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, None)
    loan = meeting.ask(LOAN, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    into, other = meeting.items
    meeting.do(agenda.merge, into=into.id, others=[other.id])
    meeting.do(agenda.split, question_ids=[loan])
    meeting.do(dialogues.write_down, text=ROAD_TOO, said_by="Ông Năm")
    meeting.make_agenda()
    assert len(meeting.items) == 2
    with meeting.room.database.read() as connection:
        asked = {q.text: q.item_id for q in dialogue_questions.of_dialogue(connection, meeting.id)}
    assert asked[ROAD_TOO] == asked[ROAD] != asked[LOAN]


def test_the_clock_shows_red_what_went_past_its_day(meeting: Meeting) -> None:
    clock = meeting.room.clock
    assert meeting.flags() == []
    clock.at = datetime(2026, 12, 2, 2, tzinfo=UTC)
    assert meeting.flags() == [("announce_soon", False)]
    clock.at = datetime(2026, 12, 5, 2, tzinfo=UTC)
    assert meeting.flags() == [("announce_late", True)]
    meeting.do(dialogues.announce)
    assert meeting.flags() == [("announce_late", True)]
    clock.at = datetime(2026, 12, 14, 2, tzinfo=UTC)
    assert ("not_held", True) in meeting.flags()


def test_results_that_are_not_out_in_ten_days_are_red(meeting: Meeting) -> None:
    clock = meeting.room.clock
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    clock.at = HELD_AT
    meeting.answer(meeting.items[0])
    clock.at = datetime(2026, 12, 17, 2, tzinfo=UTC)
    assert meeting.flags() == [("publish_soon", False)]
    clock.at = datetime(2026, 12, 22, 2, tzinfo=UTC)
    assert meeting.flags() == [("publish_late", True)]


def test_a_commune_without_a_dialogue_for_a_year_is_late(meeting: Meeting) -> None:
    held_at = datetime(2025, 11, 1, 2, tzinfo=UTC)
    late = overdue_areas(meeting.room.office, {"xa-my-tho": held_at, "xa-khac": HELD_AT})
    assert late == {"xa-my-tho": date(2026, 11, 1)}


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ({"outcome": "maybe"}, "reply_no_outcome"),
        ({"text": ""}, "reply_empty"),
        ({"outcome": "cannot"}, "answer_no_ground"),
        ({"outcome": "promised"}, "reply_no_who"),
        ({"outcome": "promised", "owner": "xã"}, "reply_no_date"),
        ({"outcome": "promised", "owner": "xã", "due_on": date(2026, 12, 11)}, "reply_date_past"),
    ],
)
def test_an_answer_that_lacks_something_is_refused(
    meeting: Meeting, said: dict[str, Any], phrase: str
) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    meeting.room.clock.at = HELD_AT
    with pytest.raises(Refusal, match=phrase):
        meeting.answer(meeting.items[0], **said)


def test_only_who_sees_the_commune_says_that_its_promise_was_kept(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    meeting.room.clock.at = HELD_AT
    due_on = date(2026, 12, 30)
    meeting.answer(meeting.items[0], outcome="promised", owner="xã", due_on=due_on)
    with meeting.room.database.read() as connection:
        (promise,) = promises.of_dialogue(connection, meeting.id)
    elsewhere = meeting.room.official("sau", "officer", areas=["xa-khac"])
    for hand, evidence, phrase in (
        (elsewhere, "xong", "promise_unknown"),
        (meeting.chief, " ", "promise_no_evidence"),
    ):
        with pytest.raises(Refusal, match=phrase):
            meeting.room.write(
                lambda c, h=hand, e=evidence: results.keep(c, h, promise.id, evidence=e)
            )


def test_minutes_are_signed_by_another_and_every_version_is_kept(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(ROAD, None)
    meeting.do(dialogues.close)
    meeting.make_agenda()
    meeting.room.clock.at = HELD_AT
    with pytest.raises(Refusal, match="dialogue_wrong_stage"):
        meeting.do(results.write_minutes, text="sớm quá")
    meeting.answer(meeting.items[0])
    first = meeting.do(results.write_minutes, text="bản một")
    second = meeting.do(results.write_minutes, text="bản hai")
    with pytest.raises(Refusal, match="minutes_changed"):
        meeting.do(results.sign, by=meeting.leader, number=first)
    with pytest.raises(Refusal, match="minutes_own"):
        meeting.do(results.sign, number=second)
    meeting.do(results.sign, by=meeting.leader, number=second)
    with meeting.room.database.read() as connection:
        versions = minutes.versions(connection, meeting.id)
    assert [(row.text, row.signed_by is not None) for row in versions] == [
        ("bản hai", True),
        ("bản một", False),
    ]


def test_who_may_not_is_refused_and_an_old_page_changes_nothing(meeting: Meeting) -> None:
    officer = meeting.room.official("tu", "officer")
    with pytest.raises(Refusal, match="dialogue_not_yours"):
        meeting.do(dialogues.announce, by=officer)
    elsewhere = meeting.room.official("sau", "officer", areas=["xa-khac"])
    with pytest.raises(Refusal, match="dialogue_unknown"):
        meeting.do(dialogues.close, by=elsewhere)
    old = Sheet(meeting.id, meeting.row.version)
    meeting.do(dialogues.announce)
    with pytest.raises(Refusal, match="dialogue_changed"):
        meeting.room.write(lambda c: dialogues.close(c, meeting.chief, old))


def test_a_resident_registers_asks_and_asks_with_others(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    town = Town(meeting.room.database, meeting.room.house)
    assert "Nhà văn hóa ấp 3" in town.say("đối thoại")
    code = meeting.row.code
    assert "08:00" in town.say(f"/start dialogue_{code}", address="b")
    assert "tới dự" in town.say(choice=f"dialogue:come:{code}")
    town.hear(choice=f"dialogue:ask:{code}")
    assert ROAD in town.say(ROAD)
    assert town.hear(choice="dialogue:open") == "opinion"
    assert "1 người hỏi" in town.say(choice=f"dialogue:others:{code}", address="b")
    (question,) = town.rows(dialogue_questions.dialogue_questions)
    for _ in range(2):
        town.hear(choice=f"dialogue:too:{code}:{question.id}", address="b")
    # One's own question is not counted again.
    town.hear(choice=f"dialogue:too:{code}:{question.id}")
    with meeting.room.database.read() as connection:
        (kept_one,) = dialogue_questions.of_dialogue(connection, meeting.id)
    assert kept_one.people == 2


def test_questions_without_a_name_are_not_shown_to_others(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    meeting.ask(LOAN, meeting.room.resident("z"), "nameless")
    town = Town(meeting.room.database, meeting.room.house)
    said = town.say(choice=f"dialogue:others:{meeting.row.code}")
    assert LOAN not in said
    assert "Chưa có câu hỏi nào" in said


def test_whoever_has_everything_deleted_is_not_in_a_dialogue_any_more(meeting: Meeting) -> None:
    meeting.do(dialogues.announce)
    town = Town(meeting.room.database, meeting.room.house)
    code = meeting.row.code
    town.hear(choice=f"dialogue:afar:{code}")
    town.hear(choice=f"dialogue:ask:{code}")
    town.hear(ROAD)
    town.hear(choice="dialogue:nameless")
    town.hear(choice="erase:all")
    (question,) = town.rows(dialogue_questions.dialogue_questions)
    assert (question.text, question.resident_id) == ("", None)
