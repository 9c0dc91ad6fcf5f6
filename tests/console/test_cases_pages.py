"""The desk's pages: what is found, what does not exist for others, what is shown of whom."""

import csv
import io
import re
from dataclasses import replace

import openpyxl
import pytest
import sqlalchemy as sa
import yaml

from handlers.officials import casework, replying, unsealing
from knowledge.text import fold
from storage import questions, views
from storage.inbox import inbox
from storage.questions import Question
from tests.console.hall import Hall, Walker
from tests.console.room import SIGNED, SOLVED, UNIT, WORDS, Room
from tests.console.test_grouping import WHY

EVIL = "<script>alert('x')</script><b>đường lầy</b>"
LIST = "/console/cases"
ROW = r'href="/console/cases/(\d+)"'


def version(walker: Walker, path: str) -> str:
    return re.findall(r'name="version" value="(\d+)"', walker.get(path).text)[0]


def post(walker: Walker, path: str, deed: str, **form: object):
    return walker.post(f"{path}/{deed}", version=version(walker, path), **form)


def test_an_official_goes_from_the_list_to_an_answer(hall: Hall, room: Room) -> None:
    case = room.open(room.resident("a"))
    lan = hall.walk_in("lan")
    assert WORDS in lan.get(LIST).text
    path = f"{LIST}/{case.id}"
    assert post(lan, path, "take").headers["location"].startswith(path)
    assert post(lan, path, "note", text="đã gọi").status_code == 303
    answer = post(lan, path, "reply", outcome="solved", text="Chúng tôi ghi nhận.")
    assert answer.status_code == 409
    assert "chưa có ngày" in answer.text
    promise = {"outcome": "promised", "text": "Sẽ đổ đá.", "promised_for": "2026-12-24"}
    answer = post(lan, path, "reply", who="Tổ 3", **promise)
    assert answer.status_code == 303
    page = lan.get(path).text
    assert "sẽ giải quyết" in page
    assert "24/12/2026" in page
    assert len(room.sent()) == 1
    assert post(lan, path, "close").status_code == 303
    assert WORDS not in lan.get(LIST).text
    assert WORDS in lan.get(f"{LIST}?stage=closed").text


def test_what_was_changed_meanwhile_is_said_and_kept(hall: Hall, room: Room) -> None:
    case = room.open()
    lan, binh = hall.walk_in("lan"), hall.walk_in("binh")
    path = f"{LIST}/{case.id}"
    old = version(lan, path)
    post(binh, path, "take")
    answer = lan.post(f"{path}/reply", version=old, outcome="solved", text="Đã xong rồi.")
    assert answer.status_code == 409
    assert "Có người vừa thay đổi" in answer.text
    assert room.case(case).stage == "working"


DEEDS = (
    "take", "assign", "deputy", "route", "ask", "heard", "reply", "approve", "return", "close",
    "reopen", "merge", "split", "unseal", "note",
)  # fmt: skip


def test_another_units_case_is_not_there(hall: Hall, room: Room) -> None:
    case = room.open(unit=SIGNED)
    lan = hall.walk_in("lan")
    assert lan.get(f"{LIST}/{case.id}").status_code == 404
    assert lan.get(f"{LIST}/999999").status_code == 404
    assert WORDS not in lan.get(f"{LIST}?stage=all&unit={SIGNED}").text
    for deed in DEEDS:
        answer = lan.post(f"{LIST}/{case.id}/{deed}", version="1", text="x", why="x")
        assert answer.status_code == 404, deed
    assert room.case(case).version == 1
    code = room.askers(case)[0].code
    assert lan.get(f"{LIST}?q={code}").status_code == 200
    assert WORDS not in lan.get(f"{LIST}.csv?stage=all").text


def test_filters_search_and_codes_find_their_cases(hall: Hall, room: Room) -> None:
    road = room.open(area="xa-my-tho")
    card = room.open(text="Thẻ bảo hiểm của má tui bị mất", topic="health", kind="question")
    lan = hall.walk_in("lan")

    def found(query: str) -> list[int]:
        return [
            int(n) for n in re.findall(r'href="/console/cases/(\d+)"', lan.get(LIST + query).text)
        ]

    assert found("") == [card.id, road.id]
    for query in ("?topic=health", "?kind=question", "?q=the%20bao%20hiem", "?q=THẺ+mất"):
        assert found(query) == [card.id], query
    assert found("?area=xa-my-tho&q=lay%20loi&order=urgent") == [road.id]
    assert found("?order=urgent") == [card.id, road.id]
    for query in ("?mine=1", "?due=late", "?channel=telegram", "?q=khongco", "?around=1"):
        assert found(query) == [], query
    hall.clock.move(days=4)
    lan.sign_in()
    assert found("?due=late") == [card.id]
    code = room.askers(road)[0].code
    assert lan.get(f"{LIST}?q={code.lower()}").headers["location"] == f"{LIST}/{road.id}"


@pytest.mark.parametrize(
    "query",
    [
        "?stage=x&due=y&after=z",
        "?after=1&after_due=x",
        "?q=%22%27*%3A()",
        "?q=NOT+OR+AND",
        "?unit='",
    ],
)
def test_nobody_breaks_the_list_by_its_address(hall: Hall, room: Room, query: str) -> None:
    room.open()
    assert hall.walk_in("lan").get(LIST + query).status_code == 200


def test_a_long_list_goes_on_where_it_ended_in_both_orders(hall: Hall, room: Room) -> None:
    many = [room.open().id for _ in range(53)]
    lan = hall.walk_in("lan")
    for order in ("", "?order=urgent"):
        page = lan.get(LIST + order).text
        onward = re.findall(r'href="([^"]+)" rel="next"', page)[0].replace("&amp;", "&")
        numbers = re.findall(ROW, page + lan.get(onward).text)
        assert sorted(map(int, numbers)) == many
        assert "53 vụ" in page


def test_a_list_is_saved_under_a_name_and_only_its_owner_forgets_it(hall: Hall, room: Room) -> None:
    lan, binh = hall.walk_in("lan"), hall.walk_in("binh")
    assert lan.post("/console/views", name="", query="due=late").status_code == 409
    lan.post("/console/views", name="Trễ <b>", query="due=late")
    assert "Trễ &lt;b&gt;" in lan.get(LIST).text
    assert "Trễ" not in binh.get(LIST).text.split("data-list")[0].split("</form>", 1)[1]
    with hall.database.read() as connection:
        (view,) = views.of_official(connection, 1)
    assert binh.post(f"/console/views/{view.id}/remove").status_code == 404
    assert lan.post(f"/console/views/{view.id}/remove").status_code == 303


def test_several_cases_are_worked_on_at_once_and_what_cannot_be_is_counted(
    hall: Hall, room: Room
) -> None:
    lan = hall.walk_in("lan")
    first, second = room.open(), room.open()
    old = f"{second.id}.{second.version + 1}"
    ticked = [f"{first.id}.{first.version}", old, "x", "1.2.3"]
    answer = lan.post("/console/bulk", cases=ticked, deed="assign", to="1", query="q=duong")
    assert answer.headers["location"].startswith(f"{LIST}?q=duong&notice=")
    assert "1 vụ" in lan.get(answer.headers["location"]).text
    assert room.case(first).holder_id == 1
    assert room.case(second).holder_id is None
    assert lan.post("/console/bulk", cases=[old], deed="erase").status_code == 400
    fresh = f"{first.id}.{room.case(first).version}"
    lan.post("/console/bulk", cases=[fresh], deed="route", unit="vp-ubnd-xa", why="x")
    assert room.case(first).unit == "vp-ubnd-xa"


def test_a_bulk_deed_never_leaves_the_console(hall: Hall) -> None:
    lan = hall.walk_in("lan")
    answer = lan.post("/console/bulk", deed="close", query="//evil.invalid\r\nx: y")
    assert answer.headers["location"].startswith(f"{LIST}?notice=")


def test_what_people_write_is_never_run(hall: Hall, room: Room) -> None:
    chief = hall.walk_in("hoa", "leader")
    me = room.hand(1)
    case = room.open(room.resident("a"), text=EVIL, hamlet=EVIL, unit=UNIT)
    twin = room.open(text=EVIL)
    room.write(lambda c: casework.note(c, me, case.id, text=EVIL))
    room.do(casework.route, me, case, unit=SIGNED, why=EVIL)
    room.do(replying.reply, me, case, draft=replace(SOLVED, text=EVIL))
    ask(room, EVIL)
    chief.post("/console/difficulties", text=EVIL, topic="loan")
    chief.post("/console/views", name=EVIL, query="q=a")
    chief.post("/console/officials", login="x", name=EVIL)
    pages = [
        "/console", LIST, f"{LIST}?stage=all&q=duong+lay", f"{LIST}/{case.id}", f"{LIST}/{twin.id}",
        f"{LIST}/{case.id}?cards={EVIL}", f"{LIST}?q={EVIL}", "/console/unanswered",
        "/console/unanswered/1", "/console/difficulties", "/console/audit",
    ]  # fmt: skip
    for path in pages:
        page = chief.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<b>đường" not in page.text, path
    for path in pages[1:5]:
        assert "&lt;script&gt;alert" in chief.get(path).text, path


def ask(room: Room, text: str, address: str = "q", status: str = "queued") -> int:
    """A question nobody answered; its id."""
    who = room.resident(address)

    def put(connection: sa.Connection) -> int:
        values = {
            "channel": "web", "address": address, "external_id": f"{address} {text}"[:100],
            "kind": "text", "text": text, "choice": "", "sent_at": room.clock.now(),
            "received_at": room.clock.now(), "state": "done",
        }  # fmt: skip
        number = connection.execute(sa.insert(inbox).returning(inbox.c.id), values).scalar_one()
        row = Question(
            number, who, room.clock.now(), text, fold(text), status, None, None, None, [], 1
        )
        questions.add(connection, [row])
        return connection.execute(sa.select(sa.func.max(questions.questions.c.id))).scalar_one()

    return room.write(put)


def test_sealed_words_show_nobody_until_two_unsealed_them(hall: Hall, room: Room) -> None:
    lan, em = hall.walk_in("lan", "coordinator"), hall.walk_in("hoa", "leader")
    who = room.resident("so-dien-thoai-bi-mat", "telegram")
    ask(room, "câu hỏi khác của người này", "so-dien-thoai-bi-mat")
    case = room.open(who, openness="sealed", channel="telegram", hamlet="ấp Kín")
    path = f"{LIST}/{case.id}"
    hall.clock.move(days=1)
    lan.sign_in()
    em.sign_in()
    for page in (lan.get(path).text, lan.get(LIST).text, lan.get(f"{LIST}.csv").text):
        shown = page.split("<h1", 1)[-1].replace('<option value="telegram">Telegram</option>', "")
        assert "Telegram" not in shown
        assert "bi-mat" not in shown
        assert "ấp Kín" not in shown
    assert WORDS not in lan.get(f"{LIST}?channel=telegram").text
    assert post(lan, path, "unseal", why=WHY).status_code == 303
    assert post(lan, path, "consent").status_code == 409
    assert post(em, path, "consent").status_code == 303
    page = lan.get(path).text
    assert "Kênh: Telegram" in page
    assert "bi-mat" not in page
    other = hall.walk_in("binh", "coordinator")
    assert "Kênh: Telegram" not in other.get(path).text
    with hall.database.read() as connection:
        assert unsealing.asked_by(connection, room.hand(1), room.case(case)) is None


@pytest.mark.parametrize("start", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(hall: Hall, room: Room, start: str) -> None:
    room.open(text=f"{start} cmd|' /C calc'!A0")
    lan = hall.walk_in("lan")
    answer = lan.get(f"{LIST}.csv")
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)
    sheet = openpyxl.load_workbook(io.BytesIO(lan.get(f"{LIST}.xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any("cmd|" in str(cell.value) for cell in cells)


def test_who_may_not_see_people_takes_none_of_their_words_out(hall: Hall, room: Room) -> None:
    room.open(hamlet="ấp 3")
    admin = hall.walk_in("hoa", "admin")
    text = admin.get(f"{LIST}.csv").text
    assert WORDS not in text
    assert "ấp 3" not in text
    assert "phản ánh" in text
    assert "case.export" in admin.get("/console/audit?noun=case").text


def test_questions_are_grouped_answered_once_and_go_to_all_who_asked(
    hall: Hall, room: Room
) -> None:
    for number, text in enumerate(
        [
            "vay vốn nuôi lươn được không",
            "vay von nuoi luon duoc hong",
            "nuôi lươn vay vốn được không",
        ]
    ):
        ask(room, text, f"p{number}")
    alone = ask(room, "xin giấy phép xây nhà ở đâu", "p9", "clarifying")
    lan = hall.walk_in("lan")
    page = lan.get("/console/unanswered").text
    assert page.index("3 người hỏi") < page.index("1 người hỏi")
    group = lan.get("/console/unanswered/3").text
    assert sorted(re.findall(r'name="without" value="(\d+)"', group)) == ["1", "2", "3"]
    form = {"count": "3", "topic": "loan", "outcome": "solved", "text": "Được vay, hỏi Tổ."}
    assert lan.post("/console/unanswered/3", **{**form, "count": "2"}).status_code == 409
    assert lan.post("/console/unanswered/3", **{**form, "topic": ""}).status_code == 409
    assert lan.post("/console/unanswered/3", **{**form, "text": ""}).status_code == 409
    assert lan.post("/console/unanswered/3", **form).status_code == 303
    assert sorted(address for _, address, _ in room.sent()) == ["p0", "p1", "p2"]
    assert lan.post("/console/unanswered/3", **form).status_code == 404
    assert f"/console/unanswered/{alone}" in lan.get("/console/unanswered").text


def test_a_draft_card_carries_the_questions_and_says_it_is_a_draft(hall: Hall, room: Room) -> None:
    ask(room, 'vay vốn "nuôi lươn": được không', "a")
    answer = hall.walk_in("lan", "editor").get("/console/unanswered/1/card")
    assert answer.headers["content-disposition"].endswith('.yaml"')
    assert answer.text.startswith("# NHÁP")
    assert yaml.safe_load(answer.text)["questions"] == ['vay vốn "nuôi lươn": được không']


def test_home_counts_what_its_lists_show(hall: Hall, room: Room) -> None:
    lan = hall.walk_in("lan")
    case = room.open(room.resident("a"))
    room.open()
    post(lan, f"{LIST}/{case.id}", "take")
    page = lan.get("/console").text
    for address, number in re.findall(r'href="(/console/cases[^"]*)"><strong>(\d+)</strong>', page):
        shown = lan.get(address.replace("&amp;", "&")).text
        assert f"{number} vụ" in shown, address
    room.do(replying.reply, room.hand(1), case, draft=SOLVED)
    assert "đã trả lời, chờ bà con xác nhận" in lan.get("/console").text


def test_a_cadre_ticks_what_they_told_by_mouth(hall: Hall, room: Room) -> None:
    cadre, lan = hall.walk_in("tam", "cadre"), hall.walk_in("lan")
    case = room.open()
    room.join(case, None, "Bà Tư hỏi", official_id=1)
    post(lan, f"{LIST}/{case.id}", "reply", outcome="solved", text="Đã đổ đá xong.")
    assert "Báo miệng cho bà con" in cadre.get("/console").text
    assert lan.post("/console/errands/1").status_code == 409
    assert cadre.post("/console/errands/1").status_code == 303
    assert cadre.post("/console/errands/99").status_code == 404
    assert "Báo miệng cho bà con" not in cadre.get("/console").text


def test_who_else_is_looking_is_shown_for_a_minute(hall: Hall, room: Room) -> None:
    case = room.open()
    lan, binh = hall.walk_in("lan"), hall.walk_in("binh")
    path = f"{LIST}/{case.id}/looking"

    def look(walker: Walker) -> str:
        headers = {"hx-request": "true", "x-csrf": walker.csrf()}
        return walker.browser.post(path, headers=headers).text

    assert "Đang cùng xem" not in look(lan)
    assert "Đang cùng xem: Lan" in look(binh)
    hall.clock.move(seconds=61)
    assert "Đang cùng xem" not in look(binh)
    assert lan.post(path).status_code == 400


def test_a_canned_reply_and_cards_stand_beside_the_reply_box(hall: Hall, room: Room) -> None:
    case = room.open(text="hộ nghèo được vay bao nhiêu", topic="loan")
    lan = hall.walk_in("lan")
    page = lan.get(f"{LIST}/{case.id}?canned=loan-explained").text
    assert "Tổ họp bình xét ngày ___" in page
    assert "Vay vốn: cách làm" in page
    assert "Rà soát hộ nghèo: chưa đạt" not in page
    found = lan.get(f"{LIST}/{case.id}?cards=mất+thẻ+bảo+hiểm+y+tế").text
    assert "thẻ BHYT" in found or "thẻ bảo hiểm" in found.lower()


def test_a_question_taken_out_of_its_group_waits_on(hall: Hall, room: Room) -> None:
    first = ask(room, "vay vốn nuôi lươn được không", "p0")
    ask(room, "vay von nuoi luon duoc hong", "p1")
    lan = hall.walk_in("lan")
    form = {"count": "2", "topic": "loan", "outcome": "solved", "text": "Được vay, hỏi Tổ."}
    ask(room, "vay vốn nuôi lươn được hông", "late")
    assert lan.post("/console/unanswered/2", **form, without=str(first)).status_code == 303
    assert [address for _, address, _ in room.sent()] == ["p1"]
    assert "2 người hỏi" in lan.get("/console/unanswered").text
