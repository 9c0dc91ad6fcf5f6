"""What a turn remembers, and what happens to one that breaks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from handlers.answering import TRIES, decide_all, remember
from handlers.casebook import NoCases
from knowledge.recognise import Recognised
from storage import cases, inbox, outbox, questions, receipts, residents, windows
from tests.conftest import StoppedClock
from tests.handlers.town import Town


def test_every_incoming_ends_in_exactly_one_question_with_card_score_and_time(town: Town) -> None:
    assert town.hear("hộ nghèo được vay bao nhiêu") == "answered"
    assert town.hear("cảm ơn nhiều nghen") == "greeting"
    asked = town.rows(questions.questions)
    assert [row.status for row in asked] == ["answered", "greeting"]
    assert asked[0].card == "loan-poor-household"
    assert asked[0].topic == "loan"
    assert 0 < asked[0].score <= 1
    assert asked[0].took_us > 0
    assert asked[0].text_key == "ho ngheo duoc vay bao nhieu"
    assert {row.state for row in town.rows(inbox.inbox)} == {"done"}


def test_a_newcomer_is_told_once_what_is_kept(town: Town) -> None:
    town.hear("hộ nghèo được vay bao nhiêu")
    town.hear("hộ nghèo được vay bao nhiêu")
    notices = [text for text in town.said() if "quyền riêng tư" in text]
    assert len(notices) == 1
    assert town.said()[0] == notices[0]


def test_a_newcomer_in_an_emergency_gets_the_number_first(town: Town) -> None:
    assert town.hear("cứu với nhà tui đang cháy") == "emergency"
    assert "114" in town.said()[0]
    assert len(town.said()) == 1


def test_a_personal_number_is_never_stored_and_the_resident_is_told(town: Town) -> None:
    assert town.hear("số cccd của tui là 087301001234") == "personal_data"
    assert town.hear("cccd 087301001234 thì hộ nghèo được vay bao nhiêu") == "answered"
    with town.database.read() as connection:
        for table in (inbox.inbox, questions.questions, outbox.outbox, residents.conversations):
            assert "087301001234" not in str(connection.execute(sa.select(table)).all())
    assert sum("đã che số" in text for text in town.said()) == 2


def test_a_conversation_is_forgotten_after_two_hours(town: Town, clock: StoppedClock) -> None:
    town.hear("hộ nghèo được vay bao nhiêu")
    clock.move(hours=1)
    assert town.hear("giấy tờ gồm gì") == "followup_answered"
    clock.move(hours=3)
    assert town.hear("giấy tờ gồm gì") != "followup_answered"


def test_an_opinion_is_kept_word_for_word(town: Town) -> None:
    assert town.hear("tui muốn góp ý") == "form"
    assert town.hear("đường vô ấp 3 xã Mỹ Thọ hư, xe chở lúa vô không được") == "form"
    assert town.rows(receipts.receipts) == []
    assert town.hear("1") == "opinion"
    (kept,) = town.rows(receipts.receipts)
    assert kept.text == "đường vô ấp 3 xã Mỹ Thọ hư, xe chở lúa vô không được"
    assert kept.text_key.startswith("duong vo ap 3 xa my tho hu")
    (case,) = town.rows(cases.cases)
    assert (case.kind, case.area, case.hamlet) == ("suggestion", "xa-my-tho", "ấp 3")
    assert kept.code in town.said()[-1]


def test_an_emergency_inside_an_opinion_gets_its_number_and_loses_no_word(town: Town) -> None:
    town.hear("tui muốn góp ý")
    assert town.hear("cứu với có người đuối nước ở bến đò ấp 2") == "emergency"
    assert "114" in town.said()[-2]
    town.hear(kind="choice", choice="say:place:")
    assert town.hear("gửi") == "opinion"
    assert [row.text for row in town.rows(receipts.receipts)] == [
        "cứu với có người đuối nước ở bến đò ấp 2"
    ]


def test_a_request_for_an_official_is_queued_with_what_was_written(town: Town) -> None:
    assert town.hear("cho tui gặp cán bộ") == "form"
    assert town.hear("tui ở ấp 2 Mỹ Thọ muốn hỏi về đất") == "queued"
    with town.database.read() as connection:
        (waiting,) = questions.search(connection, status="queued", key="dat")
    assert waiting.text == "tui ở ấp 2 Mỹ Thọ muốn hỏi về đất"


def test_none_of_these_queues_the_question_itself(town: Town) -> None:
    assert town.hear("vay vốn") == "clarifying"
    assert town.hear(kind="choice", choice="none") == "queued"
    with town.database.read() as connection:
        (waiting,) = questions.search(connection, status="queued")
    assert waiting.text == "vay vốn"


def test_a_verdict_stands_at_the_answer_it_is_about(town: Town) -> None:
    town.hear("hộ nghèo được vay bao nhiêu")
    town.hear(kind="choice", choice="bad:loan-poor-household")
    assert [row.helpful for row in town.rows(questions.questions)] == [False, None]


def test_nothing_is_said_to_a_resident_who_left_and_they_may_come_back(town: Town) -> None:
    town.hear("chào")
    said = len(town.said())
    town.hear(kind="left")
    assert len(town.said()) == said
    assert {row.state for row in town.rows(outbox.outbox)} == {"failed"}
    assert town.rows(residents.residents)[0].gone_at is not None
    town.hear(kind="joined")
    assert town.rows(residents.residents)[0].gone_at is None


class Broken:
    """A recogniser that breaks on one word."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def recognise(self, text: str) -> Recognised:
        if text == "hỏng":
            raise RuntimeError("planted")
        return self._whole.recognise(text)


@pytest.fixture
def broken(town: Town) -> Town:
    town.house = replace(town.house, recogniser=Broken(town.house.recogniser))
    return town


def test_the_third_failure_settles_a_turn_as_failed_with_an_apology(broken: Town) -> None:
    broken.write("hỏng")
    for _ in range(TRIES - 1):
        (one,) = broken.answer()
        assert one.error
        assert broken.said() == []
    (one,) = broken.answer()
    assert one.ending.status == "failed"
    assert ["Xin lỗi bà con" in text for text in broken.said()] == [True]
    assert broken.answer() == []
    assert [row.status for row in broken.rows(questions.questions)] == ["failed"]


def test_one_broken_turn_does_not_touch_its_neighbours(broken: Town) -> None:
    broken.write("hỏng", address="a")
    broken.write("hộ nghèo được vay bao nhiêu", address="b")
    broken.answer()
    assert [row.status for row in broken.rows(questions.questions)] == ["answered"]
    states = {row.address: row.state for row in broken.rows(inbox.inbox)}
    assert states == {"a": "waiting", "b": "done"}


def test_a_commit_that_breaks_leaves_nothing_behind(town: Town) -> None:
    town.write("hộ nghèo được vay bao nhiêu")
    now = town.house.clock.now()
    rows = town.database.write(lambda c: inbox.take(c, by="me", now=now)).result()
    decided = decide_all(town.house, rows, {}, casebook=NoCases())

    def job(connection: sa.Connection) -> None:
        remember(connection, decided, now)
        raise RuntimeError("planted, just before the commit")

    with pytest.raises(RuntimeError):
        town.database.write(job).result()
    for table in (outbox.outbox, questions.questions, residents.residents):
        assert town.rows(table) == []
    assert town.rows(inbox.inbox)[0].state == "taken"


def test_what_a_window_held_goes_when_the_resident_writes_again(town: Town) -> None:
    town.hear("xin chào")
    account, now = ("web", "a"), town.house.clock.now()

    def hold(connection: sa.Connection) -> None:
        late = outbox.OutboxEntry(None, 0, *account, {"text": "thông báo"}, now, now)
        outbox.put(connection, [late])
        (row,) = outbox.find_many(connection, [len(town.rows(outbox.outbox)) + 1])
        later = now + timedelta(days=8)
        assert windows.hold_late(connection, [row], since=later, now=later) == []

    town.database.write(hold).result()
    assert [row.state for row in town.rows(outbox.outbox)][-1] == "held"
    town.hear("xin chào")
    assert {row.state for row in town.rows(outbox.outbox)} == {"waiting"}
    assert [row.is_awaited for row in town.rows(residents.residents)] == [False]


def test_a_turn_notes_when_the_resident_spoke(town: Town) -> None:
    town.hear("xin chào")
    (resident,) = town.rows(residents.residents)
    assert resident.heard_at == town.house.clock.now()
