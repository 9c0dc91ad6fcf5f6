"""Verdicts: asked once some workdays after the answer; a no reopens, a thank-you does not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers.office import office_of
from handlers.verdicts import ask_verdicts
from storage import cases, happenings, outbox, receipts, residents
from tests.conftest import StoppedClock
from tests.handlers.town import Town

BRIDGE = "cầu ấp 2 xã Ba Sao sập, học sinh đi vòng xa lắm"


def ask(town: Town) -> int:
    office = office_of(town.house, town.house.clock.now())
    return town.database.write(lambda c: ask_verdicts(c, office)).result()


def case(town: Town) -> Any:
    return town.rows(cases.cases)[-1]


@pytest.fixture
def code(town: Town) -> str:
    """The code of a case that was answered on Tuesday, 24/11/2026."""
    code = town.opine(BRIDGE)
    town.answer_case(1, "Cầu đã sửa.")
    return code


def test_who_was_answered_is_asked_once_three_workdays_later(
    town: Town, clock: StoppedClock, code: str
) -> None:
    for days, asked in ((0, 0), (2, 0), (1, 1), (1, 0)):
        clock.move(days=days)  # Friday is the third workday
        assert ask(town) == asked
    question = town.rows(outbox.outbox)[-1]
    assert code in question.body["text"]
    assert [choice["value"] for choice in question.body["choices"]] == [
        f"verdict:received:{code}",
        f"verdict:not_yet:{code}",
        f"verdict:wrong:{code}",
    ]


def test_a_promise_is_asked_about_after_its_day(town: Town, clock: StoppedClock) -> None:
    town.opine(BRIDGE)
    town.answer_case(1, "Sẽ sửa.", outcome="promised", promised_for=date(2026, 12, 14))
    clock.move(days=20)  # Monday, 14/12
    assert ask(town) == 0
    clock.move(days=3)
    assert ask(town) == 1


def test_nobody_is_asked_at_night(town: Town, clock: StoppedClock, code: str) -> None:
    clock.move(days=3, hours=13)  # 22:00
    assert ask(town) == 1
    assert town.rows(outbox.outbox)[-1].due_at == datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


def test_who_said_it_sealed_or_is_gone_is_asked_without_words_or_not_at_all(
    town: Town, clock: StoppedClock
) -> None:
    town.opine(BRIDGE, "sealed", address="a")
    town.answer_case(1, "Cầu đã sửa.")
    town.opine("đèn đường ấp 4 xã Ba Sao hư hết", address="b")
    town.answer_case(2, "Đã thay.")
    town.database.write(
        lambda c: residents.note_gone(c, ("web", "b"), town.house.clock.now())
    ).result()
    clock.move(days=3)
    assert ask(town) == 1
    assert "sập" not in town.rows(outbox.outbox)[-1].body["text"]
    assert ask(town) == 0


@pytest.mark.parametrize("said", ["1", "đã nhận", "đã nhận {code}", "mã {code} đã nhận được"])
def test_a_yes_confirms_the_case(town: Town, clock: StoppedClock, code: str, said: str) -> None:
    clock.move(days=3)
    ask(town)
    town.hear(said.format(code=code.lower()))
    assert case(town).stage == "confirmed"
    (receipt,) = town.rows(receipts.receipts)
    assert (receipt.verdict, receipt.verdict_at) == ("received", clock.at)
    assert town.rows(happenings.happenings)[-1].what == "confirmed"
    clock.move(days=1)
    assert ask(town) == 0


@pytest.mark.parametrize("said", ["cảm ơn nhiều nghen", "ok", "dạ", "hay quá", "👍"])
def test_a_thank_you_reopens_and_confirms_nothing(
    town: Town, clock: StoppedClock, code: str, said: str
) -> None:
    clock.move(days=3)
    ask(town)
    before = case(town)
    town.hear(said)
    assert case(town) == before
    assert town.rows(receipts.receipts)[0].verdict is None


@pytest.mark.parametrize("said", ["2", "chưa", "chưa {code}", "{code} chưa nhận được"])
def test_a_not_yet_reopens_with_a_new_date(
    town: Town, clock: StoppedClock, code: str, said: str
) -> None:
    clock.move(days=3)
    ask(town)
    told = town.say(said.format(code=code))
    opened = case(town)
    assert (opened.stage, opened.reopened, opened.outcome) == ("routed", 1, None)
    assert opened.due_at > clock.at
    assert f"{opened.due_at:%d/%m/%Y}" in told
    assert town.rows(happenings.happenings)[-1].data == {"verdict": "not_yet"}
    assert "Cầu đã sửa" not in town.say(code)


def test_a_wrong_reopens_and_passes_on_why(town: Town, code: str) -> None:
    town.hear(choice=f"verdict:wrong:{code}")
    town.hear("mới đóng cọc thôi, xe vẫn không qua được")
    assert case(town).reopened == 1
    *_, reopened, added = town.rows(happenings.happenings)
    assert (reopened.what, reopened.data) == ("reopened", {"verdict": "wrong"})
    assert (added.what, added.text) == ("added", "mới đóng cọc thôi, xe vẫn không qua được")


def test_a_case_is_reopened_once_and_asked_about_again_after_the_next_answer(
    town: Town, clock: StoppedClock, code: str
) -> None:
    town.hear(choice=f"verdict:not_yet:{code}")
    assert "đang được xem lại" in town.say(choice=f"verdict:not_yet:{code}")
    assert case(town).reopened == 1
    clock.move(days=3)
    assert ask(town) == 0
    town.answer_case(1, "Nay sửa xong thật.")
    clock.move(days=5)  # over a weekend
    assert ask(town) == 1
    town.hear(choice=f"verdict:received:{code}")
    assert case(town).stage == "confirmed"


def test_only_the_asker_judges_and_no_strange_press_breaks(town: Town, code: str) -> None:
    before = case(town)
    for value in (f"verdict:wrong:{code}", "verdict:wrong:XXX222", "verdict:x:y", "verdict"):
        assert town.hear(choice=value, address="b") == "command"
    assert "Chỉ người đã gửi" in town.said()[-1]
    assert case(town) == before


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("mã {code} nhà tui ở đầu ấp 2, kế bên trường tiểu học", "form"),
        ("{code} nhà tui ở đầu ấp 2, kế bên trường tiểu học, xe lớn vô được", "form"),
        ("{code}", "command"),
        ("mã {code} ?", "command"),
    ],
)
def test_what_an_official_asked_is_answered_beside_the_code_and_the_clock_runs_again(
    town: Town, clock: StoppedClock, answer: str, status: str
) -> None:
    code = town.opine(BRIDGE)
    now = clock.now()
    with town.database.read() as connection:
        open_case = cases.find(connection, 1)
    assert open_case is not None
    asked = {"stage": "asked", "paused_at": now}
    town.database.write(lambda c: cases.change(c, open_case, asked)).result()
    clock.move(days=2)
    text = answer.format(code=code)
    assert town.hear(text) == status
    with town.database.read() as connection:
        lines = [line for line in happenings.of_case(connection, 1) if line.what == "added"]
    if status == "form":
        assert (case(town).stage, case(town).paused_at) == ("working", None)
        assert case(town).due_at > open_case.due_at
        assert [line.text for line in lines] == [text]
    else:
        assert (case(town).stage, lines) == ("asked", [])
