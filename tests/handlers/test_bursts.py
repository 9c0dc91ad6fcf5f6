"""A quick run of short messages is answered once; whatever arrives when, nothing is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import intake
from handlers.answering import Decided
from handlers.bursts import PAUSE, pause
from handlers.message import Attachment, Incoming
from handlers.turn import House
from knowledge.bank import read_bank
from storage import inbox, outbox, questions, residents
from storage.database import Database
from storage.migrate import migrate
from tests.conftest import StoppedClock
from tests.handlers.test_answering import Town

BANK = Path(__file__).parents[1] / "knowledge" / "bank"


class Street(Town):
    """A town whose residents' messages come in as they do on the road, a moment apart."""

    def send(self, *texts: str, address: str = "a", **how: Any) -> None:
        for text in texts:
            self._count += 1
            now = self.house.clock.now()
            incoming = Incoming(
                channel="web",
                address=address,
                external_id=f"m{self._count}",
                sent_at=now,
                text=text,
                **how,
            )
            rows = intake.rows_of(self.house, [incoming], now)
            self.database.write(lambda c, rows=rows: intake.put(c, rows)).result()
            self.wait(seconds=2)

    def wait(self, **delta: float) -> None:
        assert isinstance(self.house.clock, StoppedClock)
        self.house.clock.move(**delta)

    def settle_all(self) -> list[Decided]:
        turns: list[Decided] = []
        while some := self.answer():
            turns += some
        return turns

    def endings(self) -> list[tuple[str, str]]:
        return [(row.text, row.status) for row in self.rows(questions.questions)]


@pytest.fixture
def street(database: Database, house: House, clock: StoppedClock) -> Street:
    return Street(database, replace(house, clock=clock))


def test_a_thought_in_three_messages_is_answered_once_and_the_correction_wins(
    street: Street,
) -> None:
    street.send("vay von", "cho ho ngheo", "a nham can ngheo")
    (turn,) = street.settle_all()
    assert turn.ending.card == "loan-near-poor-household"
    joined = "vay von\ncho ho ngheo\na nham can ngheo"
    assert street.endings() == [("vay von", "form"), ("cho ho ngheo", "form"), (joined, "answered")]
    assert {row.inbox_id for row in street.rows(outbox.outbox)} == {3}
    assert {row.state for row in street.rows(inbox.inbox)} == {"done"}


def test_questions_that_stand_by_themselves_are_answered_by_themselves(street: Street) -> None:
    street.send(
        "hộ nghèo được vay bao nhiêu", "giấy tờ gồm gì", "con hộ nghèo có được miễn học phí không"
    )
    ended = [turn.ending.status for turn in street.settle_all()]
    assert len(ended) == 3
    assert ended[:2] == ["answered", "followup_answered"]


def test_a_greeting_opens_what_follows(street: Street) -> None:
    street.send("chào cán bộ", "hộ nghèo được vay bao nhiêu")
    (turn,) = street.settle_all()
    assert turn.ending.status == "answered"


@pytest.mark.parametrize(
    "alone", ["2", "số 2", "/menu", "menu", "riêng tư", "thôi", "gặp cán bộ", "cảm ơn nhiều nghen"]
)
def test_what_means_something_alone_is_taken_alone(street: Street, alone: str) -> None:
    street.send("vay von", alone, "cho ho ngheo")
    assert [turn.rest for turn in street.settle_all()] == [(), (), ()]


def test_an_emergency_is_never_part_of_anything_and_may_come_in_pieces(street: Street) -> None:
    street.send("nhà tui", "cứu với nhà tui đang cháy")
    assert [turn.ending.status for turn in street.settle_all()][-1] == "emergency"
    street.send("nhà tui", "đang", "cháy lớn quá", address="b")
    turns = street.settle_all()
    assert "emergency" in [turn.ending.status for turn in turns]


def test_an_opinion_in_pieces_is_one_opinion(street: Street) -> None:
    street.send("tui muốn góp ý")
    street.settle_all()
    street.send("đường vô ấp 3 hư", "xe chở lúa vô không được", "xin xã sửa giùm")
    street.settle_all()
    with street.database.read() as connection:
        notes = connection.execute(sa.select(residents.conversations.c.notes)).scalar_one()
    assert notes["draft"]["text"] == "đường vô ấp 3 hư\nxe chở lúa vô không được\nxin xã sửa giùm"


def test_a_photo_or_a_long_silence_ends_a_run(street: Street) -> None:
    street.send("mẹ tui già bịnh")
    photo = (Attachment(kind="photo", source="x"),)
    street.send("", kind="attachment", attachments=photo)
    street.send("nhà hộ nghèo")
    street.wait(seconds=30)
    street.send("có bảo hiểm không")
    assert [turn.rest for turn in street.settle_all()] == [()] * 4


def test_a_turn_that_failed_is_tried_again_without_the_others(street: Street) -> None:
    street.send("mẹ tui già bịnh", "nhà hộ nghèo")
    now = street.house.clock.now()
    (row,) = street.database.write(lambda c: inbox.take(c, by="dead", now=now)).result()
    assert len(row.followers) == 1
    street.database.write(lambda c: inbox.give_back(c, row.id, "planted")).result()
    assert [len(turn.rest) for turn in street.settle_all()] == [0, 0]


def test_nothing_waits_but_what_looks_unfinished(street: Street) -> None:
    now = street.house.clock.now()
    street.send("tui hỏi là")
    (row,) = street.rows(inbox.inbox)
    assert row.due_at == now + PAUSE
    street.send("hộ nghèo được vay bao nhiêu", address="b")
    assert street.rows(inbox.inbox)[1].due_at is None


def test_a_message_that_waits_is_taken_when_its_time_has_come(street: Street) -> None:
    now = street.house.clock.now()
    street.send("tui hỏi là")
    street.wait(seconds=-2)
    assert street.house.clock.now() == now
    assert street.answer() == []
    street.wait(seconds=PAUSE.total_seconds())
    assert len(street.answer()) == 1


def test_hardly_any_ordinary_message_waits(house: House) -> None:
    asked = [one.text for one in read_bank(BANK)]
    waits = [text for text in asked if pause(house, said(house, text))]
    assert len(asked) > 2000
    assert len(waits) < 0.03 * len(asked)


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "/menu",
        "menu",
        "chào",
        "cảm ơn",
        "vay vốn",
        "học phí",
        "cháy nhà",
        "gặp cán bộ",
        "thôi",
    ],
)
def test_what_is_understood_never_waits(house: House, text: str) -> None:
    assert pause(house, said(house, text)) is None


def said(house: House, text: str) -> Incoming:
    return Incoming(
        channel="web", address="a", external_id="x", sent_at=house.clock.now(), text=text
    )


SAID = st.sampled_from(
    [
        "vay von",
        "cho ho ngheo",
        "à nhầm cận nghèo",
        "hộ nghèo được vay bao nhiêu",
        "chào",
        "2",
        "menu",
        "góp ý",
        "gặp cán bộ",
        "thôi",
        "cứu với nhà tui đang cháy",
        "tui hỏi là",
        "???",
        "",
        "cccd 087301001234",
        "x" * 300,
    ]
)
EVENT = st.one_of(
    st.tuples(st.just("send"), st.sampled_from("ab"), SAID),
    st.tuples(st.just("wait"), st.floats(0, 30), st.just("")),
    st.tuples(st.just("answer"), st.just(""), st.just("")),
    st.tuples(st.just("die"), st.just(""), st.just("")),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EVENT, max_size=30))
def test_whenever_messages_arrive_each_is_in_one_answered_run_and_in_order(
    house: House, tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, Any, str]]
) -> None:
    folder = tmp_path_factory.mktemp("burst")
    database = Database(f"sqlite:///{folder / 'test.db'}")
    migrate(database)
    street = Street(database, replace(house, clock=StoppedClock()))
    turns = [turn for event in events for turn in _happen(street, event)]
    street.wait(seconds=60)
    turns += street.settle_all()
    heard = street.rows(inbox.inbox)
    asked = street.rows(questions.questions)
    said_to = street.rows(outbox.outbox)
    database.close()
    assert {row.state for row in heard} <= {"done"}
    assert sorted(row.inbox_id for row in asked) == [row.id for row in heard]
    runs = [[turn.row.id, *(row.id for row in turn.rest)] for turn in turns]
    assert sorted(number for run in runs for number in run) == [row.id for row in heard]
    assert {row.inbox_id for row in said_to} == {run[-1] for run in runs}
    for address in "ab":
        mine = [row.id for row in heard if row.address == address]
        order = [number for turn, run in zip(turns, runs, strict=True) for number in run
                 if turn.row.address == address]  # fmt: skip
        assert order == mine


def _happen(street: Street, event: tuple[str, Any, str]) -> list[Decided]:
    what, given, text = event
    if what == "send":
        street.send(text, address=given)
    elif what == "wait":
        street.wait(seconds=given)
    elif what == "answer":
        return street.answer()
    else:
        now = street.house.clock.now()
        street.database.write(lambda c: inbox.take(c, by="dead", now=now)).result()
        street.database.write(lambda c: inbox.recover(c, by="me", now=now)).result()
    return []
