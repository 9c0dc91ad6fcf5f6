"""Privacy: what is kept is shown, corrected, and really deleted: no table holds it afterwards."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import cases, happenings, inbox, outbox, questions, receipts, residents
from storage.outbox import Settled
from storage.retention import purge
from tests.conftest import StoppedClock
from tests.handlers.town import Town

ADDRESS = "resident-8812"
SECRET = "xoài cát bị rầy phá sạch ở xã Mỹ Thọ mà không ai hỗ trợ"
WHY = "vẫn chưa thấy ai xuống coi vườn bưởi"


def dump(town: Town) -> str:
    """Everything in every table, those of the search too, as one text."""
    with town.database.read() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = [connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in names]
    return "\n".join(map(str, rows)).lower()


def send_all(town: Town) -> None:
    """What waits in the outbox goes out."""
    now = town.house.clock.now()
    sent = [
        Settled(row.id, "done", f"p{row.id}", None, now)
        for row in town.rows(outbox.outbox)
        if row.state == "waiting"
    ]
    town.database.write(lambda c: outbox.settle(c, sent)).result()


def purge_old(town: Town, days: int = 365) -> None:
    before = town.house.clock.now() - timedelta(days=days)
    town.database.write(lambda c: purge(c, before)).result()


def lived(town: Town, openness: str = "open") -> str:
    """Somebody asks, says something, is answered, says that it is wrong, and says more: a code."""
    me = {"address": ADDRESS}
    town.hear("hộ nghèo được vay bao nhiêu", **me)
    code = town.opine(SECRET, openness, **me)
    town.answer_case(1, "Xã sẽ xuống coi.")
    town.hear(choice=f"verdict:wrong:{code}", **me)
    town.hear(WHY, **me)
    town.hear("mã XXX222", **me)
    town.hear(choice="opine", **me)
    town.hear("bản nháp chôm chôm còn dang dở, chưa gửi đâu", **me)
    send_all(town)
    return code


@pytest.mark.parametrize("openness", ["open", "nameless", "sealed"])
def test_after_deletion_no_table_holds_the_words_or_the_address(town: Town, openness: str) -> None:
    code = lived(town, openness)
    there = dump(town)
    found = ("xoài cát", "vườn bưởi", "chôm chôm", ADDRESS, "xoai cat")
    assert all(word in there for word in found)
    counted = len(town.rows(questions.questions))
    assert "chắc" in town.say(choice="erase", address=ADDRESS)
    assert "xoài cát" in dump(town), "nothing goes before they are sure"
    assert "đã xóa" in town.say(choice="erase:all", address=ADDRESS)
    (last,) = [row for row in town.rows(outbox.outbox) if row.address]
    assert (last.address, last.state) == (ADDRESS, "waiting"), "the answer is still to be sent"
    send_all(town)
    purge_old(town)
    there = dump(town)
    assert [word for word in (*found, "buoi", "chom", "cát") if word in there] == []
    (case,), (receipt,) = town.rows(cases.cases), town.rows(receipts.receipts)
    assert (case.title, case.words) == (town.house.library.topics[case.topic].title, "")
    assert (receipt.code, receipt.resident_id, receipt.inbox_id) == (code, None, None)
    assert len(town.rows(questions.questions)) == counted + 2, "the counts stay"
    assert town.rows(residents.residents)[0].area == ""


def test_words_of_an_open_case_stay_if_they_are_left_but_nobody_knows_whose(town: Town) -> None:
    lived(town)
    town.hear(choice="erase:leave", address=ADDRESS)
    send_all(town)
    purge_old(town)
    (case,), (receipt,) = town.rows(cases.cases), town.rows(receipts.receipts)
    assert (case.title, receipt.text, receipt.resident_id) == (SECRET, SECRET, None)
    there = dump(town)
    assert ADDRESS not in there
    assert "chôm chôm" not in there


@pytest.mark.parametrize("openness", ["nameless", "sealed"])
def test_hidden_words_go_even_if_words_are_left(town: Town, openness: str) -> None:
    lived(town, openness)
    town.hear(choice="erase:leave", address=ADDRESS)
    assert town.rows(receipts.receipts)[0].text == ""


def test_a_case_keeps_the_words_of_who_is_still_in_it(town: Town) -> None:
    code = lived(town)
    alike = SECRET.replace("sạch", "hết trơn")
    town.hear("tui muốn góp ý", address="other")
    assert "Bà con khác" in town.say(alike, address="other")
    town.hear("1", address="other")
    town.hear("1", address="other")
    town.hear(choice="erase:all", address=ADDRESS)
    (case,) = town.rows(cases.cases)
    assert case.title == alike
    assert case.words.startswith("xoai cat bi ray pha het tron")
    assert "Tình trạng" in town.say(code, address="other")


def test_who_comes_back_is_a_newcomer_without_a_past(town: Town) -> None:
    lived(town)
    town.hear(choice="erase:all", address=ADDRESS)
    town.hear("giấy tờ gồm gì", address=ADDRESS)
    assert any("quyền riêng tư" in text for text in town.said()[-2:])
    assert "chưa có" in "\n".join(_said_since(town, choice="mine"))
    assert len(town.rows(residents.residents)) == 2


def test_two_may_go_at_once_and_what_was_still_to_be_sent_is_not(town: Town) -> None:
    for address in ("a", "b"):
        town.opine(SECRET, address=address)
    town.write_many([{"choice": "erase:all", "address": address} for address in ("a", "b")])
    assert [one.error for one in town.answer()] == ["", ""]
    waiting = [row.body["text"][:10] for row in town.rows(outbox.outbox) if row.state == "waiting"]
    assert waiting == ["Máy đã xóa"] * 2


def test_what_is_kept_is_shown_in_a_few_messages(town: Town) -> None:
    code = lived(town)
    for _ in range(8):
        town.hear("hộ nghèo được vay bao nhiêu vậy " * 10, address=ADDRESS)
    shown = _said_since(town, choice="mine")
    assert len(shown) <= 7
    assert all(len(text) <= 2_100 for text in shown)
    told = "\n".join(shown)
    assert code in told
    assert "xã Mỹ Thọ" in told
    assert SECRET in told
    assert "24/11/2026: " in told


def test_where_one_lives_is_corrected_by_old_and_new_names(town: Town) -> None:
    town.hear(choice="home")
    town.hear("ấp 1, thị trấn Mỹ Thọ")
    (me,) = town.rows(residents.residents)
    assert (me.area, me.hamlet) == ("xa-my-tho", "ấp 1")
    town.hear(choice="home:xa-ba-sao")
    (me,) = town.rows(residents.residents)
    assert (me.area, me.hamlet) == ("xa-ba-sao", "")


def test_old_words_go_and_cases_keep_theirs(town: Town, clock: StoppedClock) -> None:
    code = lived(town)
    clock.move(days=30)
    town.hear("hộ nghèo được vay bao nhiêu", address="other")
    send_all(town)
    purge_old(town, days=20)
    old = [row for row in town.rows(inbox.inbox) if not row.text and not row.choice]
    assert len(old) == len(town.rows(inbox.inbox)) - 1
    assert ADDRESS not in str(town.rows(inbox.inbox)) + str(town.rows(outbox.outbox))
    assert "xoài" not in str(town.rows(questions.questions))
    assert "chôm chôm" not in dump(town)
    assert town.rows(receipts.receipts)[0].text == SECRET
    assert town.rows(happenings.happenings)[-1].text == WHY
    assert "Tình trạng" in town.say(code, address=ADDRESS)


def _said_since(town: Town, **how: str) -> list[str]:
    before = len(town.said())
    town.hear(**how, address=ADDRESS)
    return town.said()[before:]
